"""Reading files and writing samples for the tests of formats."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from hypothesis import strategies as st

from ingest.connectors.formats import ROW_NUMBER, Layout, json_rows, ndjson
from ingest.connectors.formats import csv as csv_format
from ingest.connectors.formats import xlsx as xlsx_format
from tests.ingest.connectors.helpers import contract

Rows = list[tuple[str | None, ...]]
Found = tuple[tuple[str, ...], list[int], Rows]  # columns, row numbers, rows
DUCKDB = duckdb.connect()
FEED = contract({"type": "local", "path": "x", "format": "ndjson"}, ["k"], pattern="*")
# characters that files of this trade hold: what delimits, what is long in GB18030, what is beyond the BMP
TEXT = st.text(
    st.one_of(
        st.sampled_from(",;\t\"'\n\r |=_0123456789.eE-+ 　·䶮㛃𠮷é€龘"),
        st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)),
    ),
    max_size=12,
)
NAMES = st.lists(
    st.text("abcXYZ姓名编号_", min_size=1, max_size=6), min_size=1, max_size=5, unique_by=str.casefold
)


def read_tables(
    kind: str, path: Path, workdir: Path, **layout: Any
) -> list[tuple[tuple[str, ...], list[int], Rows]]:
    """(columns, row numbers, rows) of each table of a CSV file or workbook."""
    read = {"csv": csv_format.read, "xlsx": xlsx_format.read}[kind]
    result = []
    for table in read(path, Layout(**layout), workdir):
        numbers: list[int] = []
        rows: Rows = []
        for batch in table.batches():
            *values, found = batch.columns
            assert batch.schema.names == [*table.columns, ROW_NUMBER]
            numbers += found.to_pylist()
            rows += list(zip(*(column.to_pylist() for column in values), strict=True))
        result.append((table.columns, numbers, rows))
    return result


def read_one(kind: str, path: Path, workdir: Path, **layout: Any) -> Found:
    """The only table of a file."""
    (only,) = read_tables(kind, path, workdir, **layout)
    return only


def read_ndjson(path: Path, workdir: Path, **layout: Any) -> Found:
    """(columns, line numbers, rows) of an NDJSON file."""
    lines = workdir / "lines.ndjson"
    ndjson.prepare(path, Layout(**layout), lines)
    columns = json_rows.columns_of(DUCKDB, str(lines), FEED)
    found = DUCKDB.execute(f"SELECT * FROM {json_rows.relation(str(lines), columns)}").fetchall()
    found.sort(key=lambda row: row[-1])
    return columns, [row[-1] for row in found], [row[:-1] for row in found]


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str | None]], delimiter: str = ",") -> str:
    """Delimited text: every value in quotation marks, NULL as nothing between delimiters."""
    cells = (["" if v is None else '"' + v.replace('"', '""') + '"' for v in row] for row in [columns, *rows])
    return "\r\n".join([*(delimiter.join(row) for row in cells), ""])


def write_sheet(path: Path, rows: Sequence[Sequence[Any]], **formats: str) -> None:
    """One worksheet; strings as strings, numbers as numbers, dates as dates."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        date = book.add_format({"num_format": formats.get("date", "yyyy/m/d h:mm:ss")})
        sheet = book.add_worksheet("表一")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                elif isinstance(cell, bool):
                    sheet.write_boolean(r, c, cell)
                elif isinstance(cell, int | float):
                    sheet.write_number(r, c, cell)
                elif cell is not None:
                    sheet.write_datetime(r, c, cell, date)
