"""A return opens with the first batch that shows the fault, and closes by itself once it is mended."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from ingest.contract import load
from tests.dbt.lakehouse import FIRST, Broken, Lakehouse, Row

pytestmark = pytest.mark.slow
FEED = "police.incident"
DUE = load(FEED).sla.return_due_days + 1  # counted from the morning after the business date
LAST = DUE + 1
BUILT = (1, 2, 5, DUE, LAST)  # nights that ran; the third and the fourth batch came with the fifth
MODELS = "+return_item"
Call = tuple[str, str, Mapping[str, str]]  # key, rule that it breaks or "", what differs from a plain call

DELETED = {"is_deleted": "1"}
NIGHTS: dict[int, list[Call]] = {
    1: [
        ("corrected", "citizen_id", {}),
        ("never", "citizen_id", {}),
        ("again", "citizen_id", {}),
        ("other-rule", "citizen_id", {}),
        ("deleted", "citizen_id", {}),
        ("deleted-from-the-start", "citizen_id", DELETED),
        ("within-the-batch", "citizen_id", {"updated_at": "2026-10-01 01:00:00"}),
        ("within-the-batch", "", {"updated_at": "2026-10-01 02:00:00"}),
        ("twice-in-a-batch", "citizen_id", {"updated_at": "2026-10-01 01:00:00"}),
        ("twice-in-a-batch", "citizen_id", {"updated_at": "2026-10-01 02:00:00"}),
        ("warned", "phone", {}),
        ("relapse", "citizen_id", {}),
        ("whole-batch", "citizen_id", {}),
        ("13800138000", "present", {}),
    ],
    2: [
        ("corrected", "", {}),
        ("again", "citizen_id", {}),
        ("other-rule", "coordinates", {}),
        ("deleted", "citizen_id", DELETED),
        ("relapse", "", {}),
    ],
    3: [("again", "citizen_id", {}), ("warned", "", {}), ("relapse", "citizen_id", {})],
    4: [("whole-batch", "", {})],  # refused as a whole
    5: [("again", "", {})],
}
WARNINGS = {"phone"}


def deliver(lakehouse: Lakehouse, day: int) -> None:
    """The calls of a night, and a grid event without a key on the first; an empty batch on other nights."""
    calls = NIGHTS.get(day, [])
    rows: list[Row] = [{"incident_no": key, **values} for key, _, values in calls]
    broken = [
        Broken(row, rule, "warn" if rule in WARNINGS else "refuse")
        for row, (_, rule, _) in enumerate(calls, 1)
        if rule
    ]
    lakehouse.deliver(FEED, day, rows, broken, refused=day == 4)
    if day < 3:
        events: Sequence[Row] = (
            [{"title": "没有编号"}, {"event_no": "1"}] if day == 1 else [{"event_no": "2"}]
        )
        lakehouse.deliver("grid.event", day, events, [Broken(1, "present")] if day == 1 else [])

    if day == 2:  # told of as a whole, which is no item
        values = "(?, 'volume', 'batch', null, null, '完整性', 'warn', 1, 1)"
        lakehouse.rows(
            f"insert into lake.ops.rule_result values {values}",
            f"grid.event/{on(2):%Y%m%d}T0000--{on(3):%Y%m%d}T0000",
        )


def items(lakehouse: Lakehouse, number: str | None, feed: str = FEED) -> list[dict[str, Any]]:
    columns = (
        "rule", "severity", "status", "first_seen_on", "last_seen_on", "due_on", "closed_on",
        "closing_batch_id", "times_returned",
    )  # fmt: skip
    found = lakehouse.rows(
        f"select {', '.join(columns)} from lake.mart.return_item "
        "where feed = ? and record_key is not distinct from ? order by first_seen_on, rule",
        feed,
        None if number is None else f"{feed}:{number}",
    )
    return [dict(zip(columns, row, strict=True)) for row in found]


def on(day: int) -> date:
    return FIRST + timedelta(days=day - 1)


@pytest.fixture(scope="module")
def nightly(lakehouse: Lakehouse) -> Lakehouse:
    """Night after night; what each said of the status is kept in `statuses`."""
    for day in range(1, LAST + 1):
        deliver(lakehouse, day)
        if day not in BUILT:
            continue
        lakehouse.build(MODELS, day=day, tests=day == LAST)
        lakehouse.publish()
        STATUSES[day] = {n: [i["status"] for i in items(lakehouse, n)] for n in ("never", "corrected")}
    return lakehouse


STATUSES: dict[int, dict[str, list[str]]] = {}


def test_a_corrected_record_closes_its_return_in_the_next_run(nightly: Lakehouse) -> None:
    assert (STATUSES[1]["corrected"], STATUSES[2]["corrected"]) == (["open"], ["closed"])
    (item,) = items(nightly, "corrected")
    assert (item["first_seen_on"], item["closed_on"], item["times_returned"]) == (on(1), on(2), 1)
    assert item["closing_batch_id"].startswith(f"{FEED}/20261002")


def test_an_uncorrected_record_is_overdue_on_its_date_and_not_a_day_earlier(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "never")
    assert (item["due_on"], item["closed_on"]) == (on(1) + timedelta(days=DUE), None)
    said = {day: statuses["never"] for day, statuses in STATUSES.items()}
    assert said == {day: ["overdue" if day == LAST else "open"] for day in BUILT}


def test_a_record_refused_again_counts(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "again")
    assert (item["times_returned"], item["last_seen_on"], item["closed_on"]) == (3, on(3), on(5))
    assert item["due_on"] == on(1) + timedelta(days=DUE), "the first return sets the date"


def test_another_rule_is_another_item(nightly: Lakehouse) -> None:
    first, second = items(nightly, "other-rule")
    assert (first["rule"], first["status"], first["closed_on"]) == ("citizen_id", "closed", on(2))
    assert (second["rule"], second["status"], second["first_seen_on"]) == ("coordinates", "open", on(2))


def test_what_its_source_deleted_is_not_asked_for(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "deleted")
    assert (item["status"], item["closed_on"]) == ("closed", on(2))
    assert items(nightly, "deleted-from-the-start") == []


def test_versions_within_one_batch(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "within-the-batch")
    assert (item["status"], item["closed_on"]) == ("closed", on(1))
    (item,) = items(nightly, "twice-in-a-batch")
    assert (item["status"], item["times_returned"]) == ("overdue", 1)


def test_a_warning_is_an_item_with_its_severity(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "warned")
    assert (item["severity"], item["status"], item["closed_on"]) == ("warn", "closed", on(3))


def test_a_relapse_is_a_new_item(nightly: Lakehouse) -> None:
    first, second = items(nightly, "relapse")
    assert (first["first_seen_on"], first["closed_on"]) == (on(1), on(2))
    assert (second["first_seen_on"], second["status"]) == (on(3), "open")


def test_a_batch_refused_as_a_whole_is_one_item_and_mends_nothing(nightly: Lakehouse) -> None:
    (item,) = items(nightly, None)
    assert (item["rule"], item["severity"], item["first_seen_on"]) == ("schema", "refuse", on(4))
    assert (item["status"], item["closed_on"]) == ("closed", on(5))
    (item,) = items(nightly, "whole-batch")
    assert item["status"] == "overdue"


def test_a_row_without_a_key_closes_with_the_next_clean_delivery(nightly: Lakehouse) -> None:
    (item,) = items(nightly, None, "grid.event")
    assert (item["rule"], item["first_seen_on"], item["closed_on"]) == ("present", on(1), on(2))


def test_a_phone_in_the_place_of_a_number_is_masked(nightly: Lakehouse) -> None:
    shown = [key for (key,) in nightly.rows("select record_key from lake.mart.return_item") if key]
    assert not any("13800138000" in key for key in shown)
    assert any("*" in key for key in shown)


def test_a_repeated_night_writes_nothing(nightly: Lakehouse) -> None:
    before = nightly.snapshot()
    nightly.build(MODELS, day=LAST)
    nightly.build(MODELS, day=LAST, whole=True)
    assert nightly.changes_since(before) == []


def test_all_days_at_once_give_the_same(nightly: Lakehouse, new_lakehouse: Callable[[], Lakehouse]) -> None:
    at_once = new_lakehouse()
    for day in range(1, LAST + 1):
        deliver(at_once, day)
    at_once.build(MODELS, day=LAST)
    one, other = (lake.dump("staging", "intermediate", "mart") for lake in (nightly, at_once))
    assert one["lake.mart.return_item"]
    assert [name for name in one if one[name] != other[name]] == []


def test_a_batch_pulled_again_in_order_takes_its_returns_away(nightly: Lakehouse) -> None:
    """Last: it changes the lake."""
    nightly.deliver(FEED, 3, [{"incident_no": "relapse"}])
    nightly.night(MODELS, day=LAST)
    assert [item["status"] for item in items(nightly, "relapse")] == ["closed"]
    (item,) = items(nightly, "again")
    assert (item["times_returned"], item["last_seen_on"], item["closed_on"]) == (2, on(2), on(5))
    (item,) = items(nightly, "warned")
    assert item["status"] == "overdue"
