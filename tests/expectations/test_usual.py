"""A batch against its feed's history: normal days and first days are silent, what is missing is told."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from expectations import outcome, usual
from expectations.rules.history import ExpectUsualBlanks, ExpectUsualCodes, ExpectUsualVolume
from expectations.usual import Usual
from infra import lake, store
from infra.settings import Settings
from ingest.contract import load
from ingest.interval import Interval, midnight
from tests.expectations.batches import connect, incident, judge_rows

FEED = "police.incident"
ROWS = 300
MONDAY = date(2026, 11, 2)
History = Callable[..., Usual]
Rows = list[dict[str, str | None]]


def calls(rows: int = ROWS, **changes: str | None) -> Rows:
    """A day's calls: a tenth without a place of occurrence, two thirds of one category."""
    return [
        incident(n, **{"FXDWJD": None if n % 10 == 0 else "113.60", **category(n), **changes})
        for n in range(1, rows + 1)
    ]


def category(n: int) -> dict[str, str | None]:
    return {"JQLBDM": "010000"} if n % 3 == 0 else {}


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Makes what some earlier days, all like `calls`, make usual; their sizes vary by some percent."""

    def make(days: int = 10, sizes: list[int] | None = None, **changes: Any) -> Usual:
        draw = Random(1)
        sizes = sizes if sizes is not None else [draw.randint(285, 315) for _ in range(days)]
        files = []
        for n, rows in enumerate(sizes):
            said = {"outcome": "accepted", "received": rows, "columns": columns(rows), **changes}
            files.append(tmp_path / f"outcome-{n}.json")
            files[-1].write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
        return usual.read(connect(), [str(file) for file in files])

    return make


def columns(rows: int) -> dict[str, dict[str, int | None]]:
    return {
        "FXDWJD": {"blank": rows // 10, "commonest": None},
        "BJDH": {"blank": 0, "commonest": None},
        "JQLBDM": {"blank": 0, "commonest": rows - rows // 3},
    }


def warnings(rows: Rows, folder: Path, seen: Usual) -> list[str]:
    return list(judge_rows(FEED, rows, folder, history=seen).outcome["warnings"])


def test_a_normal_day_is_silent(history: History, tmp_path: Path) -> None:
    for rows in (290, 300, 330):
        assert warnings(calls(rows), tmp_path, history()) == []


def test_a_third_of_the_rows_missing_is_told(history: History, tmp_path: Path) -> None:
    judged = judge_rows(FEED, calls(200), tmp_path, history=history())
    (said,) = judged.outcome["warnings"]
    assert said.startswith("数据量与往日相当：本批 200 行，往日同类日期中位数 30")
    assert (judged.outcome["outcome"], judged.outcome["refused_rows"]) == ("accepted", 0)
    (rule,) = [r for r in judged.outcome["rules"] if r["rule"] == ExpectUsualVolume.rule()]
    assert (rule["severity"], rule["assessed"], rule["failed"]) == ("warn", 1, 1)


def test_a_column_that_goes_empty_is_told(history: History, tmp_path: Path) -> None:
    said = warnings(calls(FXDWJD=None, FXDWWD=None), tmp_path, history())
    assert said == ["空值比例与往日相当：字段“FXDWJD”的空值比例为 100%，往日同类日期中位数 10%"]


def test_a_code_that_takes_over_is_told(history: History, tmp_path: Path) -> None:
    said = warnings(calls(JQLBDM="060000"), tmp_path, history())
    assert said == ["代码分布与往日相当：字段“JQLBDM”的最常见代码所占比例为 100%，往日同类日期中位数 67%"]


def test_the_first_days_say_nothing_and_are_not_scored(history: History, tmp_path: Path) -> None:
    judged = judge_rows(FEED, calls(50), tmp_path, history=history(days=6))
    assert judged.outcome["warnings"] == []
    names = {rule.rule() for rule in (ExpectUsualVolume, ExpectUsualBlanks, ExpectUsualCodes)}
    found = {r["rule"]: (r["assessed"], r["failed"]) for r in judged.outcome["rules"] if r["rule"] in names}
    assert found == dict.fromkeys(names, (0, 0))


def test_no_rows_where_there_always_were_some_is_told(history: History) -> None:
    assert ExpectUsualVolume(usual={"": vars(history(sizes=[2] * 9).rows)}).problems(0) != []
    assert ExpectUsualVolume(usual={"": vars(history(sizes=[2, 0, *[2] * 8]).rows)}).problems(0) == []


def test_chance_in_small_batches_is_not_told(history: History, tmp_path: Path) -> None:
    seen = history(sizes=[6] * 10)
    assert warnings(calls(9), tmp_path, seen) == []
    assert warnings(calls(6, JQLBDM="060000"), tmp_path, seen) == [], "4 of 6 expected"


def test_refused_batches_and_old_outcomes_are_no_history(history: History) -> None:
    assert history(outcome="refused") == Usual()
    assert history(columns=None).blank == {}


def test_what_a_batch_is_judged_by_is_what_it_leaves_behind(tmp_path: Path) -> None:
    left = judge_rows(FEED, calls(), tmp_path).outcome["columns"]
    assert {name: left[name] for name in columns(ROWS)} == {
        "FXDWJD": {"blank": 30, "commonest": None},
        "BJDH": {"blank": 0, "commonest": None},
        "JQLBDM": {"blank": 0, "commonest": 200},
    }
    assert set(left) == {p.physical for p in load(FEED).properties if p.physical in incident()}


def test_only_days_of_the_same_kind_before_the_batch_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    days = [MONDAY + timedelta(days=n) for n in range(-70, 30)]
    spans = [Interval(midnight(d), midnight(d + timedelta(days=1))) for d in days]
    spans.append(Interval(midnight(MONDAY - timedelta(days=3)), midnight(MONDAY)))  # a catch-up of three days
    keys = [outcome.outcome_key(FEED, span) for span in spans]
    monkeypatch.setattr(usual.store, "list_keys", lambda *_: iter(keys))
    found = usual.comparable(FEED, Interval(midnight(MONDAY), midnight(MONDAY + timedelta(days=1))))
    dates = [date.fromisoformat(key.split("date=")[1][:10]) for key in found]
    assert len(dates) == usual.settings()["most_batches"]
    assert max(dates) == MONDAY - timedelta(days=3)
    assert not any(map(usual.is_day_of_rest, dates))
    assert len(set(dates)) == len(dates)


@pytest.mark.parametrize(
    ("day", "rests"),
    [
        ("2026-09-30", False), ("2026-10-01", True), ("2026-10-07", True), ("2026-10-08", False),
        ("2026-10-10", False), ("2026-09-20", False), ("2026-10-11", True), ("2026-02-16", True),
        ("2026-11-21", True), ("2026-11-23", False), ("2027-10-01", True),
    ],
)  # fmt: skip
def test_holidays_are_days_of_rest_and_what_makes_up_for_them_is_not(day: str, rests: bool) -> None:
    assert usual.is_day_of_rest(date.fromisoformat(day)) is rests


def test_a_holiday_is_compared_with_weekends(monkeypatch: pytest.MonkeyPatch) -> None:
    first = date(2026, 9, 1)
    spans = [
        Interval(midnight(d), midnight(d + timedelta(days=1)))
        for d in (first + timedelta(days=n) for n in range(40))
    ]
    keys = [outcome.outcome_key(FEED, span) for span in spans]
    monkeypatch.setattr(usual.store, "list_keys", lambda *_: iter(keys))
    holiday = next(span for span in spans if span.business_date == date(2026, 10, 1))
    dates = {key.split("date=")[1][:10] for key in usual.comparable(FEED, holiday)}
    assert dates == {  # Sundays and Saturdays but the 20th, which was worked, and Mid-Autumn's Friday
        "2026-09-05", "2026-09-06", "2026-09-12", "2026-09-13", "2026-09-19", "2026-09-25", "2026-09-26",
        "2026-09-27",
    }  # fmt: skip


def test_the_history_is_read_from_the_store_in_one_go(stack: Settings) -> None:
    feed = "grid.event"
    spans = [Interval(midnight(d), midnight(d + timedelta(days=1))) for d in map(day, range(14))]
    for span in spans[:-1]:
        said = {"outcome": "accepted", "received": ROWS, "columns": columns(ROWS), "rules": [{"rule": "x"}]}
        store.write_json(outcome.VERDICTS, outcome.outcome_key(feed, span), said)
    try:
        with lake.connect() as con:
            seen = usual.of(con, feed, spans[11])  # a Friday
            too_early = usual.of(con, feed, spans[4])
    finally:
        for span in spans[:-1]:
            store.client().remove_object(outcome.VERDICTS, outcome.outcome_key(feed, span))
    assert seen.rows == usual.Level(9, ROWS, 0, ROWS)
    assert seen.commonest["JQLBDM"].median == pytest.approx(2 / 3)
    assert too_early == Usual()


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)
