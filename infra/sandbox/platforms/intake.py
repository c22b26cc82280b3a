"""What the generated city hands to its platforms: one Parquet file per feed and day.

`<STATE>/sandbox/outbox/<feed>/<YYYY-MM-DD>.parquet` holds the rows that a platform recorded or changed
that day: the source's own column names, every value as text, and `_op` (`upsert` or `delete`). Other
columns that begin with an underscore speak about the row and never leave the sandbox.
"""

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from infra.sandbox.parameters import FOLDER

OUTBOX = FOLDER / "outbox"


class OutboxUnfit(RuntimeError):
    """A day of the outbox that a platform cannot hold, for example text in a typed column."""


def file(feed: str, day: date) -> Path:
    """Where the day's rows of a feed stand."""
    return OUTBOX / feed / f"{day.isoformat()}.parquet"


def days(feed: str) -> list[date]:
    """The days for which the feed has a file, oldest first."""
    return sorted(date.fromisoformat(found.stem) for found in (OUTBOX / feed).glob("????-??-??.parquet"))


def fingerprint(feed: str, day: date) -> str:
    """SHA-256 of the day's file; another city has other fingerprints."""
    with file(feed, day).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def connect() -> duckdb.DuckDBPyConnection:
    """A small in-memory DuckDB in the time zone of the city."""
    con = duckdb.connect(":memory:")
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    con.execute("SET threads = 2")
    con.execute("SET memory_limit = '1GB'")
    con.execute(f"SET temp_directory = '{FOLDER / 'scratch'}'")
    return con


def open_day(con: duckdb.DuckDBPyConnection, feed: str, day: date, view: str = "today") -> list[str]:
    """Create a view of the day's rows and return the names of the source's columns, in order.

    The view has the source's columns and `_op`. Raises FileNotFoundError when the feed has no such day.
    """
    path = file(feed, day)
    if not path.exists():
        raise FileNotFoundError(f"{feed}: the outbox has no day {day}; run `sanling sandbox advance`")
    relation = con.read_parquet(str(path))
    columns = [name for name in relation.columns if not name.startswith("_")]
    picked = ", ".join(f'"{name}"' for name in [*columns, "_op"])
    con.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {picked} FROM read_parquet('{path}')")
    return columns
