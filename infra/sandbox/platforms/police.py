"""The police platform: a PostgreSQL front-end database with the 110 call table.

A day's rows replace the earlier versions of the same call; a deleted call stays, with its flag set. One
transaction per day, rows streamed through COPY, so a million rows need no more memory than a thousand.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql

from infra.sandbox.platforms import outbox, police_table
from infra.sandbox.platforms.police_table import DATABASE, DELETED, KEY, TABLE
from infra.settings import connection

FEED = "police.incident"
OWNER_CONNECTION = "police_owner"  # its own connection: the platform's, never the pipeline's
ROWS_A_BLOCK = 20_000
# A row without a number has no earlier version; it is replaced only by itself, so that a day can be repeated.
REPLACE = (
    f'DELETE FROM {TABLE} t USING stage s WHERE t."{KEY}" = s."{KEY}" AND s."{KEY}" <> \'\'',
    f"DELETE FROM {TABLE} t USING stage s WHERE coalesce(t.\"{KEY}\", '') = '' AND t::text = s::text",
    f"INSERT INTO {TABLE} SELECT * FROM stage",
)


def set_up(admin: str, owner_uri: str, reader_uri: str) -> None:
    """Create the database, its owner and the read-only role; `admin` is a superuser's connection string.

    Safe to run again; passwords are set to those of the URIs each time.
    """
    owner, reader = urlsplit(owner_uri), urlsplit(reader_uri)
    with psycopg.connect(admin, autocommit=True) as con:
        for role in (owner, reader):
            _role(con, str(role.username), str(role.password))
        if con.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            con.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(DATABASE), sql.Identifier(str(owner.username))
                )
            )
        name, guest = sql.Identifier(DATABASE), sql.Identifier(str(reader.username))
        con.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        con.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, guest))
        con.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(guest))
    with psycopg.connect(owner_uri) as con:
        con.execute("SELECT pg_advisory_xact_lock(hashtext('icc_t_jjdb'))")
        for statement in police_table.statements(f'"{reader.username}"'):
            con.execute(statement)


def _role(con: psycopg.Connection, name: str, password: str) -> None:
    known = con.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    con.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(name), password))


def load(day: date) -> int:
    """Take in one day of the outbox and return its rows; the same day again changes nothing."""
    with outbox.connect() as con:
        columns = outbox.open_day(con, FEED, day)
        chosen = ", ".join(_value(name) for name in columns)
        # Of several versions of a call on one day the table can only show the last one.
        rows = con.execute(
            f"SELECT {chosen} FROM today QUALIFY coalesce(\"{KEY}\", '') = '' "
            f'OR rank() OVER (PARTITION BY "{KEY}" ORDER BY "{police_table.WATERMARK}" DESC) = 1'
        )
        with psycopg.connect(connection(OWNER_CONNECTION)) as target:
            target.execute(f"CREATE TEMP TABLE stage (LIKE {TABLE}) ON COMMIT DROP")
            try:
                count = _copy(target, "stage", columns, rows)
            except psycopg.DataError as error:
                raise outbox.OutboxUnfit(_explain(day, error)) from None
            target.execute(f'CREATE INDEX ON stage ("{KEY}")')
            target.execute("ANALYZE stage")
            for statement in REPLACE:
                target.execute(statement)
    return count


def _value(column: str) -> str:
    """A deleted call is flagged, whatever the outbox says in the flag's column."""
    if column == DELETED:
        return f"CASE WHEN _op = 'delete' THEN '1' ELSE \"{DELETED}\" END AS \"{DELETED}\""
    return f'"{column}"'


def reset() -> None:
    """Empty the table, for another city."""
    with psycopg.connect(connection(OWNER_CONNECTION)) as con:
        con.execute(f"TRUNCATE {TABLE}")


def bulk_load(rows: duckdb.DuckDBPyConnection) -> int:
    """Replace the table by the result of a query that was just executed on `rows`; for measurements."""
    columns = [str(entry[0]) for entry in rows.description or []]
    with psycopg.connect(connection(OWNER_CONNECTION)) as con:
        con.execute(f"TRUNCATE {TABLE}")
        count = _copy(con, TABLE, columns, rows)
    with psycopg.connect(connection(OWNER_CONNECTION), autocommit=True) as con:
        con.execute(f"VACUUM ANALYZE {TABLE}")
    return count


def _copy(con: psycopg.Connection, table: str, columns: list[str], rows: duckdb.DuckDBPyConnection) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    blank = ", ".join(f'"{name}"' for name in police_table.typed_columns() if name in columns)
    count = 0
    with (
        con.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv, FORCE_NULL ({blank}))") as copy,
    ):
        for batch in _batches(rows):
            count += batch.num_rows
            buffer = io.BytesIO()
            pyarrow.csv.write_csv(batch, buffer, pyarrow.csv.WriteOptions(include_header=False))
            copy.write(buffer.getbuffer())
    return count


def _batches(rows: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
    yield from rows.to_arrow_reader(ROWS_A_BLOCK)


def _explain(day: date, error: psycopg.DataError) -> str:
    """Name the column and the line, never the value that PostgreSQL's own message repeats."""
    place = re.search(r"line (\d+)(?:, column (\w+))?", error.diag.context or "")
    where = f"row {place[1]}, column {place[2]}" if place else "unknown place"
    return (
        f"{FEED} {day}: {where}: {type(error).__name__}; the column's type "
        f"{police_table.sql_type(place[2]) if place and place[2] else ''} cannot hold the value. "
        "Mend the generator's row, or widen the type in police_table.py."
    )
