"""Dates and times: every form of standards.md section 4, and nothing that only looks like one."""

from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.expectations.batches import ask

PARSE = "parse_timestamp_cn(x)"
MANY = settings(max_examples=25, deadline=None)
EPOCH = datetime(1970, 1, 1, 8)  # in Shanghai
# China kept summer time from 1986 to 1991: there +08:00 is not the time that clocks showed.
SUMMER_TIME = range(1986, 1992)
moments = (
    st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31))
    .map(lambda t: t.replace(microsecond=0))
    .filter(lambda t: t.year not in SUMMER_TIME)
)


def serial(t: datetime) -> str:
    gone = t - datetime(1899, 12, 30)
    return f"{gone.days + gone.seconds / 86_400:.8f}"


FORMS = {
    "iso": lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
    "T": lambda t: f"{t:%Y-%m-%dT%H:%M:%S}",
    "fraction": lambda t: f"{t:%Y-%m-%d %H:%M:%S}.000000",
    "zone": lambda t: f"{t:%Y-%m-%dT%H:%M:%S}+08:00",
    "bare zone": lambda t: f"{t:%Y-%m-%d %H:%M:%S}+08",
    "utc": lambda t: f"{t - timedelta(hours=8):%Y-%m-%dT%H:%M:%S}Z",
    "slashes": lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}",
    "padded slashes": lambda t: f"{t:%Y/%m/%d %H:%M:%S}",
    "dots": lambda t: f"{t.year}.{t.month}.{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}",
    "chinese": lambda t: f"{t.year}年{t.month}月{t.day}日 {t:%H:%M:%S}",
    "chinese words": lambda t: f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分{t.second}秒",
    "fourteen": lambda t: f"{t:%Y%m%d%H%M%S}",
    "full width": lambda t: f"{t:%Y-%m-%d %H:%M:%S}".translate(
        str.maketrans("0123456789-:", "０１２３４５６７８９－：")
    ),
    "blanks": lambda t: f"\ufeff {t:%Y-%m-%d %H:%M:%S}\u3000\t",
}
DAYS = {
    "iso": lambda t: f"{t:%Y-%m-%d}",
    "eight": lambda t: f"{t:%Y%m%d}",
    "slashes": lambda t: f"{t.year}/{t.month}/{t.day}",
    "chinese": lambda t: f"{t.year}年{t.month}月{t.day}日",
}


@pytest.mark.parametrize("form", FORMS)
@given(given_moments=st.lists(moments, min_size=1, max_size=100))
@MANY
def test_every_form_of_a_moment_is_read(
    con: duckdb.DuckDBPyConnection, form: str, given_moments: list[datetime]
) -> None:
    assert ask(con, PARSE, [FORMS[form](t) for t in given_moments]) == given_moments


@given(
    given_moments=st.lists(
        st.datetimes(datetime(2001, 9, 10), datetime(2099, 1, 1)), min_size=1, max_size=100
    )
)
@MANY
def test_epochs_and_serials_are_read(con: duckdb.DuckDBPyConnection, given_moments: list[datetime]) -> None:
    whole = [t.replace(microsecond=0) for t in given_moments]
    seconds = [str(int((t - EPOCH).total_seconds())) for t in whole]
    assert ask(con, PARSE, [s + "000" for s in seconds]) == whole
    assert ask(con, PARSE, seconds) == whole
    assert ask(con, PARSE, [serial(t) for t in whole]) == whole


@pytest.mark.parametrize("form", DAYS)
@given(given_moments=st.lists(moments, min_size=1, max_size=100))
@MANY
def test_every_form_of_a_day_is_read(
    con: duckdb.DuckDBPyConnection, form: str, given_moments: list[datetime]
) -> None:
    found = ask(con, "parse_date_cn(x)", [DAYS[form](t) for t in given_moments])
    assert found == [t.date() for t in given_moments]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=100))
@MANY
def test_no_text_raises_and_what_is_read_lies_in_bounds(
    con: duckdb.DuckDBPyConnection, values: list[str]
) -> None:
    found = ask(con, PARSE, [value.replace("\0", "") for value in values])
    assert all(t is None or datetime(1900, 1, 2) <= t < datetime(2200, 1, 1) for t in found)


@pytest.mark.parametrize(
    "value",
    ["2026-13-45", "十月三日", "2026年13月40日", "待定时间", "20261399", "2026-02-30", "2019",
     "abc", "", " ", None,
     "2026-10-01 25:00:00", "1899-12-31", "12345678901234567890", "2026-10-01 08:00:61", "410102199001010011",
     "2006-8-149:34:32", "5", "0", "-1", "13812345678"],
)  # fmt: skip
def test_what_is_no_date(con: duckdb.DuckDBPyConnection, value: str | None) -> None:
    assert ask(con, PARSE, [value]) == [None]
    assert ask(con, "is_date_placeholder(x)", [value]) == [False]


@pytest.mark.parametrize(
    "value",
    [
        "1900-01-01",
        "1900-01-01 00:00:00",
        "9999-12-31",
        "9999-12-31 23:59:59",
        "99991231",
        "1900/1/1",
        "1900年1月1日",
    ],
)
def test_a_systems_word_for_no_date(con: duckdb.DuckDBPyConnection, value: str) -> None:
    assert ask(con, PARSE, [value]) == [None]
    assert ask(con, "is_date_placeholder(x)", [value]) == [True]


def test_the_reports_times_of_real_news(con: duckdb.DuckDBPyConnection) -> None:
    # standards of real sets: 2008年04月05日09:12 has one reading, 2006-8-149:34:32 has none that is sure
    assert ask(con, PARSE, ["2008年04月05日09:12", "2006-8-14 9:34:32"]) == [
        datetime(2008, 4, 5, 9, 12),
        datetime(2006, 8, 14, 9, 34, 32),
    ]
