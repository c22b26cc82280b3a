"""Put schemas `mart_next` and `statistics_next` in the place of those without `_next`, hurting no reader.

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

CURRENT, NEXT = "mart", "mart_next"
SCHEMAS = {NEXT: CURRENT, "statistics_next": "statistics"}  # swapped in one transaction
OLD = "{}_old_"
WAIT = "SANLING_READERS_WAIT_SECONDS"
WAIT_DEFAULT = 600.0
GIVEN_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
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
    JOIN pg_namespace n ON n.oid = base.relnamespace AND n.nspname = ANY (%s)
    WHERE r.ev_class <> base.oid
    UNION
    SELECT r.ev_class, depth + 1
    FROM dependent
    JOIN pg_depend d ON d.refobjid = dependent.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    WHERE r.ev_class <> dependent.oid
)
SELECT format('%%I.%%I', n.nspname, c.relname), c.relkind = 'v', pg_get_viewdef(c.oid)
FROM (SELECT oid, max(depth) AS depth FROM dependent GROUP BY oid) v
JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY v.depth
"""


class ReadersInTheWay(RuntimeError):
    """Readers hold old snapshots, or objects that must move with the marts, for longer than we wait."""


def clear_next() -> None:
    """Empty schemas for the next marts, whatever a run before left there."""
    with connect_serving() as con:
        for name in SCHEMAS:
            con.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
            con.execute(f"CREATE SCHEMA {name}".encode())


def swap(record: Callable[[psycopg.Connection], None]) -> list[str]:
    """Swap and `record` in one transaction; ReadersInTheWay after SANLING_READERS_WAIT_SECONDS.

    Views of consumers are made again over the new marts. Returns those that could not be, which go on
    reading the old tables: materialised ones, and ones that our role may not replace.
    """
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
                    return _swap(con, record)
                except GIVEN_WAY as error:
                    holders = [str(error).strip()]
            if time.monotonic() >= deadline:
                raise ReadersInTheWay(
                    f"not published, the old marts stay: waited {patience:.0f} s for {'; '.join(holders)}. "
                    "End these sessions or let them finish, then run `publish` again."
                )
            time.sleep(0.5)


def sweep() -> list[str]:
    """Drop former marts that nobody needs any more; returns those that readers or views still hold."""
    held = []
    with connect_serving() as con:
        con.autocommit = True
        con.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
        former = "SELECT nspname FROM pg_namespace WHERE nspname ^@ ANY (%s)"
        wanted = [OLD.format(name) for name in SCHEMAS.values()]
        for (name,) in con.execute(former, (wanted,)).fetchall():
            if con.execute(DEPENDENTS, ([name],)).fetchone():
                held.append(name)
                continue
            try:
                con.execute(f"DROP SCHEMA {name} CASCADE".encode())
            except GIVEN_WAY:
                held.append(name)
    return held


def _swap(con: psycopg.Connection, record: Callable[[psycopg.Connection], None]) -> list[str]:
    with con.transaction():
        con.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
        views = con.execute(DEPENDENTS, ([*SCHEMAS.values()],)).fetchall()
        tag = con.execute("SELECT pg_current_xact_id()::text").fetchone() or ("0",)
        for following, current in SCHEMAS.items():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {current}".encode())
            con.execute(f"ALTER SCHEMA {current} RENAME TO {OLD.format(current)}{tag[0]}".encode())
            con.execute(f"ALTER SCHEMA {following} RENAME TO {current}".encode())
        left = [name for name, is_plain, text in views if not (is_plain and _moved(con, name, text))]
        record(con)
    return left


def _moved(con: psycopg.Connection, view: str, definition: str) -> bool:
    """Make a consumer's view again over the new marts; its grants stay. False where that is not possible."""
    try:
        with con.transaction():
            con.execute(f"CREATE OR REPLACE VIEW {view} AS {definition}".encode())
    except GIVEN_WAY:
        raise
    except psycopg.Error:
        return False
    return True
