"""Put schema `mart_next` in the place of `mart` without hurting those who read.

A rename takes no lock on a table, so a reader in the middle of a query or of a plain transaction is neither
stopped nor broken: it finishes on the old tables and finds the new ones by its next statement. Only a
reader with a snapshot older than the new rows (REPEATABLE READ, SERIALIZABLE, pg_dump) would see the new
tables as empty; the swap waits for those, with a limit. The old tables are dropped when nobody holds them.
"""

import os
import time
from collections.abc import Callable

import psycopg

from infra.nightly import publication
from infra.serving import connect_serving

CURRENT, NEXT, OLD = "mart", "mart_next", "mart_old_"
WAIT = "SANLING_READERS_WAIT_SECONDS"
WAIT_DEFAULT = 600.0
LOCK_TIMEOUT = "500ms"  # below deadlock_timeout: in a deadlock it is always the publication that gives way
OLDER_READERS = """
SELECT format('pid %%s (%%s, %%s) since %%s', pid, usename, coalesce(nullif(application_name, ''), 'unnamed'),
              xact_start::timestamp(0))
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND backend_xmin IS NOT NULL AND xact_start < %s
"""
DEPENDENTS = """
WITH RECURSIVE dependent AS (
    SELECT r.ev_class AS oid, 1 AS depth
    FROM pg_depend d
    JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_class base ON base.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_namespace n ON n.oid = base.relnamespace AND n.nspname = %s
    WHERE r.ev_class <> base.oid
    UNION
    SELECT r.ev_class, depth + 1
    FROM dependent
    JOIN pg_depend d ON d.refobjid = dependent.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    WHERE r.ev_class <> dependent.oid
)
SELECT c.oid::regclass::text, c.relkind = 'm', pg_get_viewdef(c.oid)
FROM (SELECT oid, max(depth) AS depth FROM dependent GROUP BY oid) v JOIN pg_class c USING (oid)
ORDER BY v.depth
"""


class ReadersInTheWay(RuntimeError):
    """Readers hold old snapshots, or objects that must move with the marts, for longer than we wait."""


def clear_next() -> None:
    """An empty `mart_next`, whatever a run before left there."""
    with connect_serving() as con:
        con.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE".encode())
        con.execute(f"CREATE SCHEMA {NEXT}".encode())


def swap(record: Callable[[psycopg.Connection], None]) -> None:
    """Swap and `record` in one transaction; ReadersInTheWay after SANLING_READERS_WAIT_SECONDS."""
    patience = float(os.environ.get(WAIT, WAIT_DEFAULT))
    deadline = time.monotonic() + patience
    with connect_serving() as con:
        con.autocommit = True
        publication.ensure(con)
        filled = con.execute("SELECT clock_timestamp()").fetchone()
        while True:
            holders = [text for (text,) in con.execute(OLDER_READERS, filled).fetchall()]
            if not holders:
                try:
                    _swap(con, record)
                    return
                except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
                    holders = [str(error).strip()]
            if time.monotonic() >= deadline:
                raise ReadersInTheWay(
                    f"not published, the old marts stay: waited {patience:.0f} s for {'; '.join(holders)}. "
                    "End these sessions or let them finish, then run `publish` again."
                )
            time.sleep(0.5)


def sweep() -> list[str]:
    """Drop former marts that nobody holds any more; returns the schemas that are still held."""
    held = []
    with connect_serving() as con:
        con.autocommit = True
        con.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
        names = con.execute(
            "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", (OLD,)
        ).fetchall()
        for (name,) in names:
            try:
                con.execute(f"DROP SCHEMA {name} CASCADE".encode())
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                held.append(name)
    return held


def _swap(con: psycopg.Connection, record: Callable[[psycopg.Connection], None]) -> None:
    with con.transaction():
        con.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
        views = con.execute(DEPENDENTS, (CURRENT,)).fetchall()
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {CURRENT}".encode())
        tag = con.execute("SELECT pg_current_xact_id()::text").fetchone() or ("0",)
        con.execute(f"ALTER SCHEMA {CURRENT} RENAME TO {OLD}{tag[0]}".encode())
        con.execute(f"ALTER SCHEMA {NEXT} RENAME TO {CURRENT}".encode())
        for name, is_materialised, definition in views:
            _move_view(con, name, is_materialised, definition)
        record(con)


def _move_view(con: psycopg.Connection, name: str, is_materialised: bool, definition: str) -> None:
    """A view of a consumer is made again over the new marts, or the whole swap is undone."""
    if is_materialised:
        raise psycopg.errors.FeatureNotSupported(
            f"materialised view {name} reads schema {CURRENT} and cannot follow the swap: "
            "make it a plain view, or copy the mart into a table of your own"
        )
    con.execute(f"CREATE OR REPLACE VIEW {name} AS {definition}".encode())
