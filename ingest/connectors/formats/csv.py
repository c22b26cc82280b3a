"""Delimited text in UTF-8 or GB18030, streamed through pyarrow's reader.

An empty field is NULL, a quoted empty one is ''. Nothing is dropped: a row with more or fewer fields
than the header, a quotation mark that never closes, or a row longer than a block refuses the file.
Blank lines are no rows.

pyarrow reads UTF-8 from a file of its own, never through a Python object: its reading threads would
want the interpreter's lock while it waits for them, and now and then the process hung.
"""

import csv
import io
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

from ingest.connectors.formats import FileBroken, Layout, Table, by_position, headings, numbered
from ingest.connectors.formats.csv_faults import BLOCK, Delimited, last_byte
from ingest.connectors.formats.encoding import Utf8Stream, encoding_of

DELIMITERS = (",", "\t", ";", "|")
COPY = 1 << 20  # bytes decoded at a time


def read(path: Path, layout: Layout, workdir: Path) -> list[Table]:
    """One table; nothing of the file is held in memory. Raises FileBroken."""
    encoding = encoding_of(path, layout.encoding)
    with Utf8Stream(path, encoding, layout.undecodable) as stream:
        start = stream.read(BLOCK).decode("utf-8", "ignore")  # the block may end inside a character
    first = layout.header_row or 1 + len(start) - len(start.lstrip("\n"))
    delimiter = layout.delimiter or max(DELIMITERS, key=lambda mark: len(_record(start, first, mark)))
    cells = _record(start, first, delimiter)
    if layout.header_row is None:
        columns = by_position(layout.columns, len(cells))
    elif any(cell.strip() for cell in cells):
        columns = headings(cells)
    else:
        raise FileBroken(f"{path.name}: row {first} holds no column names; send the file again, whole")
    file = Delimited(path, encoding, delimiter, columns, layout)
    return [Table(columns, partial(_batches, file, workdir))] if columns else []


def _record(text: str, position: int, delimiter: str) -> list[str]:
    """The cells of the n-th record of a text, blank lines counted; none if there are fewer records."""
    csv.field_size_limit(BLOCK)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return next(islice(records, position - 1, None), [])


def _batches(file: Delimited, workdir: Path) -> Iterator[pa.RecordBatch]:
    """The numbered rows. Raises FileBroken, after the rows that came before the fault."""
    source = _as_utf8(file, workdir)
    total, last = 0, None
    try:
        for batch in _reader(file, source):
            if batch.num_rows:
                yield numbered(batch, total + 1)
                total, last = total + batch.num_rows, batch
    except pa.ArrowInvalid as fault:
        raise file.unreadable(fault) from None
    finally:
        if source != file.path:
            source.unlink()
    if last is not None and (broken := file.unclosed(last)):
        raise broken


def _as_utf8(file: Delimited, workdir: Path) -> Path:
    """A file that pyarrow can read: this one if it is UTF-8 and ends with a line break, else a copy."""
    if file.encoding == "utf-8-sig" and last_byte(file.path) == b"\n":
        return file.path
    copy = workdir / f"{file.path.name}.utf8"
    with Utf8Stream(file.path, file.encoding, file.layout.undecodable) as stream, copy.open("wb") as out:
        while block := stream.read(COPY):
            out.write(block)
    return copy


def _reader(file: Delimited, source: Path) -> arrow_csv.CSVStreamingReader:
    return arrow_csv.open_csv(
        str(source),
        read_options=arrow_csv.ReadOptions(
            column_names=list(file.columns),
            skip_rows_after_names=file.layout.header_row or 0,
            block_size=BLOCK,
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=file.delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in file.columns},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
