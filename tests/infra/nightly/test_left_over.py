"""What a night left half done is found in the store, oldest first, without reading what is whole."""

from io import BytesIO
from typing import Any

import pytest

from infra import store
from infra.nightly import left_over
from tests.infra.nightly.papers import interval, judge, path, receive

FEED = "police.incident"
pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture(autouse=True)
def _short_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The papers of these tests have only what is read here."""

    def receipt(feed: str, span: Any) -> Any:
        found = store.read_json("raw", f"_receipts/{left_over.outcome.path(feed, span)}.json")
        return found and type("Short", (), found)

    monkeypatch.setattr(left_over.landing, "read_receipt", receipt)


def whole(day: int, returns: int = 0, written: int | None = None) -> None:
    """A judged batch that gives back so many files, of which so many are written."""
    judge(FEED, day, receive(FEED, day))
    keys = [f"{path(FEED, day).removesuffix('json')}{ending}" for ending in ("csv", "xlsx", "json")]
    said = store.read_json("verdicts", f"_outcomes/{path(FEED, day)}") or {}
    said["returns"] = [f"s3://returns/{key}" for key in keys[:returns]]
    store.write_json("verdicts", f"_outcomes/{path(FEED, day)}", said)
    for key in keys:
        store.client().remove_object("returns", key)
    for key in keys[: returns if written is None else written]:
        store.client().put_object("returns", key, BytesIO(b"x"), 1)


def days(before: int) -> list[int]:
    found = left_over.left_over(FEED, interval(before))
    return [span.business_date.day for span in found]


def test_nothing_is_left_where_all_is_whole() -> None:
    for day in (1, 2, 3):
        whole(day, returns=3)
    receive(FEED, 4)
    assert days(before=4) == []


def test_batches_without_outcome_of_another_attempt_or_without_their_files_are_left() -> None:
    whole(1)
    receive(FEED, 2)
    whole(3)
    receive(FEED, 3)  # pulled again, and not judged
    whole(4, returns=3, written=1)
    receive(FEED, 5)
    assert days(before=5) == [2, 3, 4]


def test_a_batch_in_order_again_that_still_has_return_files_is_left() -> None:
    whole(1, returns=0, written=3)
    assert days(before=2) == [1]


def test_a_batch_that_was_never_judged_is_found_behind_whole_ones() -> None:
    receive(FEED, 1)
    whole(2)
    whole(3)
    assert days(before=4) == [1]


def test_later_batches_are_left_to_their_own_nights() -> None:
    for day in (1, 2, 3):
        receive(FEED, day)
    assert days(before=2) == [1]


def test_a_batch_that_must_be_pulled_again_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receive(FEED, 1)
    receive(FEED, 2)
    done = []

    def validate(feed: str, span: Any) -> dict[str, str]:
        if span == interval(1):
            raise left_over.BatchMissing(f"{feed}/{span.text} is not what its receipt names: pull it again")
        done.append(span)
        return {"outcome": "accepted"}

    monkeypatch.setattr(left_over, "validate", validate)
    monkeypatch.setattr(left_over, "write_returns", lambda *_: [])
    # Not by capturing logs: Airflow, where another test has loaded it, takes them over.
    said: list[str] = []
    monkeypatch.setattr(left_over.log, "warning", lambda text, *values: said.append(text % values))
    assert left_over.take_up(FEED, interval(3)) == [f"{FEED}/{interval(2).text}"]
    assert done == [interval(2)]
    assert any("pull it again" in text for text in said)
