"""Delimited text: exact, in both encodings, and never silently shorter."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.connectors.formats import FileBroken, csv_faults
from ingest.connectors.formats.encoding import encoding_of
from tests.ingest.connectors.formats import NAMES, TEXT, csv_text, read_one, read_tables

LONDON = Path(__file__).parents[4] / "shared" / "data" / "london_police" / "street"
DISPATCHES = Path(__file__).parents[4] / "shared" / "data" / "county_911" / "dispatches_noheader.csv"


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    columns = tuple(draw(NAMES))
    value = TEXT if len(columns) == 1 else st.none() | TEXT  # one empty column makes a blank line
    return columns, draw(st.lists(st.tuples(*[value] * len(columns)), max_size=8))


@given(
    table=tables(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), mark=st.sampled_from(",\t;|")
)
@settings(max_examples=150, deadline=None)
def test_any_table_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: Any, encoding: str, mark: str
) -> None:
    columns, rows = table
    folder = tmp_path_factory.mktemp("csv")
    body = csv_text(columns, rows, mark).encode(encoding)
    (folder / "t.csv").write_bytes(body)
    if encoding == "gb18030" and encoding_of(folder / "t.csv") != "gb18030":
        return  # a short text can be both; UTF-8 is tried first
    found, numbers, values = read_one("csv", folder / "t.csv", folder, delimiter=mark)
    assert (found, values) == (columns, rows)
    assert numbers == list(range(1, len(rows) + 1))


def read(tmp_path: Path, body: bytes, **layout: Any) -> Any:
    (tmp_path / "t.csv").write_bytes(body)
    return read_one("csv", tmp_path / "t.csv", tmp_path, **layout)


def test_an_empty_field_is_null_and_a_quoted_one_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n,""\n"",\n')[2] == [(None, ""), ("", None)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
def test_any_line_end_and_none_at_the_last_line(tmp_path: Path, end: bytes) -> None:
    assert read(tmp_path, (end or b"\n").join([b"a,b", b"1,2", b"3,4"]) + end)[2] == [("1", "2"), ("3", "4")]


def test_only_a_header_has_columns_and_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b") == (("a", "b"), [], [])


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, mark: str) -> None:
    assert read(tmp_path, f'a{mark}"b,x;y"{mark}c\n1{mark}2{mark}3\n'.encode())[0] == ("a", "b,x;y", "c")


def test_names_that_are_blank_or_repeated(tmp_path: Path) -> None:
    assert read(tmp_path, b"a, a ,,A\n1,2,3,4\n")[0] == ("a", "a_1", "column_3", "A_2")


def test_title_rows_above_the_header(tmp_path: Path) -> None:
    body = '2026年度台账\n\n"一,二",,\na,b,c\n1,2,3\n'.encode("gb18030")
    assert read(tmp_path, body, header_row=4) == (("a", "b", "c"), [1], [("1", "2", "3")])


def test_without_a_header_columns_are_the_contracts_by_position(tmp_path: Path) -> None:
    found = read(tmp_path, b"1,2,3\n4,5,6\n", header_row=None, columns=("x", "y"))
    assert found == (("x", "y", "column_3"), [1, 2], [("1", "2", "3"), ("4", "5", "6")])


def test_utf8_is_tried_first_and_gb18030_second(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert read(tmp_path, "姓名,证件\n䶮㛃𠮷·,x\n".encode(encoding))[2] == [("䶮㛃𠮷·", "x")]


def test_a_long_file_that_turns_out_to_be_gb18030_at_its_end(tmp_path: Path) -> None:
    body = b"a,b\n" + b"1,plain\n" * 400_000 + "2,结尾\n".encode("gb18030")
    numbers, rows = read(tmp_path, body)[1:]
    assert (numbers[-1], rows[-1]) == (400_001, ("2", "结尾"))


@pytest.mark.parametrize(
    ("body", "offset", "line"),
    [
        ("a,b\n1,龙".encode("gb18030") + b"\xff\n", 8, 2),
        ("a,b\n1,x\n2,龙".encode("gb18030")[:-1], 10, 3),
        ("\ufeffa,b\n1,龙\n".encode() + b"\xc1\n", 13, 3),
    ],
    ids=["bad byte", "cut in a character", "mark of UTF-8 and then not UTF-8"],
)
def test_an_undecodable_byte_is_named(tmp_path: Path, body: bytes, offset: int, line: int) -> None:
    with pytest.raises(FileBroken, match=rf"t\.csv: byte {offset} \(line {line}\)"):
        read(tmp_path, body)


def test_undecodable_bytes_may_be_replaced_if_the_contract_says_so(tmp_path: Path) -> None:
    body = "a,b\n1,龙".encode("gb18030") + b"\xff\n"
    assert read(tmp_path, body, undecodable="replace")[2] == [("1", "龙\ufffd")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"a,b\n1,2\n3\n4,5\n6,7,8\n", "the header has 2 fields but row 2 has 1, row 4 has 3"),
        (b"a,b\n1,2\n\n3,4,5\n", "row 2 has 3"),
        (b'a,b\n1,2\n3,"x\n4,5\n6,7\n', "the quotation mark opened in row 2 never closes"),
        (b"", "row 1 holds no column names"),
        (b"\n\n1,2\n", "row 1 holds no column names"),
    ],
)
def test_what_would_lose_rows_refuses_the_file(tmp_path: Path, body: bytes, message: str) -> None:
    with pytest.raises(FileBroken, match=message):
        read(tmp_path, body)


def test_a_ragged_row_far_down_is_named_by_its_number(tmp_path: Path) -> None:
    body = b"a,b\n" + b'1,"x\ny"\n' * 1_200_000 + b"1\n" + b"1,2\n" * 10
    with pytest.raises(FileBroken, match="row 1200001 has 1"):
        read(tmp_path, body)


def test_a_row_longer_than_a_block_is_refused_not_cut(tmp_path: Path) -> None:
    body = b"a,b\n1,2\n1," + b"x" * (2 * csv_faults.BLOCK) + b"\n"
    with pytest.raises(FileBroken, match="longer than 2 MB"):
        read(tmp_path, body)


def test_lone_quotation_marks_inside_values_are_text(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1,5" pipe\n2,x\n')[2] == [("1", '5" pipe'), ("2", "x")]


def test_rows_are_numbered_across_blocks(tmp_path: Path) -> None:
    rows = [(str(i), f"第{i}行") for i in range(600_000)]
    body = "".join(f"{a},{b}\n" for a, b in [("a", "b"), *rows]).encode("gb18030")
    _, numbers, found = read(tmp_path, body)
    assert numbers == list(range(1, 600_001))
    assert found == rows


def test_real_crime_files(tmp_path: Path) -> None:
    if not LONDON.is_dir():
        pytest.skip("shared data is not here")
    for path in sorted(LONDON.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = csv.reader(file)
        columns, numbers, rows = read_one("csv", path, tmp_path)
        assert columns == tuple(header)
        assert [tuple(cell or "" for cell in row) for row in rows] == list(map(tuple, lines))
        assert numbers == list(range(1, len(lines) + 1))


def test_real_dispatches_without_a_header(tmp_path: Path) -> None:
    if not DISPATCHES.exists():
        pytest.skip("shared data is not here")
    names = ("lat", "lng", "title", "time", "township", "address")
    with DISPATCHES.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    (table,) = read_tables("csv", DISPATCHES, tmp_path, header_row=None, columns=names)
    assert table[0] == names
    assert [tuple(cell or "" for cell in row) for row in table[2]] == list(map(tuple, lines))
