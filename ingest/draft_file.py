"""The sample in a file: its rows, its header row, its encoding."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa

from ingest.connectors import SourceError
from ingest.connectors.file_parts import FORMATS, TABLES
from ingest.connectors.formats import Layout
from ingest.connectors.formats.encoding import Utf8Stream, encoding_of
from ingest.draft_sample import ROWS, Sample, json_rows, page

HEAD = 4 << 20  # bytes of a JSON-lines file looked at
HEADER_ROWS = 10  # among which a header is looked for
DATED = re.compile(
    "20[0-9]{2}(?:-[0-9]{1,2}(?:-[0-9]{1,2})?|[0-9]{2}(?:[0-9]{2})?|年[0-9]{1,2}月(?:[0-9]{1,2}日)?)"
)


def file(path: Path, feed: str) -> Sample:
    """The sample in a file of any format that the file connector reads, or in a saved page of an API."""
    if path.suffix.lower() == ".json":
        return page(orjson.loads(path.read_bytes()), "/TODO", path.stem, feed)
    kind = FORMATS.get(path.suffix.lower().removeprefix("."))
    settings: dict[str, Any] = {}
    if kind is None or kind == "ndjson":
        rows = json_rows(list(islice(_json_lines(path), ROWS)))
    else:
        header = _header_row(path, kind)
        rows = _read(path, kind, Layout(header_row=header), ROWS)
        settings = {"headerRow": header} if header > 1 else {}
    if kind != "xlsx":
        settings["encoding"] = encoding_of(path).removesuffix("-sig")
    server = {"type": "local", "path": "${SANLING_DROP}/" + feed, "format": kind or "ndjson"}
    pattern, table = _names(path)
    return Sample(rows, table, server, {"pattern": pattern, **settings})


def _names(path: Path) -> tuple[str, str]:
    """The names of the files to come, in which a date may be another, and what they have in common."""
    before, *after = DATED.split(path.stem, maxsplit=1)
    if not after:
        return f"*{path.suffix}", path.stem
    after = [rest for rest in after if re.search("[^0-9_.() -]", rest)]  # a bare counter changes as well
    return f"{before}*{''.join(after)}{path.suffix}", "".join([before, *after]).strip("-_. ") or path.stem


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
    with Utf8Stream(path, encoding_of(path)) as stream:
        head = stream.read(HEAD)
    lines = head.split(b"\n")
    yield from (orjson.loads(line) for line in (lines[:-1] if len(head) == HEAD else lines) if line.strip())
