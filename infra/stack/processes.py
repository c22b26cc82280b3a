"""Processes of this stack, found by the mark in their environment: a pid alone may be somebody else's."""

from collections.abc import Iterator

import psutil

from infra.settings import STATE
from infra.stack.supervision import MARK


def ours() -> Iterator[psutil.Process]:
    """All living processes that this stack started, supervisord included, whoever their parent is now."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(STATE) and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def stop_all(seconds: float = 5.0) -> int:
    """Stop what is left of this stack, first politely; returns how many processes that were."""
    left = list(ours())
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
