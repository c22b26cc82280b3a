"""What a draft is made from: some rows of a file, a table or an endpoint, as text, and how it is reached."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from ingest.connectors import SourceError

ROWS = 10_000  # looked at
TOTALS = ("total", "totalCount", "total_count", "totalElements", "count", "recordCount")


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
    from ingest import draft_file, draft_remote  # they build on what stands here

    if source.startswith("postgresql://"):
        return draft_remote.table(source)
    if re.match("https?://", source):
        return draft_remote.endpoint(source, feed)
    return draft_file.file(Path(source), feed)


def page(document: Any, records_path: str, table: str, feed: str) -> Sample:
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
    return Sample(json_rows(records[:ROWS]), table, server, settings)


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


def json_rows(records: Sequence[dict[str, Any]]) -> pa.Table:
    """Records as text columns; nested values as JSON."""
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [[_text(record.get(name)) for record in records] for name in names]
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
