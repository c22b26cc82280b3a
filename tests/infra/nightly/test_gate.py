"""The gate opens when nothing is worth waiting for any more."""

from datetime import date, datetime, timedelta

import pytest

from infra.nightly import gate
from ingest.interval import SHANGHAI
from tests.infra.nightly.papers import FIRST, deliver, receive

FEEDS = ["grid.event", "police.incident"]
NIGHT = datetime(2026, 10, 2, 1, 30, tzinfo=SHANGHAI)  # police may arrive until 02:30, grid until 03:00


@pytest.fixture(autouse=True)
def _two_feeds(night: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate.contract, "feeds", lambda: FEEDS)
    monkeypatch.delenv(gate.LIMIT, raising=False)


def look(now: datetime, since: datetime = NIGHT, day: date = FIRST) -> tuple[bool, dict[str, str]]:
    states = gate.look(day, since, now)
    return gate.is_open(states), {state.feed: state.state for state in states}


def test_it_waits_for_a_batch_that_is_not_judged_yet() -> None:
    deliver("grid.event", 1)
    receive("police.incident", 1)
    assert look(NIGHT) == (False, {"grid.event": "accepted", "police.incident": "waiting"})


def test_it_opens_when_all_are_there_even_if_one_was_refused() -> None:
    deliver("grid.event", 1)
    deliver("police.incident", 1, outcome="refused")
    assert look(NIGHT) == (True, {"grid.event": "accepted", "police.incident": "refused"})


def test_a_feed_is_late_after_the_time_of_its_contract_and_stops_nobody() -> None:
    deliver("grid.event", 1)
    assert look(datetime(2026, 10, 2, 2, 29, tzinfo=SHANGHAI))[0] is False
    assert look(datetime(2026, 10, 2, 2, 30, tzinfo=SHANGHAI)) == (
        True,
        {"grid.event": "accepted", "police.incident": "late"},
    )


def test_yesterdays_batch_is_not_todays() -> None:
    deliver("grid.event", 1)
    deliver("police.incident", 1)
    assert look(NIGHT + timedelta(days=1), NIGHT + timedelta(days=1), FIRST + timedelta(days=1)) == (
        False,
        {"grid.event": "waiting", "police.incident": "waiting"},
    )


def test_it_never_waits_longer_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(gate.LIMIT, "10")
    assert look(NIGHT + timedelta(minutes=9))[0] is False
    assert look(NIGHT + timedelta(minutes=10))[0] is True


def test_a_past_day_waits_for_nobody() -> None:
    assert look(NIGHT + timedelta(days=30), NIGHT + timedelta(days=30))[0] is True
