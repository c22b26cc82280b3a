"""Rules over several columns, at their borders; and names that are none."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import scan
from expectations.rules.base import RowRule
from expectations.rules.dependence import ExpectAccidentGrade, ExpectPresentWhen, ExpectSumAtMost
from expectations.rules.person_name import ExpectPersonName
from tests.expectations.batches import connect

ABOUT = {"field": "f", "label": "名"}
GRADE = ExpectAccidentGrade(
    column="g", **ABOUT, deaths="d", serious_injuries="s", loss="l", platform="emergency"
)


CON = connect()  # one for all examples of a property


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return CON


def broken(
    con: duckdb.DuckDBPyConnection, rule: RowRule, columns: str, rows: Sequence[tuple[str | None, ...]]
) -> list[int]:
    """Positions of the rows that break the rule."""
    values = list(zip(*rows, strict=True))
    table = {name: pa.array(list(column), pa.string()) for name, column in zip(columns, values, strict=True)}
    con.register("given", pa.table({**table, "_n": range(len(rows))}))
    scan.run(con, "given", {rule.name: rule.check()})
    return [n for (n,) in con.execute(f"SELECT _n FROM {scan.FAILED} ORDER BY _n").fetchall()]


@pytest.mark.parametrize(
    ("deaths", "serious", "loss", "grade"),
    [
        ("0", "0", None, "04"), ("2", "9", "999.9", "04"), ("3", "0", "0", "03"), ("0", "10", "0", "03"),
        ("0", "0", "1000", "03"), ("9", "49", "4999", "03"), ("10", "0", "0", "02"), ("0", "50", "0", "02"),
        ("0", "0", "5000", "02"), ("30", "0", "0", "01"), ("0", "100", "0", "01"), ("0", "0", "10000", "01"),
    ],
)  # fmt: skip
def test_the_grade_is_the_gravest_of_three_tests(
    con: duckdb.DuckDBPyConnection, deaths: str, serious: str, loss: str | None, grade: str
) -> None:
    """Order 493, article 3: "以上" includes the number itself."""
    labels = {"01": "特别重大", "02": "重大事故", "03": "3", "04": "一般"}
    rows = [(said, deaths, serious, loss) for said in ("01", "02", "03", "04", labels[grade])]
    wrong = [at for at, said in enumerate(("01", "02", "03", "04")) if said != grade]
    assert broken(con, GRADE, "gdsl", rows) == wrong


def test_a_grade_without_possible_casualties_is_not_judged(con: duckdb.DuckDBPyConnection) -> None:
    assert (
        broken(con, GRADE, "gdsl", [("01", None, "0", "0"), ("01", "-1", "0", "0"), ("01", "若干", "0", "0")])
        == []
    )


@settings(max_examples=50)
@given(st.tuples(*[st.integers(0, 50)] * 3))
def test_parts_stay_within_their_whole(numbers: tuple[int, int, int]) -> None:
    rule = ExpectSumAtMost(column="w", **ABOUT, parts=("a", "b"), parts_label="“在逃”、“抓获”")
    a, b, whole = numbers
    rows: list[tuple[str | None, ...]] = [tuple(map(str, (whole, a, b)))]
    assert broken(CON, rule, "wab", rows) == ([0] if a + b > whole else [])


def test_a_part_that_is_missing_counts_as_none(con: duckdb.DuckDBPyConnection) -> None:
    rule = ExpectSumAtMost(column="w", **ABOUT, parts=("a", "b"), parts_label="x")
    assert broken(con, rule, "wab", [("3", None, "4"), ("3", "3", ""), (None, "3", "3")]) == [0]


def test_a_negative_whole_is_left_to_the_rule_of_its_range(con: duckdb.DuckDBPyConnection) -> None:
    rule = ExpectSumAtMost(column="w", **ABOUT, parts=("a", "b"), parts_label="x")
    assert broken(con, rule, "wab", [("-1", "0", "0"), ("0", "0", "1")]) == [1]


def test_a_value_is_due_when_the_other_column_says_so(con: duckdb.DuckDBPyConnection) -> None:
    rule = ExpectPresentWhen(column="v", **ABOUT, when="w", when_label="状态", one_of=("已办结", "5"))
    rows = [("", "已办结"), (None, "５"), ("无", "5 "), ("2026-10-01", "5"), ("", "待办理"), ("", None)]
    assert broken(con, rule, "vw", rows) == [0, 1, 2]
    assert rule.advice() == "“状态”已是“已办结”，“名”必须填写；请补填后重新报送"


def test_names_that_are_none(con: duckdb.DuckDBPyConnection) -> None:
    rule = ExpectPersonName(column="n", **ABOUT)
    wrong = ["11010519491231002X", "１３８１２３４５６７８", "匿名", "群众 ", "某某"]
    right = ["王伟", "王先生", "李某", "阿卜杜拉·买买提", "群众喜", "Smith 3rd", None, ""]
    assert broken(con, rule, "n", [(name,) for name in [*wrong, *right]]) == list(range(len(wrong)))
