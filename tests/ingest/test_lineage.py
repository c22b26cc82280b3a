"""Lineage SQL: text that keeps every digit, hashes that tell rows apart, record keys."""

from dataclasses import replace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.lake import functions, set_pseudonym_key
from ingest import lineage
from ingest.connectors import Part, identifier, quote
from ingest.contract import Contract, load

CONTRACT = load("petition.message")
COLUMNS = [p.physical for p in CONTRACT.properties]
value = st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=6)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("SET TimeZone = 'Asia/Shanghai'")
    made.execute(functions())
    set_pseudonym_key(made, b"a key of a test")
    return made


def literal(text: str | None) -> str:
    return "NULL::VARCHAR" if text is None else quote(text)


def one(
    con: duckdb.DuckDBPyConnection, row: dict[str, str | None], contract: Contract = CONTRACT
) -> dict[str, object]:
    """One row through the whole SELECT."""
    fields = ", ".join(f"{literal(text)} AS {identifier(name)}" for name, text in row.items())
    part = Part(f"(SELECT {fields})", quote("s3://landing/x"), "1")
    columns = [(name, "VARCHAR") for name in row]
    answer = con.execute(lineage.select(contract, part, columns, "f/i", "2026-10-02 01:00:00"))
    names = [column[0] for column in answer.description]
    return dict(zip(names, answer.fetchall()[0], strict=True))


@pytest.mark.parametrize(
    ("sql", "kind", "text"),
    [
        ("TIMESTAMP '2026-10-01 12:00:00'", "TIMESTAMP", "2026-10-01 12:00:00"),
        ("TIMESTAMP '2026-10-01 12:00:00.123456'", "TIMESTAMP", "2026-10-01 12:00:00.123456"),
        (
            "TIMESTAMPTZ '2026-10-01 04:00:00+00'",
            "TIMESTAMP WITH TIME ZONE",
            "2026-10-01 12:00:00",
        ),
        ("DATE '2026-10-01'", "DATE", "2026-10-01"),
        ("113.500000::DECIMAL(10,6)", "DECIMAL(10,6)", "113.500000"),
        ("12345678901234567890::HUGEINT", "HUGEINT", "12345678901234567890"),
        ("TRUE", "BOOLEAN", "true"),
        ("' 0123 '", "VARCHAR", " 0123 "),
        ("NULL::INTEGER", "INTEGER", None),
        ("['a', NULL]", "VARCHAR[]", '["a",null]'),
        ("{'lon': 113.5}", "STRUCT(lon DECIMAL(4,1))", '{"lon":113.5}'),
    ],
)
def test_every_type_becomes_text(
    con: duckdb.DuckDBPyConnection, sql: str, kind: str, text: str | None
) -> None:
    assert con.execute(f"SELECT {lineage.text('x', kind)} FROM (SELECT {sql} AS x)").fetchone() == (text,)


@given(
    st.lists(value, min_size=len(COLUMNS), max_size=len(COLUMNS)),
    st.lists(value, min_size=len(COLUMNS), max_size=len(COLUMNS)),
)
def test_hashes_are_equal_only_for_equal_rows(
    con: duckdb.DuckDBPyConnection, left: list[str | None], right: list[str | None]
) -> None:
    hashes = [one(con, dict(zip(COLUMNS, row, strict=True)))["_content_hash"] for row in (left, right)]
    assert (hashes[0] == hashes[1]) == (left == right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([None, "a"], ["", "a"]),
        ([None, ""], ["", None]),
        (["a,b", ""], ["a", "b,"]),
        (["a", "b"], ["ab", ""]),
        (["N", None], [None, "N"]),
        (["\x1f", "\x1e"], ["\x1e", "\x1f"]),
    ],
)
def test_a_value_cannot_pass_for_another(
    con: duckdb.DuckDBPyConnection, left: list[str | None], right: list[str | None]
) -> None:
    first, second = ({COLUMNS[0]: "1", **dict(zip(COLUMNS[1:3], row, strict=True))} for row in (left, right))
    assert one(con, first)["_content_hash"] != one(con, second)["_content_hash"]


def test_the_hash_does_not_hang_on_the_sources_order(con: duckdb.DuckDBPyConnection) -> None:
    row: dict[str, str | None] = {name: name for name in COLUMNS}
    turned = dict(reversed(row.items()))
    assert one(con, row)["_content_hash"] == one(con, turned)["_content_hash"]


def test_an_absent_column_hashes_as_null_and_an_unknown_one_by_its_name(
    con: duckdb.DuckDBPyConnection,
) -> None:
    row: dict[str, str | None] = dict.fromkeys(COLUMNS, "x") | {COLUMNS[-1]: None}
    shorter = {name: row[name] for name in COLUMNS[:-1]}
    same = one(con, row)["_content_hash"]
    assert one(con, shorter)["_content_hash"] == same
    assert one(con, row | {"new": None})["_content_hash"] == same
    assert one(con, row | {"new": "1"})["_content_hash"] != same
    assert one(con, row | {"new": "1"})["_content_hash"] != one(con, row | {"newer": "1"})["_content_hash"]


@pytest.mark.parametrize(
    ("key", "record_key"),
    [
        ("123", "petition.message:123"),
        ("J1X", "petition.message:J1X"),
        (" 123\t", "petition.message:123"),
        ("\ufeff123", "petition.message:123"),
        ("", None),
        ("  ", None),
        ("无", None),
        (None, None),
    ],
)
def test_record_keys(con: duckdb.DuckDBPyConnection, key: str | None, record_key: str | None) -> None:
    assert one(con, {COLUMNS[0]: key, COLUMNS[1]: "x"})["_record_key"] == record_key


def test_a_missing_key_column_gives_no_record_key(con: duckdb.DuckDBPyConnection) -> None:
    assert one(con, {COLUMNS[1]: "x"})["_record_key"] is None


def test_a_key_of_two_parts(con: duckdb.DuckDBPyConnection) -> None:
    second = replace(CONTRACT.properties[1], primary_key=True, classification="internal")
    both = replace(CONTRACT, properties=(CONTRACT.properties[0], second, *CONTRACT.properties[2:]))
    assert one(con, {COLUMNS[0]: "1", COLUMNS[1]: "2"}, both)["_record_key"] == "petition.message:1|2"
    assert one(con, {COLUMNS[0]: "1", COLUMNS[1]: None}, both)["_record_key"] is None


def test_a_restricted_key_is_a_keyed_hash(con: duckdb.DuckDBPyConnection) -> None:
    restricted = replace(CONTRACT.properties[0], classification="restricted")
    secret = replace(CONTRACT, properties=(restricted, *CONTRACT.properties[1:]))
    found = one(con, {COLUMNS[0]: "410105199001010011"}, secret)["_record_key"]
    assert isinstance(found, str)
    assert "1990" not in found
    assert found == one(con, {COLUMNS[0]: " 410105199001010011"}, secret)["_record_key"]
    set_pseudonym_key(con, b"another key")
    assert found != one(con, {COLUMNS[0]: "410105199001010011"}, secret)["_record_key"]


def test_a_hostile_name_stays_a_name(con: duckdb.DuckDBPyConnection) -> None:
    name = 'x" FROM y; --'
    assert one(con, {COLUMNS[0]: "1", name: "v'"})[name] == "v'"
