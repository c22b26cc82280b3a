"""The sample in a table of PostgreSQL, with what its catalogue declares, or in one page of an HTTP API."""

from urllib.parse import urlsplit

import httpx
import orjson
import psycopg
import pyarrow as pa
from psycopg import sql

from infra.settings import connection
from ingest.connectors import SourceError, SourceUnavailable
from ingest.draft_sample import ROWS, Sample, page

KEYS = """
    SELECT a.attname FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = %(table)s::regclass AND i.indisprimary
"""
COLUMNS = """
    SELECT a.attname, a.attnotnull, col_description(a.attrelid, a.attnum) FROM pg_attribute a
    WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def endpoint(address: str, feed: str) -> Sample:
    """The sample in the answer of an address that needs no token."""
    uri = urlsplit(address)
    try:
        answer = httpx.get(address, timeout=30, headers={"Accept": "application/json"})
        answer.raise_for_status()
        document = orjson.loads(answer.content)
    except httpx.HTTPStatusError as error:
        raise SourceError(
            f"{uri.hostname} answered {error.response.status_code}; where it wants a token, save one page "
            "to a .json file and draft from that"
        ) from None
    except httpx.HTTPError as error:
        raise SourceUnavailable(f"{uri.hostname} does not answer ({type(error).__name__})") from None
    return page(document, uri.path, uri.path.rpartition("/")[2], feed)


def table(source: str) -> Sample:
    """The first rows of `postgresql://connection/schema.table`."""
    uri = urlsplit(source)
    name, (schema, dot, relation) = uri.netloc, uri.path.strip("/").partition(".")
    if not dot:
        raise SourceError(f"{source} must be postgresql://connection/schema.table")
    try:
        with psycopg.connect(connection(name), connect_timeout=10) as con:
            con.read_only = True
            place = {"table": sql.Identifier(schema, relation).as_string(con)}
            declared = con.execute(COLUMNS, place).fetchall()
            keys = tuple(str(key) for (key,) in con.execute(KEYS, place))
            texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c, *_ in declared)
            query = sql.SQL("SELECT {} FROM {} LIMIT {}").format(
                texts, sql.Identifier(schema, relation), ROWS
            )
            rows = con.execute(query).fetchall()
            database = con.info.dbname
    except psycopg.OperationalError as error:
        raise SourceUnavailable(f"connection {name} does not answer, or refuses us") from error
    except psycopg.Error as error:
        raise SourceError(f"{schema}.{relation} cannot be read (SQLSTATE {error.sqlstate})") from None
    names = [str(column) for column, *_ in declared]
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(names))]
    server = {
        "type": "postgres",
        "host": f"${{{name.upper()}_HOST}}",
        "port": 5432,
        "database": database,
        "schema": schema,
    }
    return Sample(
        pa.table(dict(zip(names, columns, strict=True))),
        relation,
        server,
        {"connection": name, "overlap": "PT2H"},
        keys,
        frozenset(str(column) for column, is_required, _ in declared if is_required),
        {str(column): str(label) for column, _, label in declared if label},
    )
