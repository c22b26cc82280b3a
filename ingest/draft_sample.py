"""What a draft is made from: some rows of a file, a table or an endpoint, as text, and how it is reached."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import psycopg
import pyarrow as pa
from psycopg import sql

from infra.settings import connection
from ingest.connectors import SourceError, SourceUnavailable
from ingest.connectors.file_parts import FORMATS, TABLES
from ingest.connectors.formats import Layout
from ingest.connectors.formats.encoding import Utf8Stream, encoding_of

ROWS = 10_000  # looked at
HEAD = 4 << 20  # bytes of a JSON-lines file looked at
HEADER_ROWS = 10  # among which a header is looked for
TOTALS = ("total", "totalCount", "total_count", "totalElements", "count", "recordCount")
KEYS = """
    SELECT a.attname FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = %(table)s::regclass AND i.indisprimary
"""
COLUMNS = """
    SELECT a.attname, a.attnotnull, col_description(a.attrelid, a.attnum) FROM pg_attribute a
    WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


@dataclass
class Sample:
    """Rows as text, the server entry that a contract needs, and what the source declares of its columns."""

    rows: pa.Table
    table: str  # the source's name for it
    server: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)  # customProperties
    keys: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    labels: dict[str, str] = field(default_factory=dict)


def look(source: str, feed: str) -> Sample:
    """The sample at a path, a `postgresql://connection/schema.table` or an http(s) address.

    Raises SourceError, SourceUnavailable, SettingsMissing, OSError for what cannot be read.
    """
    if source.startswith("postgresql://"):
        return _table(source)
    if re.match("https?://", source):
        return _endpoint(source, feed)
    return _file(Path(source), feed)


def _file(path: Path, feed: str) -> Sample:
    if path.suffix.lower() == ".json":
        return _page(orjson.loads(path.read_bytes()), "/TODO", path.stem, feed)
    kind = FORMATS.get(path.suffix.lower().removeprefix("."))
    settings: dict[str, Any] = {}
    if kind is None or kind == "ndjson":
        rows = _json_rows(list(islice(_json_lines(path), ROWS)))
    else:
        header = _header_row(path, kind)
        rows = _read(path, kind, Layout(header_row=header), ROWS)
        settings = {"headerRow": header} if header > 1 else {}
    if kind != "xlsx":
        settings["encoding"] = encoding_of(path).removesuffix("-sig")
    server = {"type": "local", "path": "${SANLING_DROP}/" + feed, "format": kind or "ndjson"}
    pattern = re.sub("20[0-9]{2}-?[0-9]{2}-?[0-9]{2}.*", "*", path.stem).rstrip("*") or path.stem
    stem = f"{pattern}*" if pattern != path.stem else "*"
    return Sample(rows, path.stem, server, {"pattern": f"{stem}{path.suffix}", **settings})


def _header_row(path: Path, kind: str) -> int:
    """The first row that is filled about as far as any: rows above it are titles."""
    top = _read(path, kind, Layout(header_row=None), HEADER_ROWS) if kind == "xlsx" else None
    if top is None:
        return 1
    filled = [sum(cell is not None for cell in row.values()) for row in top.to_pylist()]
    first = next((n for n, count in enumerate(filled) if count >= 0.7 * max(filled)), 0)
    return int(top["_row_number"][first].as_py()) if filled else 1


def _read(path: Path, kind: str, layout: Layout, limit: int) -> pa.Table:
    with TemporaryDirectory() as folder:
        tables = TABLES[kind](path, layout, Path(folder))
        if not tables:
            raise SourceError(f"{path.name} holds no rows")
        batches, count = [], 0
        for batch in tables[0].batches():
            batches.append(batch)
            count += batch.num_rows
            if count >= limit:
                break
        table = pa.Table.from_batches(batches, tables[0].schema).slice(0, limit)
        table = table.take(pa.array(range(table.num_rows)))  # out of the file that goes with the folder
    return table if layout.header_row is None else table.drop_columns(["_row_number"])


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    stream = Utf8Stream(path, encoding_of(path))
    try:
        head = stream.read(HEAD)
    finally:
        stream.close()
    lines = head.split(b"\n")
    yield from (orjson.loads(line) for line in (lines[:-1] if len(head) == HEAD else lines) if line.strip())


def _endpoint(address: str, feed: str) -> Sample:
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
    return _page(document, uri.path, uri.path.rpartition("/")[2], feed)


def _page(document: Any, records_path: str, table: str, feed: str) -> Sample:
    """The sample in one page of an API."""
    path, records = _records(document)
    totals = [(*path[:-1], name) for name in TOTALS]
    total = next((".".join(found) for found in totals if isinstance(_at(document, found), int)), None)
    settings = {
        "connection": feed.partition(".")[0],
        "tokenPath": "/oauth/token",
        "recordsPath": records_path,
        "rowsField": ".".join(path) or "$",
        **({"totalField": total} if total else {}),
        "paging": "page",
        "pageSize": 500,
        "fromParam": "updatedFrom",
        "toParam": "updatedTo",
        "overlap": "PT2H",
        "ratePerSecond": 10,
        "inFlight": 4,
    }
    server = {"type": "api", "location": f"${{{feed.partition('.')[0].upper()}_URL}}"}
    return Sample(_json_rows(records[:ROWS]), table, server, settings)


def _records(document: Any) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The path to the largest list of objects in a JSON document, and that list."""
    found: list[tuple[tuple[str, ...], list[dict[str, Any]]]] = []

    def walk(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            found.append((path, value))
        elif isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, (*path, name))

    walk(document, ())
    if not found:
        raise SourceError("the answer holds no list of records; ask for a window that has some")
    return max(found, key=lambda each: len(each[1]))


def _at(document: Any, path: Sequence[str]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _json_rows(records: Sequence[dict[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [[_text(record.get(name)) for record in records] for name in names]
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _table(source: str) -> Sample:
    uri = urlsplit(source)
    name, (schema, dot, table) = uri.netloc, uri.path.strip("/").partition(".")
    if not dot:
        raise SourceError(f"{source} must be postgresql://connection/schema.table")
    try:
        with psycopg.connect(connection(name), connect_timeout=10) as con:
            con.read_only = True
            place = {"table": sql.Identifier(schema, table).as_string(con)}
            declared = con.execute(COLUMNS, place).fetchall()
            keys = tuple(str(key) for (key,) in con.execute(KEYS, place))
            texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c, *_ in declared)
            query = sql.SQL("SELECT {} FROM {} LIMIT {}").format(texts, sql.Identifier(schema, table), ROWS)
            rows = con.execute(query).fetchall()
            database = con.info.dbname
    except psycopg.OperationalError as error:
        raise SourceUnavailable(f"connection {name} does not answer, or refuses us") from error
    except psycopg.Error as error:
        raise SourceError(f"{schema}.{table} cannot be read (SQLSTATE {error.sqlstate})") from None
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
        table,
        server,
        {"connection": name, "overlap": "PT2H"},
        keys,
        frozenset(str(column) for column, is_required, _ in declared if is_required),
        {str(column): str(label) for column, _, label in declared if label},
    )
