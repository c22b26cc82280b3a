"""Organisation codes (GB 11714) against the standard's sum; ID numbers against birth date and sex."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.rules.citizen_id import ExpectIdAgrees
from infra.sandbox.identifiers import BODY_WEIGHTS, id_check
from tests.expectations.batches import ask, connect
from tests.expectations.test_dependence import ABOUT, broken

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CON = connect()  # one for all examples of a property
BODY = "11010519491231000"  # a man's


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return CON


@given(st.text(LETTERS, min_size=8, max_size=8))
def test_one_check_character_is_right(body: str) -> None:
    """The standard: C9 = 11 - sum(Ci x Wi) mod 11, X for 10, 0 for 11."""
    total = sum(LETTERS.index(letter) * weight for letter, weight in zip(body, BODY_WEIGHTS, strict=True))
    right = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    codes = [body + check for check in "0123456789X"]
    good = ask(CON, "organisation_code_ok(x)", codes)
    assert [code for code, ok in zip(codes, good, strict=True) if ok] == [body + right]


def test_codes_as_they_are_written(con: duckdb.DuckDBPyConnection) -> None:
    codes = ["600037341", "60003734-1", " 60003734-1", "60003734-2", "6000373411", "", None]
    found = ask(con, "organisation_code_ok(clean_credit_code(x))", codes)
    assert found == [True, True, True, False, False, None, None], "a credit code holds it: 91110000600037341L"


def test_a_number_of_somebody_else_is_told(con: duckdb.DuckDBPyConnection) -> None:
    rule = ExpectIdAgrees(column="n", **ABOUT, birth="b", sex="s", platform="police")
    woman, man = BODY[:16] + "2", BODY[:16] + "1"
    woman, man = woman + id_check(woman), man + id_check(man)
    rows = [
        (woman, "1949-12-31", "2"), (man, "19491231", "男"), (woman.lower(), "1949年12月31日", "9"),
        (woman, "1949-12-31", "1"), (man, "1949-12-30", "1"),
        (woman[:17] + "0", "1950-01-01", "1"), (None, "1950-01-01", "1"), (woman, None, "2"),
    ]  # fmt: skip
    assert broken(con, rule, "nbs", rows) == [3, 4]
