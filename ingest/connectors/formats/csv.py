"""Delimited text in UTF-8 or GB18030, streamed through pyarrow's reader.

An empty field is NULL, a quoted empty one is ''. Nothing is dropped: a row with more or fewer fields
than the header, a quotation mark that never closes, or a field longer than a block refuses the file.
Blank lines are no rows.
"""

import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as arrow_csv

from ingest.connectors.formats import FileBroken, Layout, Table, by_position, headings, numbered
from ingest.connectors.formats.encoding import Utf8Stream, encoding_of

DELIMITERS = (",", "\t", ";", "|")
BLOCK = 8 << 20  # bytes of UTF-8 parsed at a time; the longest row that can be read
OnInvalidRow = Callable[[arrow_csv.InvalidRow], Literal["skip"]]
SHOWN = 5  # rows that an error lists


def read(path: Path, layout: Layout, _workdir: Path) -> list[Table]:
    """One table; nothing of the file is held in memory. Raises FileBroken."""
    encoding = encoding_of(path, layout.encoding)
    stream = Utf8Stream(path, encoding, layout.undecodable)
    try:
        start = stream.read(BLOCK).decode("utf-8", "ignore")  # the block may end inside a character
    finally:
        stream.close()
    first = layout.header_row or 1 + len(start) - len(start.lstrip("\n"))
    delimiter = layout.delimiter or max(DELIMITERS, key=lambda mark: len(_record(start, first, mark)))
    cells = _record(start, first, delimiter)
    if layout.header_row is None:
        columns = by_position(layout.columns, len(cells))
    elif any(cell.strip() for cell in cells):
        columns = headings(cells)
    else:
        raise FileBroken(f"{path.name}: row {first} holds no column names; send the file again, whole")
    return [Table(columns, lambda: _batches(path, encoding, delimiter, columns, layout))] if columns else []


def _record(text: str, position: int, delimiter: str) -> list[str]:
    """The cells of the n-th record of a text, blank lines counted; none if there are fewer records."""
    csv.field_size_limit(BLOCK)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return next(islice(records, position - 1, None), [])


def _batches(
    path: Path, encoding: str, delimiter: str, columns: tuple[str, ...], layout: Layout
) -> Iterator[pa.RecordBatch]:
    stream = Utf8Stream(path, encoding, layout.undecodable)
    ragged: list[int] = []

    def refuse(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        ragged.append(row.actual_columns)
        return "skip"

    total = 0
    try:
        for batch in _open(stream, delimiter, columns, layout.header_row or 0, refuse):
            if ragged:
                break
            yield numbered(batch, total + 1)
            total += batch.num_rows
    except pa.ArrowInvalid as fault:
        raise stream.error or _unreadable(path, fault) from None
    finally:
        stream.close()
    if ragged:
        raise FileBroken(_ragged(path, encoding, delimiter, len(columns), layout))
    if stream.quotes % 2 and (row := _unclosed(path, encoding, delimiter, layout)):
        raise FileBroken(
            f"{path.name}: the quotation mark opened in row {row} never closes, so the rows after it run "
            "together; ask the department to send the file again, whole"
        )


def _open(
    stream: Utf8Stream,
    delimiter: str,
    columns: tuple[str, ...],
    skip: int,
    refuse: OnInvalidRow,
) -> arrow_csv.CSVStreamingReader:
    return arrow_csv.open_csv(
        pa.PythonFile(stream, mode="r"),  # type: ignore[arg-type]  # any object with read and close will do
        read_options=arrow_csv.ReadOptions(
            column_names=list(columns), skip_rows_after_names=skip, block_size=BLOCK
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in columns},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )


def _records(path: Path, encoding: str, delimiter: str, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """(row number below the header, cells) one by one: slow, only to say where a broken file is broken."""
    with path.open(encoding=encoding, errors=layout.undecodable, newline="") as file:
        records = csv.reader(file, delimiter=delimiter, strict=True)
        below = islice(records, layout.header_row or 0, None)
        yield from enumerate(filter(None, below), 1)


def _ragged(path: Path, encoding: str, delimiter: str, expected: int, layout: Layout) -> str:
    """The message for rows whose number of fields is not the header's: which rows, not what is in them."""
    rows = ((number, len(cells)) for number, cells in _records(path, encoding, delimiter, layout))
    found = list(islice((row for row in rows if row[1] != expected), SHOWN))
    listed = ", ".join(f"row {number} has {count}" for number, count in found)
    return (
        f"{path.name}: the header has {expected} fields but {listed}"
        f"{' (and perhaps more)' if len(found) == SHOWN else ''}; a delimiter or line break inside a value "
        "needs quotation marks around it"
    )


def _unclosed(path: Path, encoding: str, delimiter: str, layout: Layout) -> int | None:
    """The last row before the end if a quotation mark is open there: the row that swallowed the rest."""
    last = 0
    try:
        for number, _ in _records(path, encoding, delimiter, layout):
            last = number
    except csv.Error:
        return last + 1
    return None


def _unreadable(path: Path, fault: pa.ArrowInvalid) -> FileBroken:
    """pyarrow's complaint without the text that it quotes from the file."""
    if "straddl" in str(fault):
        return FileBroken(
            f"{path.name}: one row is longer than {BLOCK >> 20} MB, most likely a quotation mark that "
            "never closes; ask the department to send the file again"
        )
    return FileBroken(f"{path.name}: not readable as delimited text; ask the department to send it again")
