"""Collected files as parts that DuckDB reads: files with the same columns make one stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.connectors import Original, Part, SourceError, identifier, quote
from ingest.connectors.formats import (
    ROW_NUMBER,
    FileBroken,
    Layout,
    Table,
    csv,
    json_document,
    json_rows,
    ndjson,
    xlsx,
)
from ingest.contract import Contract

SOURCE_URI = "_source_uri"
Reader = Callable[[Path, Layout, Path], list[Table]]
FORMATS: dict[str, str] = {
    **dict.fromkeys(("csv", "txt", "tsv", "dat"), "csv"),
    **dict.fromkeys(("xlsx", "xls", "xlsm", "xlsb"), "xlsx"),
    **dict.fromkeys(("ndjson", "jsonl"), "ndjson"),
    **dict.fromkeys(("json", "geojson"), "json"),
}
LINES = {"ndjson": ndjson.prepare, "json": json_document.prepare}
TABLES: dict[str, Reader] = {"csv": csv.read, "xlsx": xlsx.read}


@dataclass(frozen=True)
class Collected:
    """One original in the archive and the copy of it that is read."""

    original: Original
    local: Path


def format_of(name: str, contract: Contract) -> str | None:
    """csv, xlsx, ndjson or json by the name's ending, or the contract for a name without; None = no data."""
    stem, dot, ending = name.rpartition(".")
    declared = FORMATS.get(str(contract.server.settings.get("format", "")).lower())
    return FORMATS.get(ending.lower()) if dot and stem else declared


@contextmanager
def parts_of(
    contract: Contract,
    files: list[Collected],
    layout: Layout,
    con: duckdb.DuckDBPyConnection,
    workdir: Path,
) -> Iterator[list[Part]]:
    """The parts of the files, readable inside the context.

    A file that turns out broken while DuckDB reads it raises its own SourceError, whatever DuckDB says.
    """
    broken: list[FileBroken] = []
    streams: dict[tuple[str, ...], list[tuple[str, Table]]] = {}
    parts: list[Part] = []
    registered: list[str] = []
    con.execute("SET preserve_insertion_order = false")  # less memory, and the rows carry their numbers
    try:
        for number, each in enumerate(files):
            kind = format_of(each.original.name, contract)
            if kind in LINES:
                lines = workdir / f"lines-{number:05d}.ndjson"
                if LINES[kind](each.local, layout, lines):
                    parts.append(_of_lines(contract, each, con, lines))
                continue
            folder = workdir / f"sheets-{number:05d}"
            folder.mkdir()
            for table in TABLES[str(kind)](each.local, layout, folder):
                streams.setdefault(table.columns, []).append((each.original.uri, table))
        for columns, tables in streams.items():
            name = f"files_{len(registered)}"
            con.register(name, _reader(tables, broken))
            registered.append(name)
            parts.append(Part(name, identifier(SOURCE_URI), identifier(ROW_NUMBER), columns))
        yield parts
    except FileBroken as fault:
        raise SourceError(f"{contract.feed}: {fault}") from None
    except (duckdb.Error, SourceError):  # pull has its own words for what DuckDB says
        if broken:
            raise SourceError(f"{contract.feed}: {broken[0]}") from None
        raise
    finally:
        con.execute("SET preserve_insertion_order = true")
        for name in registered:
            con.unregister(name)


def _of_lines(contract: Contract, each: Collected, con: duckdb.DuckDBPyConnection, lines: Path) -> Part:
    columns = json_rows.columns_of(con, str(lines), contract)
    source = json_rows.relation(str(lines), columns)
    return Part(source, quote(each.original.uri), identifier(json_rows.NUMBER), columns)


def _reader(tables: list[tuple[str, Table]], broken: list[FileBroken]) -> pa.RecordBatchReader:
    """One stream over tables of the same columns, each opened when the one before it has ended."""
    schema = tables[0][1].schema.append(pa.field(SOURCE_URI, pa.string()))

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for uri, table in tables:
                for batch in table.batches():
                    uris = pa.repeat(pa.scalar(uri), batch.num_rows)
                    yield pa.RecordBatch.from_arrays([*batch.columns, uris], schema=schema)
        except FileBroken as fault:
            broken.append(fault)
            raise

    return pa.RecordBatchReader.from_batches(schema, batches())
