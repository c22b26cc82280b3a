"""A direct run and a scheduler never work on one Airflow home."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.airflow import ownership

WAIT = "print('held', flush=True); sys.stdin.read()"
HOLD = f"import os, sys\nfrom infra.airflow import ownership\n{{}}\n{WAIT}\n"


@contextmanager
def holder(statement: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home until the block ends."""
    command = [sys.executable, "-c", HOLD.format(statement)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_direct_run_finds_the_scheduler() -> None:
    with holder("ownership.join()"):
        assert ownership.scheduler_lives()
        with pytest.raises(ownership.SchedulerLives), ownership.alone():
            pass
    assert not ownership.scheduler_lives()


def test_a_second_direct_run_is_refused() -> None:
    with holder("run = ownership.alone(); run.__enter__()"):
        assert not ownership.scheduler_lives()
        with pytest.raises(ownership.HomeTaken, match="another run is under way"), ownership.alone():
            pass
    with ownership.alone():
        pass


def test_the_lock_stays_with_the_program_that_the_scheduler_becomes() -> None:
    become = "ownership.join(); os.execv(sys.executable, [sys.executable, '-c', "
    with holder(f'{become}"import sys; {WAIT}"])'):
        assert ownership.scheduler_lives()
