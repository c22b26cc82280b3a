"""The police platform: a PostgreSQL front-end database with the 110 call table.

A day's rows replace the earlier versions of the same call; a deleted call stays, with its flag set. One
transaction per day, rows streamed through COPY, so a million rows need no more memory than a thousand.
"""

import io
import re
from collections.abc import Iterator
from datetime import date

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv

from infra.sandbox.platforms import intake, police_table
from infra.sandbox.platforms.police_table import DATABASE, DELETED, KEY, TABLE
from infra.stack import credentials

FEED = "police.incident"
ROWS_A_BLOCK = 20_000


def owner_uri() -> str:
    """How the platform itself reaches its database; the pipeline's connection `police` may only read."""
    return credentials.database_uri(DATABASE, DATABASE)


def _open() -> psycopg.Connection:
    """A transaction in the platform's database, with its table made if it is not there yet."""
    con = psycopg.connect(owner_uri())
    con.execute("SELECT pg_advisory_xact_lock(hashtext('icc_t_jjdb'))")
    if con.execute("SELECT to_regclass(%s)", (TABLE,)).fetchone() == (None,):
        for statement in (police_table.create_table(), *police_table.finish_table()):
            con.execute(statement)
    return con


def load(day: date) -> int:
    """Take in one day of the outbox and return its rows; the same day again changes nothing."""
    with intake.connect() as con:
        columns = intake.open_day(con, FEED, day)
        chosen = ", ".join(_value(name) for name in columns)
        # Of several versions of a call on one day the table can only show the last one.
        last = f'row_number() OVER (PARTITION BY "{KEY}" ORDER BY "{police_table.WATERMARK}" DESC) = 1'
        rows = con.execute(f"SELECT {chosen} FROM today QUALIFY {last}")
        with _open() as target:
            target.execute(f"CREATE TEMP TABLE stage (LIKE {TABLE} INCLUDING INDEXES) ON COMMIT DROP")
            try:
                count = _copy(target, "stage", columns, rows)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                raise intake.OutboxUnfit(_explain(day, error)) from None
            target.execute(f'DELETE FROM {TABLE} t USING stage s WHERE t."{KEY}" = s."{KEY}"')
            target.execute(f"INSERT INTO {TABLE} SELECT * FROM stage")
    return count


def _value(column: str) -> str:
    """A deleted call is flagged, whatever the outbox says in the flag's column."""
    if column == DELETED:
        return f"CASE WHEN _op = 'delete' THEN '1' ELSE \"{DELETED}\" END AS \"{DELETED}\""
    return f'"{column}"'


def reset() -> None:
    """Empty the table, for another city."""
    with _open() as con:
        con.execute(f"TRUNCATE {TABLE}")


def bulk_load(rows: duckdb.DuckDBPyConnection) -> int:
    """Replace the table by the result of a query that was just executed on `rows`; for measurements."""
    columns = [str(entry[0]) for entry in rows.description or []]
    with _open() as con:
        con.execute(f"DROP TABLE {TABLE}")
        con.execute(police_table.create_table())
        count = _copy(con, TABLE, columns, rows)
        for statement in police_table.finish_table():
            con.execute(statement)
    with psycopg.connect(owner_uri(), autocommit=True) as con:
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


def _explain(day: date, error: psycopg.Error) -> str:
    """Name the column and the line, never the value that PostgreSQL's own message repeats."""
    place = re.search(r"line (\d+)(?:, column (\w+))?", error.diag.context or "")
    # PostgreSQL counts lines, and a text may have several.
    where = f"column {place[2]}, row {place[1]} or a little before" if place else "unknown place"
    return (
        f"{FEED} {day}: {where}: {type(error).__name__}; the column's type "
        f"{police_table.sql_type(place[2]) if place and place[2] else ''} cannot hold the value. "
        "Mend the generator's row, or widen the type in police_table.py."
    )
