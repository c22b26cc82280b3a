"""Worksheets: every cell the text that stands in it, whatever is mixed in a column."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.connectors.formats import FileBroken
from tests.ingest.connectors.formats import NAMES, read_one, read_tables, write_sheet

DATA = Path(__file__).parents[4] / "shared" / "data"
CELL_TEXT = st.text(
    st.one_of(
        st.sampled_from("\t\n\r ,0123456789.eE-_x　䶮𠮷龘"), st.characters(codec="utf-8", min_codepoint=32)
    ),
    min_size=1,
    max_size=10,
).filter(lambda text: not re.search("[\ufffe\uffff]", text))
DATES = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59)).map(
    lambda moment: moment.replace(microsecond=0)
)
CELL = st.one_of(
    st.none(),
    CELL_TEXT,
    DATES,
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**9), 10**9, places=4).map(float),
    st.floats(-(10**6), 10**6).map(lambda x: float(f"{x:.15g}")).filter(lambda x: abs(x) > 1e-9),
    st.booleans(),
)


def shown(cell: Any) -> str | None:
    """The text that a cell is to become."""
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return re.sub(r"\.0+$", "", f"{Decimal(repr(cell)):f}")
    return None if cell is None else str(cell)


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    columns = tuple(draw(NAMES))
    return columns, draw(st.lists(st.tuples(*[CELL] * len(columns)), max_size=8))


@given(tables())
@example((("a", "b"), [(0, "NULL"), ("NULL", 1)]))
@example((("a", "b"), [(0, "NaN"), ("-nan", 1.5), ("NaN", True)]))
@settings(max_examples=60, deadline=None)
def test_any_table_reads_back_equal(tmp_path_factory: pytest.TempPathFactory, table: Any) -> None:
    columns, rows = table
    folder = tmp_path_factory.mktemp("xlsx")
    write_sheet(folder / "t.xlsx", [columns, *rows])
    found, numbers, values = read_one("xlsx", folder / "t.xlsx", folder)
    filled = [(n, row) for n, row in enumerate(rows, 1) if any(cell is not None for cell in row)]
    assert found == columns
    assert numbers == [n for n, _ in filled]
    assert values == [tuple(map(shown, row)) for _, row in filled]


def read(tmp_path: Path, rows: list[list[Any]], **layout: Any) -> Any:
    write_sheet(tmp_path / "t.xlsx", rows)
    return read_one("xlsx", tmp_path / "t.xlsx", tmp_path, **layout)


def test_every_second_of_a_day_is_exact(tmp_path: Path) -> None:
    start = dt.datetime(2026, 10, 1)
    moments = [start + dt.timedelta(seconds=n) for n in range(86_400)]
    found = read(tmp_path, [["t"], *([moment] for moment in moments)])[2]
    assert found == [(f"{moment:%Y-%m-%d %H:%M:%S}",) for moment in moments]


def test_dates_and_texts_mixed_in_a_column(tmp_path: Path) -> None:
    cells = [
        "2019/2/28 9:05:01",
        dt.datetime(2019, 2, 28, 9, 5, 1),
        "2019/02/28",
        dt.datetime(2019, 2, 28),
        43524,
    ]
    assert read(tmp_path, [["时间"], *([cell] for cell in cells)])[2] == [
        ("2019/2/28 9:05:01",),
        ("2019-02-28 09:05:01",),
        ("2019/02/28",),
        ("2019-02-28 00:00:00",),
        ("43524",),
    ]


def test_a_column_that_changes_its_type_far_down(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["a"], *([n] for n in range(5000)), ["text"], [dt.datetime(2026, 1, 1)], [True]]
    found = read(tmp_path, rows)[2]
    assert found[:2] == [("0",), ("1",)]
    assert found[-3:] == [("text",), ("2026-01-01 00:00:00",), ("true",)]


def test_numbers_have_neither_a_point_nor_an_exponent_that_nobody_typed(tmp_path: Path) -> None:
    cells = [188006.0, 3.14, 1e15, 1e-7, 0, -5, 15610064.2109, 113.6512345678901, 1e-300, "x"]
    found = read(tmp_path, [["n"], *([cell] for cell in cells)])[2]
    texts = "188006 3.14 1000000000000000 0.0000001 0 -5 15610064.2109 113.6512345678901 1E-300 x"
    assert " ".join(text for (text,) in found) == texts
    assert read(tmp_path, [["n"], *([cell] for cell in cells[:-1])])[2] == found[:-1], "the same unmixed"


def test_an_id_typed_as_a_number_shows_that_its_end_is_lost(tmp_path: Path) -> None:
    typed = float("4.10105199001010E+17")
    as_text = "410105199001009984"  # a text that is, to the digit, what the number is inside
    found = read(tmp_path, [["id", "other"], [typed, as_text], [as_text, typed], ["x", 6.2e19]])[2]
    assert found == [
        ("410105199001010000", as_text),
        (as_text, "410105199001010000"),
        ("x", "62000000000000000000"),
    ]


def test_text_ids_stay_although_they_fit_a_float(tmp_path: Path) -> None:
    ids = [str(n) for n in range(410105199001009984, 410105199001009984 + 64 * 200, 64)]
    assert read(tmp_path, [["id"], *([each] for each in ids)])[2] == [(each,) for each in ids]


def test_text_keeps_its_blanks_and_line_breaks(tmp_path: Path) -> None:
    texts = ["\n\t\t\n\t 正文", " 末尾 \n", "a\r\nb", "_x000D_", "　全角", "007", "1e5", "TRUE"]
    assert read(tmp_path, [["t"], *([text] for text in texts)])[2] == [(text,) for text in texts]


def test_error_cells_read_as_on_the_screen(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        for row, error in enumerate(("#DIV/0!", "#N/A", "#VALUE!", "#REF!"), 1):
            sheet.write_formula(row, 0, "=NA()", None, error)
            sheet.write_formula(row, 1, '="x"&"y"', None, "xy")
    found = read_one("xlsx", tmp_path / "t.xlsx", tmp_path)[2]
    assert found == [("#DIV/0!", "xy"), ("#N/A", "xy"), ("#VALUE!", "xy"), ("#REF!", "xy")]


def test_blank_rows_are_no_rows_but_count(tmp_path: Path) -> None:
    found = read(tmp_path, [["a", "b"], [None, None], ["1", None], [None, None], [None, "2"]])
    assert found == (("a", "b"), [2, 4], [("1", None), (None, "2")])


def test_the_header_is_the_first_filled_row_or_the_one_named(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[None], ["台账", None], ["编号", "名称"], [1, "a"]]
    assert read(tmp_path, rows)[0] == ("台账", "column_2")
    assert read(tmp_path, rows, header_row=3) == (("编号", "名称"), [1], [("1", "a")])
    with pytest.raises(FileBroken, match="row 9 of 表一 holds no column names; check headerRow"):
        read(tmp_path, rows, header_row=9)


def test_without_a_header(tmp_path: Path) -> None:
    found = read(tmp_path, [[1, 2, 3], [4, 5, 6]], header_row=None, columns=("x", "y"))
    assert found == (("x", "y", "column_3"), [1, 2], [("1", "2", "3"), ("4", "5", "6")])


@pytest.fixture
def several(tmp_path: Path) -> Path:
    with xlsxwriter.Workbook(tmp_path / "several.xlsx") as book:
        for name, rows in {
            "一月": [["a", "b"], ["1", "x"]],
            "说明": [["注意"], ["text"]],
            "空": [],
            "二月": [["a", "b"], ["2", "y"]],
        }.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return tmp_path / "several.xlsx"


def test_sheets_with_the_columns_of_the_first_are_read(
    several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The logger itself is watched: Airflow's logging setup, loaded by other tests, silences existing loggers.
    said: list[str] = []
    monkeypatch.setattr(
        "ingest.connectors.formats.xlsx.log.warning", lambda text, *args: said.append(text % args)
    )
    assert read_one("xlsx", several, tmp_path) == (("a", "b"), [1, 2], [("1", "x"), ("2", "y")])
    assert len(said) == 1
    assert "sheets left out" in said[0]
    assert "说明" in said[0]


def test_one_sheet_or_all_may_be_asked_for(several: Path, tmp_path: Path) -> None:
    assert read_one("xlsx", several, tmp_path, sheets="二月")[2] == [("2", "y")]
    assert [table[0] for table in read_tables("xlsx", several, tmp_path, sheets="*")] == [
        ("a", "b"),
        ("注意",),
    ]
    with pytest.raises(FileBroken, match="has no sheet '三月', but 一月, 说明, 空, 二月"):
        read_one("xlsx", several, tmp_path, sheets="三月")


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 half of it", b"<html>no workbook</html>"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "t.xlsx").write_bytes(body)
    with pytest.raises(FileBroken, match=r"t\.xlsx: not a readable workbook"):
        read_one("xlsx", tmp_path / "t.xlsx", tmp_path)


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(path: Path) -> Iterator[dict[str, str]]:
    """Rows of the first sheet as {column letters: text}, read from the XML without any of our libraries.

    Numbers whose style is a date become `YYYY-MM-DD HH:MM:SS` by ECMA-376 part 1, 18.17.4.1,
    and `_x000D_` the character that it stands for (22.9.2.19).
    """
    with zipfile.ZipFile(path) as package:
        styles = ElementTree.fromstring(package.read("xl/styles.xml"))  # noqa: S314
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    formats = {f.get("numFmtId"): f.get("formatCode", "") for f in styles.iter(f"{MAIN}numFmt")}
    kinds = [x.get("numFmtId", "0") for x in styles.findall(f"{MAIN}cellXfs/{MAIN}xf")]
    is_date = [14 <= int(k) <= 22 or re.search("[ymdhs]", formats.get(k, "")) is not None for k in kinds]
    for row in sheet.iter(f"{MAIN}row"):
        found = {}
        for cell in row:
            assert cell.get("t") in ("n", "inlineStr", None)
            value = cell.findtext(f"{MAIN}v") or cell.findtext(f"{MAIN}is/{MAIN}t")
            if value and cell.get("t") != "inlineStr" and is_date[int(cell.get("s", 0))]:
                seconds = round(float(value) * 86_400)
                value = f"{dt.datetime(1899, 12, 30) + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"
            if value is not None:
                value = re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), value)
                found[re.sub("[0-9]", "", cell.get("r", ""))] = value
        yield found


@pytest.mark.parametrize(("name", "count"), [("附件3.xlsx", 4326), ("附件4.xlsx", 2816)])
def test_real_petition_messages_cell_by_cell(name: str, count: int, tmp_path: Path) -> None:
    path = DATA / "petition_messages" / name
    if not path.exists():
        pytest.skip("shared data is not here")
    header, *lines = cells_of(path)
    columns, numbers, rows = read_one("xlsx", path, tmp_path)
    assert columns == tuple(header.values())
    assert (len(rows), numbers) == (count, list(range(1, count + 1)))
    assert rows == [tuple(line.get(letters) for letters in header) for line in lines]
    times = [row[columns.index("留言时间")] or "" for row in rows]
    assert any("/" in time for time in times), "times typed as text are there"
    assert any(re.fullmatch("[0-9-]{10} [0-9:]{8}", time) for time in times), "and true Excel dates"


def test_real_universities_under_title_rows(tmp_path: Path) -> None:
    path = DATA / "universities" / "全国高等学校名单.xls"
    if not path.exists():
        pytest.skip("shared data is not here")
    columns, numbers, rows = read_one("xlsx", path, tmp_path, header_row=3)
    assert columns[:3] == ("序号", "学校名称", "学校标识码")
    numbered = [row for row in rows if re.fullmatch("[0-9]+", row[0] or "")]
    assert [int(row[0] or 0) for row in numbered] == list(range(1, 2920))
    assert all(re.fullmatch("[0-9]{10}", row[2] or "") for row in numbered), "codes are whole numbers"
    assert len(rows) > len(numbered), "the rows that group them by province are kept"
    assert len(set(numbers)) == len(rows)
