"""Intervals: their text in keys, and which one a business date pulls."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.interval import SHANGHAI, Interval, midnight, next_interval

HISTORY = date(2026, 1, 1)
minutes = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(
    lambda t: t.replace(second=0, microsecond=0, tzinfo=SHANGHAI)
)


def day(number: int) -> Interval:
    """1 October 2026 is day 1."""
    start = midnight(date(2026, 10, number))
    return Interval(start, start + timedelta(days=1))


@given(minutes, st.integers(1, 10**6))
def test_the_text_gives_the_interval_back(start: datetime, length: int) -> None:
    interval = Interval(start, start + timedelta(minutes=length))
    assert Interval.parse(interval.text) == interval


def test_the_text_is_shanghai_time_whatever_the_zone() -> None:
    start = datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert Interval(start, start + timedelta(days=1)).text == "20261001T0000--20261002T0000"


@pytest.mark.parametrize("text", ["", "20261001T0000", "20261001--20261002", "20261002T0000--20261001T0000"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Interval.parse(text)


def test_bounds_need_a_zone_and_whole_minutes() -> None:
    end = midnight(date(2026, 10, 2))
    with pytest.raises(ValueError, match="time zone"):
        Interval(datetime(2026, 10, 1), end)
    with pytest.raises(ValueError, match="whole minutes"):
        Interval(end - timedelta(seconds=1), end)


def test_the_business_date_is_the_day_that_ends() -> None:
    assert day(1).business_date == date(2026, 10, 1)
    start = midnight(date(2026, 10, 1))
    assert Interval(start, start + timedelta(hours=12)).business_date == date(2026, 10, 1)


def test_the_first_night_brings_the_history() -> None:
    found = next_interval(date(2026, 10, 1), [], HISTORY)
    assert found == Interval(midnight(HISTORY), midnight(date(2026, 10, 2)))


def test_a_night_begins_where_the_last_one_ended_and_catches_up() -> None:
    assert next_interval(date(2026, 10, 2), [day(1)], HISTORY) == day(2)
    missed = next_interval(date(2026, 10, 4), [day(1)], HISTORY)
    assert missed == Interval(day(1).end, day(4).end)


def test_a_night_that_has_a_receipt_is_pulled_again_whatever_came_later() -> None:
    caught_up = Interval(day(1).end, day(4).end)
    assert next_interval(date(2026, 10, 4), [day(1), caught_up, day(5)], HISTORY) == caught_up


def test_a_withdrawn_receipt_changes_no_interval() -> None:
    assert next_interval(date(2026, 10, 2), [day(1), day(3)], HISTORY) == day(2)
    assert next_interval(date(2026, 10, 1), [day(2)], HISTORY).start == midnight(HISTORY)


def test_a_day_before_the_history_is_refused() -> None:
    with pytest.raises(ValueError, match="historyStart"):
        next_interval(date(2025, 12, 30), [], HISTORY)
