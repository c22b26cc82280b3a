"""The police platform: a PostgreSQL front-end database.

A day's rows replace the earlier versions of the same record; a deleted one stays, with its flag set. One
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

from infra.sandbox.platforms import intake
from infra.sandbox.platforms.police_table import DATABASE, Table
from infra.stack import credentials

ROWS_A_BLOCK = 20_000


def owner_uri() -> str:
    """How the platform itself reaches its database; the pipeline's connection `police` may only read."""
    return credentials.database_uri(DATABASE, DATABASE)


def _open(table: Table) -> psycopg.Connection:
    """A transaction in the platform's database, with the table made if it is not there yet."""
    con = psycopg.connect(owner_uri())
    con.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (table.name,))
    if con.execute("SELECT to_regclass(%s)", (table.name,)).fetchone() == (None,):
        for statement in (table.create(), *table.finish()):
            con.execute(statement)
    return con


def load(table: Table, day: date) -> int:
    """Take in one day of the outbox and return its rows; the same day again changes nothing."""
    with intake.connect() as con:
        columns = intake.open_day(con, table.feed, day)
        chosen = ", ".join(_value(table, name) for name in columns)
        # Of several versions of a record on one day the table can only show the last one.
        last = f'row_number() OVER (PARTITION BY "{table.key}" ORDER BY "{table.watermark}" DESC) = 1'
        rows = con.execute(f"SELECT {chosen} FROM today QUALIFY {last}")
        with _open(table) as target:
            target.execute(f"CREATE TEMP TABLE stage (LIKE {table.name} INCLUDING INDEXES) ON COMMIT DROP")
            try:
                count = _copy(target, table, "stage", columns, rows)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                raise intake.OutboxUnfit(_explain(table, day, error)) from None
            key = f'"{table.key}"'
            target.execute(f"DELETE FROM {table.name} t USING stage s WHERE t.{key} = s.{key}")
            target.execute(f"INSERT INTO {table.name} SELECT * FROM stage")
    return count


def _value(table: Table, column: str) -> str:
    """A deleted record is flagged, whatever the outbox says in the flag's column."""
    if column == table.deleted:
        return f"CASE WHEN _op = 'delete' THEN '1' ELSE \"{column}\" END AS \"{column}\""
    return f'"{column}"'


def reset(table: Table) -> None:
    """Empty the table, for another city."""
    with _open(table) as con:
        con.execute(f"TRUNCATE {table.name}")


def bulk_load(table: Table, rows: duckdb.DuckDBPyConnection) -> int:
    """Replace the table by the result of a query that was just executed on `rows`; for measurements."""
    columns = [str(entry[0]) for entry in rows.description or []]
    with _open(table) as con:
        con.execute(f"DROP TABLE {table.name}")
        con.execute(table.create())
        count = _copy(con, table, table.name, columns, rows)
        for statement in table.finish():
            con.execute(statement)
    with psycopg.connect(owner_uri(), autocommit=True) as con:
        con.execute(f"VACUUM ANALYZE {table.name}")
    return count


def _copy(
    con: psycopg.Connection, table: Table, target: str, columns: list[str], rows: duckdb.DuckDBPyConnection
) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    blank = ", ".join(f'"{name}"' for name in table.typed_columns() if name in columns)
    count = 0
    with (
        con.cursor() as cursor,
        cursor.copy(f"COPY {target} ({names}) FROM STDIN (FORMAT csv, FORCE_NULL ({blank}))") as copy,
    ):
        for batch in _batches(rows):
            count += batch.num_rows
            buffer = io.BytesIO()
            pyarrow.csv.write_csv(batch, buffer, pyarrow.csv.WriteOptions(include_header=False))
            copy.write(buffer.getbuffer())
    return count


def _batches(rows: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
    yield from rows.to_arrow_reader(ROWS_A_BLOCK)


def _explain(table: Table, day: date, error: psycopg.Error) -> str:
    """Name the column and the line, never the value that PostgreSQL's own message repeats."""
    place = re.search(r"line (\d+)(?:, column (\w+))?", error.diag.context or "")
    # PostgreSQL counts lines, and a text may have several.
    where = f"column {place[2]}, row {place[1]} or a little before" if place else "unknown place"
    return (
        f"{table.feed} {day}: {where}: {type(error).__name__}; the column's type "
        f"{table.sql_type(place[2]) if place and place[2] else ''} cannot hold the value. "
        "Mend the generator's row, or widen the type in police_table.py."
    )
