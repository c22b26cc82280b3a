"""A grid's code begins with its community's code."""

import csv
import gzip

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import scan
from expectations.rules.division import DIVISIONS
from expectations.rules.grid_code import ExpectGridCode
from ingest.contract import load
from tests.expectations.batches import connect

RULE = ExpectGridCode(
    **ExpectGridCode.over(
        {"field": "grid_code", "division": "division_code"},
        {p.name: p for p in load("grid.event").properties},
    )
)
GRID, VILLAGE = RULE.column, RULE.division
CON = connect()  # one for all examples of a property


def current(level: str) -> list[str]:
    """Codes of the seed that are not retired."""
    with gzip.open(DIVISIONS, "rt", encoding="utf-8", newline="") as file:
        return [r["code12"] for r in csv.DictReader(file) if r["level"] == level and not r["valid_to"]]


VILLAGES, TOWNSHIPS = current("village"), current("township")
village, serial = st.sampled_from(VILLAGES), st.from_regex("[0-9]{2,3}", fullmatch=True)


def broken(*rows: tuple[str | None, str | None]) -> list[int]:
    """Positions of the rows (grid, village) that break the rule."""
    given_rows = {GRID: [grid for grid, _ in rows], VILLAGE: [code for _, code in rows]}
    table = {name: pa.array(values, pa.string()) for name, values in given_rows.items()}
    CON.register("given", pa.table({**table, "_n": range(len(rows))}))
    scan.run(CON, "given", {RULE.name: RULE.check()})
    return [n for (n,) in CON.execute(f"SELECT _n FROM {scan.FAILED} ORDER BY _n").fetchall()]


@settings(max_examples=20, deadline=None)
@given(village, serial)
def test_a_grid_of_the_community_is_right(code: str, number: str) -> None:
    assert broken((code + number, code), (f" {code}{number} ", code)) == []


@settings(max_examples=20, deadline=None)
@given(village, village, serial)
def test_a_grid_of_another_community_is_wrong(code: str, other: str, number: str) -> None:
    assert broken((other + number, code)) == ([0] if code != other else [])


@settings(max_examples=20, deadline=None)
@given(village, serial, st.integers(0, 11))
def test_one_wrong_digit_is_seen(code: str, number: str, at: int) -> None:
    wrong = code[:at] + str((int(code[at]) + 1) % 10) + code[at + 1 :]
    assert broken((wrong + number, code)) == [0]


def test_where_only_the_township_is_named_its_digits_count() -> None:
    township = next(code for code in TOWNSHIPS if any(v.startswith(code[:9]) for v in VILLAGES))
    other = next(code for code in TOWNSHIPS if code[:9] != township[:9] and code[:6] == township[:6])
    assert broken((f"{township[:9]}204001", township), (f"{other[:9]}204001", township)) == [1]


@pytest.mark.parametrize(
    ("grid", "code"),
    [
        (None, VILLAGES[0]),
        ("无", VILLAGES[0]),
        ("999001", None),
        ("999001", "无"),
        ("999001", "999999999999"),
    ],
)
def test_what_is_not_given_or_not_known_is_others_matter(grid: str | None, code: str | None) -> None:
    assert broken((grid, code)) == []


def test_a_retired_code_is_others_matter() -> None:
    with gzip.open(DIVISIONS, "rt", encoding="utf-8", newline="") as file:
        retired = next(
            row["code12"] for row in csv.DictReader(file) if row["valid_to"] and row["level"] == "county"
        )
    assert broken((VILLAGES[0] + "001", retired)) == []


def test_the_message_names_both_columns() -> None:
    assert RULE.advice() == "“网格编码”不以“社区代码”的代码开头；请核对网格编码和所属村（社区）"


def test_a_cut_number_is_told_of_once() -> None:
    names = {p.name: p for p in load("grid.activity").properties}
    rule = ExpectGridCode(**ExpectGridCode.over({"field": "grid_no", "division": "division_code"}, names))
    assert rule.unless_precision_lost
    assert not RULE.unless_precision_lost
