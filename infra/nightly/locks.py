"""Locks of the night, held by PostgreSQL, so that they end with their holder, whatever happens to it.

One process of the whole installation may write the lake. Airflow's one-slot pool keeps its own tasks apart;
this lock also keeps apart what people start by hand, and a build whose parent was killed from the build that
is started in its place. And while raw objects are read, no pull may replace them.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import psycopg

from infra.serving import connect_serving
from ingest.lock import key_of

LAKE_WRITER, LAKE_PART = 3_030_001, 3_030_002  # any numbers that nobody else uses in this database
WAIT = "SANLING_LAKE_WAIT_SECONDS"
WAIT_DEFAULT = 900.0


class LakeBusy(RuntimeError):
    """Another process has been writing the lake for longer than we wait."""


@contextmanager
def lake_writer() -> Iterator[None]:
    """Hold the right to write the lake; LakeBusy names the holder after SANLING_LAKE_WAIT_SECONDS."""
    with connect_serving() as con:
        con.autocommit = True
        _wait(con, lambda: _try(con, LAKE_WRITER) and _try(con, LAKE_PART))
        con.execute("SELECT pg_advisory_unlock(%s)", (LAKE_PART,))
        yield


@contextmanager
def lake_part() -> Iterator[None]:
    """Write the lake for a holder of `lake_writer`, beside others that do: nobody else may while one of them
    is still at it, even when the holder was killed. Raises LakeBusy.
    """
    with connect_serving() as con:
        con.autocommit = True
        _wait(con, lambda: _try(con, LAKE_PART, shared=True))
        yield


@contextmanager
def raw_objects(feeds: Iterable[str]) -> Iterator[frozenset[str]]:
    """Keep pulls and validations waiting while raw objects are read; yields the feeds that are at it now.

    Those are not waited for, since a pull may take hours: the night leaves their batches out.
    """
    with connect_serving() as con:
        con.autocommit = True
        busy = [feed for feed in feeds if not _try(con, key_of(feed), shared=True)]
        yield frozenset(busy)


def _wait(con: psycopg.Connection, has_come: Callable[[], bool]) -> None:
    patience = float(os.environ.get(WAIT, WAIT_DEFAULT))
    deadline = time.monotonic() + patience
    while not has_come():
        if time.monotonic() >= deadline:
            raise LakeBusy(
                f"the lake is being written by {_holder(con)}; waited {patience:.0f} s. "
                "Let it finish, or end that process, and run this step again."
            )
        time.sleep(0.2)


def _try(con: psycopg.Connection, key: int, *, shared: bool = False) -> bool:
    function = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
    return con.execute(f"SELECT {function}(%s)".encode(), (key,)).fetchone() == (True,)


def _holder(con: psycopg.Connection) -> str:
    found = con.execute(
        "SELECT 'connection ' || l.pid || coalesce(' since ' || a.backend_start::timestamp(0), '') "
        "FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objid IN (%s, %s) AND l.pid <> pg_backend_pid()",
        (LAKE_WRITER, LAKE_PART),
    ).fetchone()
    return str(found[0]) if found else "another process"
