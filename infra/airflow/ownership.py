"""Who runs tasks on this Airflow home: one direct run, or a scheduler, never both.

`dag.test()` and a scheduler on one metadata database would take each other's tasks. A lock on a file keeps
them apart: the scheduler shares it for as long as it lives, a direct run holds it alone. It ends with its
holders, whatever happens to them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock

from infra.stack.airflow import HOME


class HomeTaken(RuntimeError):
    """Another direct run is under way on this Airflow home."""


class SchedulerLives(RuntimeError):
    """A scheduler runs on this Airflow home: ask it, through its API."""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the home for a direct run. Raises SchedulerLives or HomeTaken at once."""
    handle = _open()
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise _why(handle) from None
        yield
    finally:
        os.close(handle)


def join() -> int:
    """Share the home for as long as this process and what it executes live; waits for a direct run to end."""
    handle = _open()
    os.set_inheritable(handle, True)
    flock(handle, LOCK_SH)
    return handle


def scheduler_lives() -> bool:
    """Whether a scheduler shares the home now."""
    handle = _open()
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return isinstance(_why(handle), SchedulerLives)
    finally:
        os.close(handle)
    return False


def _open() -> int:
    HOME.mkdir(parents=True, mode=0o700, exist_ok=True)
    return os.open(HOME / ".owner.lock", os.O_CREAT | os.O_RDWR, 0o600)


def _why(handle: int) -> RuntimeError:
    """Tell a scheduler from a direct run: only schedulers let others share."""
    try:
        flock(handle, LOCK_SH | LOCK_NB)
    except BlockingIOError:
        return HomeTaken(f"another run is under way on {HOME}: wait for it, or watch it in its terminal")
    flock(handle, LOCK_UN)
    return SchedulerLives(f"a scheduler runs on {HOME}")
