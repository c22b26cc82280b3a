"""Processes of this stack, found by the mark in their environment: a pid alone may be somebody else's."""

from collections.abc import Iterator

import psutil

from infra.settings import STATE
from infra.stack.configuration import PROGRAM
from infra.stack.supervision import MARK


def ours() -> Iterator[tuple[psutil.Process, str]]:
    """All living processes that this stack started, whoever their parent is now, each with its program.

    supervisord itself is among them, with "" for a name.
    """
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            if environment.get(MARK) == str(STATE) and process.status() != psutil.STATUS_ZOMBIE:
                yield process, environment.get(PROGRAM, "")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def stop_all(seconds: float = 5.0) -> int:
    """Stop what is left of this stack, first politely; returns how many processes that were."""
    left = [process for process, _ in ours()]
    for process in left:
        _tell(process, "terminate")
    _, alive = psutil.wait_procs(left, timeout=seconds)
    for process in alive:
        _tell(process, "kill")
    psutil.wait_procs(alive, timeout=seconds)
    return len(left)


def _tell(process: psutil.Process, verb: str) -> None:
    try:
        getattr(process, verb)()
    except psutil.NoSuchProcess:
        return
