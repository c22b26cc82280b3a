"""The servers of the sandbox's source platforms. Police needs none: its database lives in PostgreSQL."""

import sys
from urllib.parse import quote

from infra.settings import STATE
from infra.stack import credentials
from infra.stack.program import Program, accepts, answers_http

PLATFORMS = STATE / "sandbox" / "platforms"
CLIENT = "sanling"  # the name under which both platforms know the pipeline


def petition() -> Program:
    """The petition platform's HTTP interface."""
    return Program(
        name="petition",
        command=(sys.executable, "-m", "infra.sandbox.platforms.petition_api"),
        directory=PLATFORMS,
        group="sandbox",
        is_healthy=lambda: answers_http(credentials.port("petition"), "/health"),
        priority=20,
        ports=("petition",),
        prepare=_register_petition,
    )


def emergency() -> Program:
    """The emergency platform's SFTP server."""
    return Program(
        name="emergency",
        command=(sys.executable, "-m", "infra.sandbox.platforms.emergency_sftp"),
        directory=PLATFORMS,
        group="sandbox",
        is_healthy=lambda: accepts(credentials.port("emergency")),
        priority=20,
        ports=("emergency",),
        prepare=_register_emergency,
    )


def _register_petition() -> None:
    PLATFORMS.mkdir(parents=True, exist_ok=True)
    credentials.add_connection("petition", f"http://{_door('petition')}")


def _register_emergency() -> None:
    # Imported here because asyncssh is slow to import, and every `sanling stack` would wait for it.
    from infra.sandbox.platforms.emergency_sftp import fingerprint

    PLATFORMS.mkdir(parents=True, exist_ok=True)
    pin = quote(fingerprint(PLATFORMS / "emergency"), safe="")
    credentials.add_connection("emergency", f"sftp://{_door('emergency')}/?host_key={pin}")


def _door(name: str) -> str:
    return f"{CLIENT}:{credentials.secret(name)}@{credentials.LOOPBACK}:{credentials.port(name)}"
