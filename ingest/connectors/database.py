"""PostgreSQL source: DuckDB's scanner reads the window of the watermark, in one read-only snapshot.

Most of a table is read in parallel by ranges of pages and windowed here; a night's few rows are asked for
in one statement, so that the source may use its index on the watermark. A row without a watermark cannot
be known to be unchanged, so it comes every time. `_row_number` counts rows as they are read (1..n).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
from psycopg import conninfo
from pydantic import TypeAdapter

from infra.settings import connection
from ingest.connectors import Archive, Fetch, Part, SourceError, identifier, quote
from ingest.connectors.postgres_table import OPTIONS, Column, Table, has_nan, inspect
from ingest.contract import Contract
from ingest.interval import SHANGHAI, Interval

ALIAS = "source"
PARALLEL_SHARE = 0.5  # from this share of the table on, reading all pages beats asking for the window
SECRET_OPTIONS = {
    "host": "HOST",
    "port": "PORT",
    "dbname": "DATABASE",
    "user": "USER",
    "password": "PASSWORD",
}
LITERALS: dict[str, Callable[[datetime], str]] = {  # by WINDOW_TYPES: a bound of the window as SQL
    "timestamp": lambda t: f"TIMESTAMP '{t.replace(tzinfo=None)}'",
    "timestamptz": lambda t: f"TIMESTAMPTZ '{t}'",
    "date": lambda t: f"DATE '{t.date()}'",
}
Dsn = Mapping[str, str | int | None]


@contextmanager
def fetch(
    contract: Contract, interval: Interval, con: duckdb.DuckDBPyConnection, _archive: Archive, _workdir: Path
) -> Iterator[Fetch]:
    """One part: the rows whose watermark lies in [start - overlap, end), and those without one.

    Raises SourceError for what the contract or the connection has wrong (credentials, table, watermark
    column), SourceUnavailable for what may pass. There is no original but the raw object.
    """
    name = str(contract.server.connection)
    dsn = conninfo.conninfo_to_dict(connection(name))
    schema = str(contract.server.settings.get("schema") or "public")
    watermark = str(contract.server.settings["watermark"])
    window = _window(contract, interval)
    table = inspect(dsn, contract.feed, name, schema, contract.physical_table, watermark, window)
    condition = _condition(contract, table, window)
    exact = bool(contract.server.settings.get("exactNumbers")) or any(c.loses_digits for c in table.columns)
    con.execute("CREATE OR REPLACE TEMP SEQUENCE _source_row")
    con.execute("SET preserve_insertion_order = false")  # 6 % faster; the rows of a table have no order
    attach(con, dsn, schema)
    try:
        relation = _relation(table, condition, exact=exact)
        uri = quote(f"postgresql://{name}/{table.name}")
        verify = None if exact else partial(_refuse_nan, con, dsn, contract, table, condition)
        yield Fetch([Part(relation, uri, "nextval('_source_row')")], verify=verify)
    finally:
        con.execute(f"DETACH {ALIAS}")
        con.execute("SET preserve_insertion_order = true")


def _window(contract: Contract, interval: Interval) -> tuple[datetime, datetime]:
    overlap = TypeAdapter(timedelta).validate_python(contract.server.settings.get("overlap") or "PT0S")
    return interval.start.astimezone(SHANGHAI) - overlap, interval.end.astimezone(SHANGHAI)


def _condition(contract: Contract, table: Table, window: tuple[datetime, datetime]) -> str:
    """The window as SQL that both engines read."""
    column = table.column(str(contract.server.settings["watermark"]))
    low, high = (LITERALS[column.type](bound) for bound in window)
    mark = identifier(column.name)
    inside = f"{mark} >= {low} AND {mark} < {high}"
    return f"({inside}) OR {mark} IS NULL" if column.is_nullable else inside


def attach(con: duckdb.DuckDBPyConnection, dsn: Dsn, schema: str) -> None:
    """Attach the source read-only; host, user and password go by a secret, never into SQL text."""
    given = {key: dsn[key] for key in SECRET_OPTIONS if dsn.get(key) is not None}
    options = ", ".join(f"{SECRET_OPTIONS[key]} ${key}" for key in given)
    con.execute(f"CREATE OR REPLACE SECRET {ALIAS} (TYPE postgres, {options})", given)
    rest = {key: value for key, value in dsn.items() if key not in SECRET_OPTIONS and value is not None}
    extra = conninfo.make_conninfo("", **{**OPTIONS, **rest})
    con.execute(
        f"ATTACH {quote(extra)} AS {ALIAS} (TYPE postgres, SECRET {ALIAS}, READ_ONLY, SCHEMA {quote(schema)})"
    )


def _relation(table: Table, condition: str, *, exact: bool) -> str:
    """The rows under a condition, read here in parallel or by the source in one statement.

    With `exact` the source makes numbers into text, because the scanner would round some of them.
    """
    if table.share_in_window >= PARALLEL_SHARE and not exact:
        name = f"{ALIAS}.{identifier(table.schema)}.{identifier(table.relation)}"
        return f"(SELECT * FROM {name} WHERE {condition})"
    columns = ", ".join(map(_source_text, table.columns)) if exact else "*"
    name = f"{identifier(table.schema)}.{identifier(table.relation)}"
    return f"postgres_query({quote(ALIAS)}, {quote(f'SELECT {columns} FROM {name} WHERE {condition}')})"


def _source_text(column: Column) -> str:
    name = identifier(column.name)
    return f"{name}::text AS {name}" if column.type == "numeric" else name


def _refuse_nan(
    con: duckdb.DuckDBPyConnection, dsn: Dsn, contract: Contract, table: Table, condition: str, written: str
) -> None:
    """The scanner reads a declared numeric's NaN as 0, so where zeros arrived the source is asked for NaN."""
    numerics = [column.name for column in table.columns if column.type == "numeric"]
    if not numerics:
        return
    zeros = ", ".join(f"bool_or(TRY_CAST({identifier(name)} AS DOUBLE) = 0)" for name in numerics)
    row = con.execute(f"SELECT {zeros} FROM {written}").fetchone() or ()
    suspects = [name for name, has_zero in zip(numerics, row, strict=True) if has_zero]
    if suspects and has_nan(dsn, table, suspects, condition):
        raise SourceError(
            f"{contract.feed}: {table.name} (connection {contract.server.connection!r}) holds NaN in one of "
            f"{', '.join(suspects)}, which a fast read would turn into 0. Add the customProperty "
            "exactNumbers: true to the contract's server."
        )
