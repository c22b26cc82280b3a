"""What the source's catalogue says about one table, asked before any row is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from ingest.connectors import SourceError, SourceUnavailable

# UTF-8 whatever the database is kept in; a silent network ends the session within a minute
OPTIONS: dict[str, str | int] = {
    "application_name": "sanling",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
DECIMAL_DIGITS = 38  # DuckDB's widest exact number
WINDOW_TYPES = ("timestamp", "timestamptz", "date")  # a watermark of another type has no order in time
# SQLSTATE classes that pass by themselves: connection lost, resources, shutdown, too many connections
TRANSIENT = ("08", "53", "57")
COLUMNS = """
    SELECT a.attname, t.typname, a.atttypmod, NOT a.attnotnull
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
RELATION = """
    SELECT c.oid, c.reltuples FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


@dataclass(frozen=True)
class Column:
    """One column as PostgreSQL declares it."""

    name: str
    type: str  # pg_type.typname
    modifier: int  # atttypmod; -1 = none
    is_nullable: bool

    @property
    def scale(self) -> int:
        """Digits after the point of a declared numeric; may be negative."""
        return (((self.modifier - 4) & 0x7FF) ^ 0x400) - 0x400  # as numeric.c unpacks it

    @property
    def loses_digits(self) -> bool:
        """A numeric that DuckDB's scanner would read as DOUBLE or with a wrong scale."""
        if self.type != "numeric":
            return False
        precision = (self.modifier - 4) >> 16 & 0xFFFF
        return self.modifier < 0 or precision > DECIMAL_DIGITS or not 0 <= self.scale <= precision


@dataclass(frozen=True)
class Table:
    """A table or view of the source, and how much of it the window takes."""

    schema: str
    relation: str
    columns: tuple[Column, ...]
    share_in_window: float  # the planner's estimate, 0..1

    @property
    def name(self) -> str:
        """`schema.table`, as it stands in `_source_uri`."""
        return f"{self.schema}.{self.relation}"

    def column(self, name: str) -> Column:
        """The column of a name that `inspect` has found."""
        return next(column for column in self.columns if column.name == name)


def inspect(
    dsn: Mapping[str, Any],
    feed: str,
    connection: str,
    schema: str,
    relation: str,
    watermark: str,
    window: tuple[datetime, datetime],
) -> Table:
    """Read the catalogue; SourceError or SourceUnavailable name feed and connection, never a secret."""
    where = f"{feed} (connection {connection!r})"
    try:
        with psycopg.connect(**{**OPTIONS, **dsn}) as session:
            session.read_only = True
            return _inspect(session, where, schema, relation, watermark, window)
    except psycopg.Error as error:
        raise _explained(error, where, connection, f"{schema}.{relation}") from None


def _inspect(
    session: psycopg.Connection[Any],
    where: str,
    schema: str,
    relation: str,
    watermark: str,
    window: tuple[datetime, datetime],
) -> Table:
    found = session.execute(RELATION, (schema, relation)).fetchone()
    if found is None:
        raise SourceError(
            f"{where}: there is no table {schema}.{relation}, or this user may not see it. "
            "Check servers.schema and schema.physicalName of the contract."
        )
    columns = tuple(Column(*row) for row in session.execute(COLUMNS, (found[0],)).fetchall())
    if watermark not in {column.name for column in columns}:
        raise SourceError(
            f"{where}: {schema}.{relation} has no watermark column {watermark!r}; it has "
            f"{', '.join(column.name for column in columns)}. Check `watermark` of the contract."
        )
    mark = next(column for column in columns if column.name == watermark)
    if mark.type not in WINDOW_TYPES:
        raise SourceError(
            f"{where}: watermark {watermark!r} of {schema}.{relation} is of type {mark.type}; a window needs "
            f"{', '.join(WINDOW_TYPES)}. Let the source offer a view with such a column."
        )
    explain = sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {} WHERE {mark} >= {} AND {mark} < {}").format(
        sql.Identifier(schema, relation), *map(sql.Literal, window), mark=sql.Identifier(watermark)
    )
    planned = session.execute(explain).fetchone()
    rows = float(planned[0][0]["Plan"]["Plan Rows"]) if planned else 0.0
    total = max(float(found[1]), rows, 1.0)
    return Table(schema, relation, columns, rows / total)


def has_nan(dsn: Mapping[str, Any], table: Table, columns: list[str], condition: str) -> bool:
    """Whether any of these numeric columns holds NaN under a condition."""
    names = sql.SQL(" OR ").join(sql.SQL("{} = 'NaN'").format(sql.Identifier(name)) for name in columns)
    query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE ({}) AND ({}))").format(
        sql.Identifier(table.schema, table.relation), names, sql.SQL(condition)
    )
    with psycopg.connect(**{**OPTIONS, **dsn}) as session:
        session.read_only = True
        found = session.execute(query).fetchone()
    return bool(found and found[0])


def _explained(error: psycopg.Error, where: str, connection: str, table: str) -> Exception:
    """The fault in our words: libpq's message may repeat what the connection string held."""
    state = error.sqlstate or ""
    key = f"SANLING_CONN_{connection.upper()}"
    if state.startswith("28") or "password authentication failed" in str(error):
        return SourceError(f"{where}: user or password refused. Check {key}.")
    if state == "3D000" or ("database" in str(error) and "does not exist" in str(error)):
        return SourceError(f"{where}: the database does not exist. Check {key}.")
    if state == "42501":
        return SourceError(f"{where}: the user may not read {table}. Ask the platform for SELECT on it.")
    if not state or state.startswith(TRANSIENT):
        return SourceUnavailable(f"{where}: PostgreSQL does not answer. Check that it runs, and {key}.")
    return SourceError(f"{where}: PostgreSQL refused with SQLSTATE {state} ({type(error).__name__}).")
