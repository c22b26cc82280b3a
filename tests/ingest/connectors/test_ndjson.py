"""JSON records: every field kept as exact text, the row number the line's, a cut file told."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.connectors import SourceError
from ingest.connectors.formats import FileBroken
from tests.ingest.connectors.formats import NAMES, TEXT, read_ndjson

# JSON numbers as other systems write them, not as Python would
NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
VALUE = st.one_of(
    st.none().map(lambda _: (None, "null")),
    TEXT.map(lambda text: (text, json.dumps(text, ensure_ascii=False))),
    TEXT.map(lambda text: (text, json.dumps(text))),
    NUMBER.map(lambda text: (text, text)),
    st.booleans().map(lambda value: (json.dumps(value), json.dumps(value))),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[dict[str, tuple[str | None, str]]]]:
    names = draw(NAMES)
    row = st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUE))
    return names, draw(st.lists(row, min_size=1, max_size=8))


@given(tables(), st.sampled_from(["utf-8", "utf-8-sig"]), st.sampled_from(["\n", "\r\n", "\n\n"]))
@settings(max_examples=150, deadline=None)
def test_any_records_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: Any, encoding: str, end: str
) -> None:
    names, rows = table
    lines = [
        "{" + ", ".join(f"{json.dumps(n)} : {text}" for n, (_, text) in row.items()) + "}" for row in rows
    ]
    folder = tmp_path_factory.mktemp("ndjson")
    (folder / "t.ndjson").write_bytes(end.join([*lines, ""]).encode(encoding))
    columns, numbers, found = read_ndjson(folder / "t.ndjson", folder)
    assert set(columns) == {name for row in rows for name in row} <= set(names)
    assert numbers == [i * len(end.replace("\r", "")) + 1 for i in range(len(rows))]
    assert found == [tuple(row.get(name, (None, ""))[0] for name in columns) for row in rows]


def read(tmp_path: Path, body: bytes, **layout: Any) -> Any:
    (tmp_path / "t.ndjson").write_bytes(body)
    return read_ndjson(tmp_path / "t.ndjson", tmp_path, **layout)


def test_nested_values_keep_their_numbers(tmp_path: Path) -> None:
    body = b'{"k": {"a": [1.10, "1.10"]}}\n{"k": [1, 2.0]}\n{"k": {}}\n'
    assert read(tmp_path, body)[2] == [('{"a": [1.10, "1.10"]}',), ("[1,2.0]",), ("{}",)]


def test_gb18030(tmp_path: Path) -> None:
    assert read(tmp_path, '{"k": "䶮", "姓名": "𠮷"}\n'.encode("gb18030")) == (
        ("k", "姓名"),
        [1],
        [("䶮", "𠮷")],
    )


def test_contract_columns_come_first_and_unknown_ones_are_kept(tmp_path: Path) -> None:
    assert read(tmp_path, b'{"b": 1}\n{"a": 2, "k": 3}\n')[0] == ("k", "a", "b")


def test_a_record_without_fields_is_a_row(tmp_path: Path) -> None:
    assert read(tmp_path, b'{ }\n{"k": 1}\n{}\n')[1:] == ([1, 2, 3], [(None,), ("1",), (None,)])


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"") == ((), [], [])


def test_rows_are_numbered_across_chunks(tmp_path: Path) -> None:
    rows = [f'{{"k": {i}.{i % 10}0, "text": "第{i}行"}}' for i in range(60_000)]
    columns, numbers, found = read(tmp_path, "\n".join(rows).encode())
    assert (columns, numbers) == (("k", "text"), list(range(1, 60_001)))
    assert found == [(f"{i}.{i % 10}0", f"第{i}行") for i in range(60_000)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"k": 1}\n{"k": 2', "line 2 is not one JSON object, and the file ends in it: it was cut"),
        (b'{"k": 1}\n{"k": 2\n', "line 2 is not one JSON object; ask"),
        (b'{"k": 1}\n\n[1]\n{"k": 2}\n', "line 3 is not one JSON object"),
        (b'{"k": 1}{"k": 2}\n', "line 1 is not one"),
        (b'{"k": 1},{"k": 2}\n', "line 1 is not one"),
        (b'{"k": 1.}\n', "line 1 is not one"),
        ('{"k": "龙"}\n'.encode("gb18030") + b"\xff", "byte 12"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, body: bytes, message: str) -> None:
    with pytest.raises(FileBroken, match=message):
        read(tmp_path, body)


def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'K' and 'k' differ in case alone"):
        read(tmp_path, b'{"k": 1}\n{"K": 2}\n')
