"""Two things that fastexcel's text of a worksheet does not keep, put right.

It writes a number of 17 and more digits as the exact value of the float that holds it, so an ID typed
as a number ends in digits that nobody typed, and looks whole. And it leaves error cells out.
"""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.connectors.formats import FileBroken

SHORTEST = 17  # digits from which a float's exact value and its shortest text may differ
ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
    "Spill": "#SPILL!",
}
# a cell's value of 17 or more digits, written out or with an exponent; indexes of shared strings are shorter
LONG_NUMBER = re.compile(rb"<v>-?(?:[0-9]{17}|[0-9.]+[eE]\+?(?:1[6-9]|[2-9][0-9]|[1-9][0-9]{2}))")
CHUNK = 4 << 20


def with_error_cells(
    path: Path, batch: pa.RecordBatch, errors: Sequence[fastexcel.CellError]
) -> pa.RecordBatch:
    """The batch with `#N/A` and its like where fastexcel reports an error cell instead of a text."""
    by_column: dict[int, dict[int, str]] = {}
    for error in errors:
        row, column = error.offset_position
        found = re.search(r"Error\(([A-Za-z0-9]+)\)", error.detail)
        if not found or found[1] not in ERRORS:
            raise FileBroken(f"{path.name}: the cell in row {row + 1}, column {column + 1} cannot be read")
        by_column.setdefault(column, {})[row] = ERRORS[found[1]]
    return _replaced(batch, by_column)


def exact_numbers(
    path: Path, book: fastexcel.ExcelReader, sheet: str, batch: pa.RecordBatch
) -> pa.RecordBatch:
    """The batch with long numbers as Excel shows them; text cells that look like numbers stay.

    Only number cells may change, and only a second look tells them from text, so it is taken only
    when a text could be such a number and the file holds one.
    """
    suspects = {
        index: found for index, column in enumerate(batch.columns) if (found := _expanded_floats(column))
    }
    if not suspects or (zipfile.is_zipfile(path) and not _holds_long_number(path)):
        return batch
    # as "boolean" a number cell is true or false, and a text cell is nothing
    columns = list(suspects)
    numbers = book.load_sheet(
        sheet, header_row=None, skip_rows=0, dtypes="boolean", use_columns=columns, eager=True
    )
    replaced = {
        index: {row: text for row, text in suspects[index].items() if numbers.column(i)[row].is_valid}
        for i, index in enumerate(columns)
    }
    return _replaced(batch, replaced)


def _expanded_floats(column: Any) -> dict[int, str]:
    """Row and better text of the values that may be the exact expansion of a float."""
    long = pc.greater_equal(pc.binary_length(column), pa.scalar(SHORTEST, pa.int32()))
    if not pc.any(long).as_py():
        return {}
    digits = pc.and_(long, pc.match_substring_regex(column, "^-?[0-9]+$"))
    found: dict[int, str] = {}
    rows: list[int] = pc.indices_nonzero(digits.fill_null(False)).to_pylist()
    for row in rows:
        text = column[row].as_py()
        value = int(text)
        if float(value) == value and (shown := _shortest(float(value))) != text:
            found[row] = shown
    return found


def _shortest(value: float) -> str:
    """The fewest digits that name this float, then zeros: 410105199001010000, as Excel shows it."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        return mantissa.removesuffix(".0")
    whole, _, fraction = mantissa.partition(".")
    return whole + fraction.ljust(int(exponent), "0")


def _holds_long_number(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
                continue
            with package.open(name) as part:
                tail = b""
                while chunk := part.read(CHUNK):
                    if LONG_NUMBER.search(tail + chunk):
                        return True
                    tail = chunk[-64:]
    return False


def _replaced(batch: pa.RecordBatch, by_column: dict[int, dict[int, str]]) -> pa.RecordBatch:
    columns = list(batch.columns)
    for index, cells in by_column.items():
        if cells:
            rows = pa.array(sorted(cells))
            mask = pc.is_in(pa.array(np.arange(batch.num_rows)), value_set=rows)
            texts = pa.array([cells[row] for row in sorted(cells)], pa.string())
            columns[index] = pc.replace_with_mask(columns[index], mask, texts)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
