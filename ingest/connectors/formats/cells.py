"""Every cell of a worksheet as the text that stands in it.

fastexcel can give all cells as strings, but it writes numbers with nine decimals: 15610064.2109 becomes
15610064.210899999, and an ID typed as a number ends in digits that nobody typed. So columns are read
with their own types and made into text here; where types are mixed in a column, the number cells are
looked at again. A workbook without such columns is parsed once, the others up to four times.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from ingest.connectors.formats import FileBroken

NUMBER_LIKE = r"^-?[0-9]+(\.[0-9]+)?$"
ERROR = re.compile(r"Error\(([A-Za-z0-9]+)\)")
WORD = re.compile(r'String\("([^"\\]*)"\)')
BOOLEANS = pa.array(["true", "false"])
ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


class Sheet:
    """One worksheet of a workbook, below its header."""

    def __init__(self, path: Path, book: fastexcel.ExcelReader, name: str, header_row: int | None) -> None:
        self._path, self._book, self._name = path, book, name
        # without a header, blank rows at the top count too
        self._place = {"header_row": header_row, "skip_rows": 0 if header_row is None else None}

    def texts(self) -> tuple[list[str | None], list[Any]]:
        """(header cells, columns as text arrays). Raises FileBroken, fastexcel.FastExcelError."""
        is_mixed = False
        try:
            sheet = self._load(schema_sample_rows=None, dtype_coercion="strict")
        except fastexcel.UnsupportedColumnTypeCombinationError:
            sheet, is_mixed = self._load_mixed(), True
        typed, errors = sheet.to_arrow_with_errors()
        columns = list(typed.columns)
        names = [None if c.column_name_from == "generated" else c.name for c in sheet.selected_columns]
        wanted = _second_look(columns, is_mixed=is_mixed)
        again = self._columns(wanted)
        texts = [_text(column, again.get(i)) for i, column in enumerate(columns)]
        numbers = {i: _number_cells(columns[i], again[i]) for i, kind in wanted.items() if kind == "boolean"}
        found = {i: "float" for i, mask in numbers.items() if pc.any(mask).as_py()}
        for i, values in self._columns(found).items():
            texts[i] = pc.if_else(numbers[i], number_text(values), texts[i])
        return names, self._with_errors(texts, errors.errors if errors else [])

    def _load(self, **options: Any) -> fastexcel.ExcelSheet:
        return self._book.load_sheet(self._name, **self._place, **options)

    def _load_mixed(self) -> fastexcel.ExcelSheet:
        try:
            return self._load(schema_sample_rows=None, dtype_coercion="coerce")
        except fastexcel.UnsupportedColumnTypeCombinationError:  # dates and durations in one column
            return self._load(dtypes="string")

    def _columns(self, kinds: Mapping[int, str]) -> dict[int, Any]:
        """Some columns again, each read as another type; cells that are not of it are null."""
        if not kinds:
            return {}
        batch, _ = self._load(dtypes=dict(kinds), use_columns=sorted(kinds)).to_arrow_with_errors()
        return dict(zip(sorted(kinds), batch.columns, strict=True))

    def _with_errors(self, texts: list[Any], errors: Sequence[fastexcel.CellError]) -> list[Any]:
        """The columns with `#N/A` and its like where there is an error cell instead of a value.

        `NULL` as text does not make a column of numbers one of text, and is told of as an error too.
        """
        by_column: dict[int, dict[int, str]] = {}
        for error in errors:
            row, column = error.offset_position
            if word := WORD.search(error.detail):
                text = word[1]
            elif found := ERROR.search(error.detail):
                text = ERRORS.get(found[1], f"#{found[1].upper()}")
            else:
                raise FileBroken(
                    f"{self._path.name}: row {row + 1} below the header, column {column + 1}: no text"
                )
            by_column.setdefault(column, {})[row] = text
        for column, cells in by_column.items():
            values = [cells.get(row) for row in range(len(texts[column]))]
            texts[column] = pc.coalesce(pa.array(values, pa.string()), texts[column])
        return texts


def _second_look(columns: Sequence[Any], *, is_mixed: bool) -> dict[int, str]:
    """Which columns to read once more, and as what.

    Durations as strings, and floats among which the text `NaN` was taken for a number. Where types are
    mixed in a column: floats as strings, for there may be yes and no among them, and text that looks like
    numbers as booleans, see `_number_cells`.
    """
    wanted = {}
    for i, column in enumerate(columns):
        kind = column.type
        is_float = pa.types.is_floating(kind)
        if pa.types.is_duration(kind) or (is_float and (is_mixed or pc.any(pc.is_nan(column)).as_py())):
            wanted[i] = "string"
        elif is_mixed and pa.types.is_string(kind) and _has_number_like(column):
            wanted[i] = "boolean"
    return wanted


def _has_number_like(column: Any) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, NUMBER_LIKE)).as_py())


def _number_cells(strings: Any, flags: Any) -> Any:
    """Where number cells are in a column of strings: as a boolean they are true or false, text is nothing."""
    return pc.and_(pc.is_valid(flags), pc.invert(pc.is_in(strings, value_set=BOOLEANS)))


def _text(column: Any, string: Any | None) -> Any:
    """A typed column as text; `string` is fastexcel's own text of it where that is wanted."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        numbers = number_text(column)
        if string is None:
            return numbers
        is_nan = pc.fill_null(pc.is_nan(column), False)  # no cell holds such a number: it was text
        return pc.if_else(pc.or_(is_nan, pc.is_in(string, value_set=BOOLEANS)), string, numbers)
    if pa.types.is_timestamp(kind):
        return time_text(column)
    return pc.cast(column, pa.string()) if string is None else string


def number_text(column: Any) -> Any:
    """The shortest text of each float, without exponent and `.0`: 410105199001010000, as Excel shows it."""
    texts = pc.cast(column, pa.string())
    has_exponent = pc.fill_null(pc.match_substring(texts, "e"), False)
    if not pc.any(has_exponent).as_py():
        return texts
    exact = [_plain(value) for value in column.filter(has_exponent).to_pylist()]
    return pc.replace_with_mask(texts, has_exponent, pa.array(exact, pa.string()))


def _plain(value: float) -> str:
    """A float's fewest digits and zeros; only the very large and very small keep an exponent, as in Excel."""
    if not 1e-15 <= abs(value) < 1e21:
        return repr(value).upper()
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").removesuffix(".") if "." in text else text


def time_text(column: Any) -> Any:
    """`YYYY-MM-DD HH:MM:SS`, with milliseconds where there are any."""
    seconds = pc.cast(pc.floor_temporal(column, unit="second"), pa.timestamp("s"))
    texts = pc.cast(seconds, pa.string())
    has_part = pc.not_equal(pc.millisecond(column), pa.scalar(0, pa.int64()))
    if not pc.any(has_part).as_py():
        return texts
    return pc.if_else(pc.fill_null(has_part, False), pc.cast(column, pa.string()), texts)
