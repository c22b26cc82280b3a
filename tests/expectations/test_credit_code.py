"""GB 32100: properties against python-stdnum where it is right, and the codes that it denies."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from expectations import scan
from expectations.rules.text import ExpectFullPrecision
from tests.expectations.batches import ask

OK = "credit_code_ok(clean_credit_code(x))"
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MANY = settings(max_examples=25, deadline=None)


def check_character(body: str) -> str:
    """By powers of three, as the standard defines it."""
    total = sum(LETTERS.index(c) * 3**at for at, c in enumerate(body))
    return LETTERS[-total % 31]


bodies = st.builds(
    lambda head, area, rest: f"{head}{area:06d}{rest}",
    st.text(LETTERS, min_size=2, max_size=2),
    st.integers(110000, 659004),
    st.text(LETTERS, min_size=9, max_size=9),
)


@given(st.lists(bodies, min_size=1, max_size=100))
@MANY
def test_a_right_code_is_good_and_no_other_check_character_is(
    con: duckdb.DuckDBPyConnection, given_bodies: list[str]
) -> None:
    codes = [body + check_character(body) for body in given_bodies]
    assert [body + uscc.calc_check_digit(body) for body in given_bodies] == codes
    assert ask(con, OK, codes) == [True] * len(codes)
    assert ask(con, OK, [code.lower() for code in codes]) == [True] * len(codes)
    wrong = [code[:17] + c for code in codes for c in LETTERS if c != code[17]]
    assert not any(ask(con, OK, wrong))


def test_codes_that_start_with_a_letter_are_good_though_stdnum_denies_them(
    con: duckdb.DuckDBPyConnection,
) -> None:
    body = "N2410102MF1234567"
    code = body + check_character(body)
    assert not uscc.is_valid(code)
    assert ask(con, OK, [code]) == [True]


@pytest.mark.parametrize("code", ["91110000600037341L", "91350100M000100Y43", "91330106673959654P",
                                  "９１１１００００６０００３７３４１Ｌ",
                                  "9111 0000 6000 3734 1L", "91110000600037341l"])  # fmt: skip
def test_known_good(con: duckdb.DuckDBPyConnection, code: str) -> None:
    assert ask(con, OK, [code]) == [True]


@pytest.mark.parametrize("code", ["91110000600037341M", "410100000012345", "12345678-9", "000000000000000000",
                                  "91I10000600037341L",
                                  "9111000060003734"])  # fmt: skip
def test_known_bad(con: duckdb.DuckDBPyConnection, code: str) -> None:
    assert ask(con, OK, [code]) == [False]


def test_a_right_code_that_ends_in_zeros_was_not_cut(con: duckdb.DuckDBPyConnection) -> None:
    """In a column of credit codes; 1285589000 hold the organisation code 12855890 with check character 0."""
    rule = ExpectFullPrecision(
        column="x",
        label="统一社会信用代码",
        field="credit_code",
        classification="internal",
        of_credit_codes=True,
    )
    right, wrong_end, wrong_within = "914101061285589000", "914101061285580000", "914101061385589000"
    assert check_character(right[:17]) == "0"
    codes = [right, wrong_end, wrong_within, "9.14101061285E+17"]
    con.register("given", pa.table({"x": codes, "_n": range(len(codes))}))
    scan.run(con, "given", {rule.name: rule.check()})
    assert con.execute(f"SELECT _n FROM {scan.FAILED} ORDER BY _n").fetchall() == [(1,), (2,), (3,)]
