"""What the stack needs to know about one program that it runs."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.request import urlopen

from infra.stack.credentials import LOOPBACK

Group = Literal["core", "sandbox", "airflow", "dashboard"]


def nothing() -> None:
    """The preparation of a program that needs none."""


@dataclass(frozen=True)
class Program:
    """One process under the supervisor. Programs of one priority start together, lower ones first."""

    name: str
    command: tuple[str, ...]  # program and arguments, no shell
    directory: Path
    group: Group
    is_healthy: Callable[[], bool]  # asked again and again until true; must not wait long
    priority: int = 10
    ports: tuple[str, ...] = ()  # names for credentials.port; the first one is shown by `status`
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = nothing  # before each start: folders, configuration
    finish: Callable[[], None] = nothing  # once healthy, at every `up`: roles, buckets; idempotent
    tidy: Callable[[], None] = nothing  # at `down`, when it is gone: what it left behind
    stop_signal: str = "TERM"
    stop_seconds: int = 10  # then it is killed
    start_seconds: int = 30  # to become healthy
    as_server_user: bool = False  # when root: run it as the user of owner.py


def accepts(port: int) -> bool:
    """Whether something listens on a loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def answers_http(port: int, path: str) -> bool:
    """Whether a GET on a loopback port gets a 2xx."""
    try:
        with urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=2) as answer:
            return bool(answer.status < 300)
    except (URLError, OSError):
        return False
