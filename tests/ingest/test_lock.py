"""The feed's lock: one holder at a time, freed with its process, and known to be lost when it is."""

import subprocess
import sys
import time

import psycopg
import pytest

from infra.settings import ROOT, Settings
from infra.stack.credentials import database_uri
from infra.stack.postgres import SUPERUSER
from ingest.lock import FeedBusy, LockUnavailable, feed_lock, key_of

HOLDER = """
from ingest.lock import feed_lock
with feed_lock("police.lock"):
    print("held", flush=True)
    input()
"""


@pytest.fixture
def holder(stack: Settings) -> "subprocess.Popen[str]":
    """A process that holds the lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_another_process_waits_and_gives_up(holder: "subprocess.Popen[str]") -> None:
    started = time.monotonic()
    with pytest.raises(FeedBusy, match=r"police\.lock"), feed_lock("police.lock", wait=0.3):
        pytest.fail("two holders")
    assert time.monotonic() - started >= 0.3
    with feed_lock("police.other", wait=0.3):
        pass
    holder.kill()
    holder.wait()


def test_a_killed_holder_leaves_nothing_behind(holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait()
    with feed_lock("police.lock", wait=5) as hold:
        hold.check()


def test_the_lock_is_free_inside_itself(stack: Settings) -> None:
    with feed_lock("police.lock", wait=1) as outer:
        with feed_lock("police.lock", wait=1) as inner:
            assert inner is outer
        outer.check()
    with feed_lock("police.lock", wait=1) as later:
        assert later is not outer


def test_a_lost_session_is_noticed(stack: Settings) -> None:
    with feed_lock("police.lock", wait=1) as hold:
        with psycopg.connect(database_uri(SUPERUSER, "postgres"), autocommit=True) as con:
            con.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND (classid::bigint << 32) + objid::bigint = %s",
                (key_of("police.lock"),),
            )
        with pytest.raises(LockUnavailable, match=r"police\.lock"):
            hold.check()


def test_feeds_have_numbers_of_their_own() -> None:
    numbers = {key_of(feed) for feed in ("police.incident", "police.case", "grid.event")}
    assert len(numbers) == 3
    assert all(0 <= number < 2**63 for number in numbers)
