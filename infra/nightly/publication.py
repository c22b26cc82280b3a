"""`sanling.publication`: which run published which snapshot of the lake for which business date."""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.types.json import Jsonb

from infra.serving import connect_serving

TABLES = """
CREATE SCHEMA IF NOT EXISTS sanling;
CREATE TABLE IF NOT EXISTS sanling.publication (
    publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id text NOT NULL,
    as_of date NOT NULL,
    snapshot bigint NOT NULL,
    code text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    marts jsonb NOT NULL
);
COMMENT ON TABLE sanling.publication IS 'One row a publication: run, business date, snapshot, rows';
COMMENT ON COLUMN sanling.publication.snapshot IS 'DuckLake snapshot that the marts were copied from';
COMMENT ON COLUMN sanling.publication.code IS 'fingerprint of models, seeds and shared functions';
COMMENT ON COLUMN sanling.publication.marts IS 'mart -> rows';
"""
COLUMNS = "run_id, as_of, snapshot, code, published_at, marts"


@dataclass(frozen=True)
class Publication:
    """One night's marts as consumers got them."""

    run_id: str
    as_of: date
    snapshot: int
    code: str
    published_at: datetime
    marts: dict[str, int]


def ensure(con: psycopg.Connection) -> None:
    """Create the table where it is missing."""
    con.execute(TABLES)


def record(
    con: psycopg.Connection, run_id: str, as_of: date, snapshot: int, code: str, marts: dict[str, int]
) -> None:
    """Say, within the transaction of the swap, what was published."""
    con.execute(
        "INSERT INTO sanling.publication (run_id, as_of, snapshot, code, marts) VALUES (%s, %s, %s, %s, %s)",
        (run_id, as_of, snapshot, code, Jsonb(marts)),
    )


def last() -> Publication | None:
    """The publication that consumers read now; None before the first one."""
    return _newest("true", ())


def of_day(as_of: date) -> Publication | None:
    """The latest publication for a business date."""
    return _newest("as_of = %s", (as_of,))


def snapshot_of(as_of: str | date) -> int:
    """The lake snapshot published for a business date; LookupError names the days that there are."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    found = of_day(day)
    if found is None:
        raise LookupError(f"nothing was published for {day}; published: {_days() or 'nothing yet'}")
    return found.snapshot


def _newest(condition: str, values: tuple[object, ...]) -> Publication | None:
    with connect_serving(read_only=True) as con:
        if con.execute("SELECT to_regclass('sanling.publication') IS NULL").fetchone() == (True,):
            return None
        row = con.execute(
            f"SELECT {COLUMNS} FROM sanling.publication WHERE {condition} "
            "ORDER BY publication_id DESC LIMIT 1".encode(),
            values,
        ).fetchone()
    return None if row is None else Publication(*row)


def _days() -> str:
    with connect_serving(read_only=True) as con:
        if con.execute("SELECT to_regclass('sanling.publication') IS NULL").fetchone() == (True,):
            return ""
        rows = con.execute(
            "SELECT DISTINCT as_of FROM sanling.publication ORDER BY 1 DESC LIMIT 7"
        ).fetchall()
    return ", ".join(str(day) for (day,) in reversed(rows))
