"""One pull of a feed at a time: a session-level advisory lock in the pipeline's PostgreSQL.

PostgreSQL frees the lock when the session ends, so a killed process leaves none behind.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from infra.settings import settings

WAIT_SECONDS = 1800.0


class FeedBusy(RuntimeError):
    """Another process is pulling or validating this feed and did not finish in the time we waited."""


class LockUnavailable(RuntimeError):
    """The pipeline's PostgreSQL cannot be reached or refused us, or the lock's session was lost."""


class Hold:
    """A lock in hand."""

    def __init__(self, feed: str, session: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._feed, self._session = feed, session

    def check(self) -> None:
        """Raise LockUnavailable when the session that holds the lock is gone, before anything is shown."""
        try:
            self._session.execute("SELECT 1")
        except psycopg.Error:
            raise LockUnavailable(f"{self._feed}: the lock's session was lost; pull it again") from None


_held: dict[str, Hold] = {}  # what this process has locked: a lock inside the same lock is free


@contextmanager
def feed_lock(feed: str, wait: float = WAIT_SECONDS) -> Iterator[Hold]:
    """Hold the lock of a feed; waits up to `wait` seconds, then raises FeedBusy."""
    if feed in _held:
        yield _held[feed]
        return
    with _session() as session:
        _acquire(session, feed, wait)
        _held[feed] = Hold(feed, session)
        try:
            yield _held[feed]
        finally:
            del _held[feed]


def key_of(feed: str) -> int:
    """The lock's number: 63 bits of a hash, so that feeds do not share one."""
    return int.from_bytes(hashlib.sha256(f"sanling.feed.{feed}".encode()).digest()[:8]) >> 1


def _session() -> "psycopg.Connection[tuple[object, ...]]":
    s = settings()
    try:
        return psycopg.connect(
            host=s.pg_host,
            port=s.pg_port,
            user=s.pg_user,
            password=s.pg_password.get_secret_value(),
            dbname=s.pg_serving,
            autocommit=True,
            connect_timeout=10,
            keepalives_idle=30,  # the session is silent while a long pull runs
            application_name="sanling-lock",
        )
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise LockUnavailable(
            f"PostgreSQL {s.pg_host}:{s.pg_port}/{s.pg_serving} refused: {reason}. "
            "Check SANLING_PG_USER and SANLING_PG_PASSWORD, or start the stack."
        ) from None


def _acquire(session: "psycopg.Connection[tuple[object, ...]]", feed: str, wait: float) -> None:
    session.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{max(1, int(wait * 1000))}ms")))
    try:
        session.execute("SELECT pg_advisory_lock(%s)", (key_of(feed),))
    except psycopg.errors.LockNotAvailable:
        raise FeedBusy(
            f"{feed} is being pulled by another process; gave up after {wait:.0f} s. Try again later."
        ) from None
