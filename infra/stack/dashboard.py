"""The page of results (成效直显) on the local stack: one process on the loopback, without a password."""

import sys

from infra.settings import ROOT
from infra.stack import credentials
from infra.stack.program import Program, answers_http


def program() -> Program:
    """The page's server. It finds PostgreSQL by the state folder and enters it as whoever signs in."""
    return Program(
        name="dashboard",
        command=(sys.executable, "-m", "infra.dashboard.serve", str(credentials.port("dashboard"))),
        directory=ROOT,
        group="dashboard",
        is_healthy=is_up,
        priority=20,
        ports=("dashboard",),
    )


def is_up() -> bool:
    """Whether the page answers."""
    return answers_http(credentials.port("dashboard"), "/health")


def url() -> str:
    """Where the page is."""
    return f"http://{credentials.LOOPBACK}:{credentials.port('dashboard')}"
