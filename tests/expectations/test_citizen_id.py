"""GB 11643: every trap of standards.md 2.1, and properties against an independent implementation."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from tests.expectations.batches import ask

CLEAN = "clean_citizen_id(x)"
OK = "citizen_id_ok(clean_citizen_id(x))"
GOOD = "11010519491231002X"
MANY = settings(max_examples=25, deadline=None)


def check_character(body: str) -> str:
    """ISO 7064 MOD 11-2 by its recursive definition, which shares nothing with the weights in the SQL."""
    product = 0
    for digit in body:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


areas = st.sampled_from(
    ["410102", "410105", "411602", "411502", "421303", "330411", "421321", "429001", "999999"]
)
births = st.dates(date(1900, 1, 1), date(2026, 9, 30))
bodies = st.builds(lambda a, b, n: f"{a}{b:%Y%m%d}{n:03d}", areas, births, st.integers(0, 999))


@given(st.lists(bodies, min_size=1, max_size=200))
@MANY
def test_a_right_number_is_good_and_no_other_check_character_is(
    con: duckdb.DuckDBPyConnection, given_bodies: list[str]
) -> None:
    numbers = [body + check_character(body) for body in given_bodies]
    assert [body + ric.calc_check_digit(body + "0") for body in given_bodies] == numbers
    assert ask(con, OK, numbers) == [True] * len(numbers)
    wrong = [n[:17] + c for n in numbers for c in "0123456789X" if c != n[17]]
    assert not any(ask(con, OK, wrong))


@given(
    st.lists(
        st.builds(lambda a, b, n: f"{a}{b:%Y%m%d}{n:03d}", areas, births, st.integers(0, 999)), min_size=1
    )
)
@MANY
def test_fifteen_digits_become_the_eighteen_of_the_same_person(
    con: duckdb.DuckDBPyConnection, given_bodies: list[str]
) -> None:
    old = [body for body in given_bodies if body[6:8] == "19"]
    fifteen = [body[:6] + body[8:] for body in old]
    assert ask(con, CLEAN, fifteen) == [body + check_character(body) for body in old]


@given(st.lists(bodies, min_size=1, max_size=50), st.data())
@MANY
def test_dress_does_not_matter(
    con: duckdb.DuckDBPyConnection, given_bodies: list[str], data: st.DataObject
) -> None:
    numbers = [body + check_character(body) for body in given_bodies]
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    dressed = []
    for number in numbers:
        marks = data.draw(st.lists(st.sampled_from("\ufeff\u200b\t \u3000\u00a0\r\n"), max_size=3))
        at = data.draw(st.integers(0, 18))
        shown = number[:at] + "".join(marks) + number[at:]
        manner = data.draw(
            st.sampled_from([str.lower, lambda s: s.translate(wide), lambda s: s.replace("X", "×"), str])
        )
        dressed.append(manner(shown))
    assert ask(con, CLEAN, dressed) == numbers
    assert ask(con, OK, dressed) == [True] * len(numbers)


@pytest.mark.parametrize(
    "value", ["１１０１０５１９４９１２３１００２Ｘ", "11010519491231002x", "110105 19491231 002X",
              "11010519491231002×",
              "110105491231002", "'11010519491231002X", "\ufeff11010519491231002X"]
)  # fmt: skip
def test_the_standards_own_example_in_every_dress(con: duckdb.DuckDBPyConnection, value: str) -> None:
    assert ask(con, CLEAN, [value]) == [GOOD]
    assert ask(con, OK, [value]) == [True]


def test_nobody_is_refused_for_an_area_code_younger_than_they_are(con: duckdb.DuckDBPyConnection) -> None:
    # stdnum's validate() refuses all of these people (standards.md 2.1)
    cases = [("410102", 1965), ("410105", 1982), ("411602", 1965), ("411602", 1995), ("411502", 1982),
             ("421303", 1995), ("330411", 1965), ("421321", 1995)]  # fmt: skip
    bodies = [f"{area}{year}0615123" for area, year in cases]
    numbers = [body + ric.calc_check_digit(body + "0") for body in bodies]
    assert not all(ric.is_valid(number) for number in numbers)
    assert ask(con, OK, numbers) == [True] * len(numbers)


@pytest.mark.parametrize(
    "value",
    ["110105194912310021", "111111111111111111", "000000000000000000", "123456789012345678",
     "1101051949123100",
     "110105194913310020", "110105194902300023", "张三", "护照E12345678"],
)  # fmt: skip
def test_what_is_no_number(con: duckdb.DuckDBPyConnection, value: str) -> None:
    assert ask(con, OK, [value]) == [False]


def test_a_date_that_does_not_exist_is_seen_behind_a_right_check_character(
    con: duckdb.DuckDBPyConnection,
) -> None:
    leap = [date(1999, 1, 1) + timedelta(days=n) for n in range(800)]
    bodies = [f"410102{day:%Y%m%d}123" for day in leap] + ["41010219990229123", "41010220010229123"]
    found = ask(con, OK, [body + check_character(body) for body in bodies])
    assert found == [True] * len(leap) + [False, False]


def test_blanks_and_placeholders_are_no_number_at_all(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, CLEAN, [None, "", " ", "无", "不详", "/", "-", "\u3000", "NULL"]) == [None] * 9
