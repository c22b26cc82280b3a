"""The event indicators of a small city over two nights: by hand, by plain counting, and revised."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from infra.nightly.marts import Mart
from infra.sandbox.feeds import FEEDS
from infra.sandbox.parameters import Params
from infra.trace.difference import difference
from tests.dbt import recount
from tests.dbt.lakehouse import FIRST, Lakehouse, Row
from tests.dbt.traced import cells
from tests.eval import city

pytestmark = pytest.mark.slow
PARK, SQUARE, QUIET, PARTED = "410102001002", "410102002001", "410102001003", "410102001004"  # villages
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
FIRM = {"organisation_name": "郑州安达建筑有限公司", "credit_code": "91110000600037341L"}
LAST = 2


def crime(number: str, day: str, village: str = SQUARE, **values: str) -> Row:
    return {
        "incident_no": f"J{number}00000", "category": "010000", "division_code": village,
        "called_at": f"2026-{day} 08:00:00", "received_at": f"2026-{day} 08:01:00",
        "place_text": f"河南省郑州市中原区建设路{number}号", **values,
    }  # fmt: skip


def petition(number: str, status: str, **values: str) -> Row:
    return {
        "petition_no": f"XF202610000{number}", "matter_no": f"XF202610000{number}", "status": status,
        "petitioner_name": "孙丽", "division_code": SQUARE, "registered_at": "2026-09-05 09:00:00",
        "due_on": "2026-11-04",
        "place_text": f"河南省郑州市中原区棉纺路{number}号", **values,
    }  # fmt: skip


def grid_event(number: str, **values: str) -> Row:
    return {
        "event_no": f"W{number}00000", "happened_at": "2026-09-30 07:00:00",
        "reported_at": "2026-09-30 07:30:00", "place_text": "碧沙岗公园", **values,
    }  # fmt: skip


TOLD_BY_THREE = {
    "police.incident": crime("1", "09-28", PARK, category="060000", handling_status="02"),
    "petition.petition": petition("1", "待办理", origin_no="J100000", division_code=PARK,
                                  registered_at="2026-09-29 09:00:00"),
    "grid.event": grid_event("1", related_no="J100000", division_code=PARK, source="网格员巡查", **FIRM),
}  # fmt: skip
GRIDS: list[Row] = [{"grid_no": f"{v}001", "division_code": v} for v in (PARK, SQUARE, QUIET, PARTED)]
AGAIN = {"division_code": PARTED, "petitioner_name": "赵强", "registered_at": "2026-09-12 09:00:00"}
MERGED = {"is_merged": "1", "relation_kind": "1"}
NIGHTS: list[dict[str, list[Row]]] = [
    {
        "grid.grid": GRIDS,
        "police.incident": [
            TOLD_BY_THREE["police.incident"],
            crime("2", "09-20"),
            crime("3", "09-10", PARK),
            crime("4", "09-12", PARK),
            crime("5", "09-14", PARK),
            crime("8", "09-16", PARTED),
            crime("9", "09-16", PARTED, merged_into="J800000", **MERGED),
        ],
        "petition.petition": [
            TOLD_BY_THREE["petition.petition"],
            petition("2", "待办理"),
            petition("3", "已办结", **AGAIN, closed_at="2026-09-20 09:00:00"),
        ],
        "petition.progress": [
            {"step_no": "GC1", "petition_no": "XF2026100002", "handled_at": "2026-09-07 10:00:00",
             "due_on": "2026-11-04"},
        ],
        "grid.event": [TOLD_BY_THREE["grid.event"]],
        "grid.dispute": [
            {"dispute_no": "D100000", "related_no": "W100000", "due_on": "2026-10-01", "status": "6",
             "updated_at": "2026-09-30 12:00:00"},
        ],
        "grid.task": [
            {"task_no": "RW100000", "related_no": "W100000", "signed_at": "2026-09-30 20:00:00",
             "status": "02"},
        ],
        "emergency.accident": [
            {"accident_no": "SG100000", "deaths": "0", "division_code": SQUARE, **FIRM,
             "place_text": "河南省郑州市中原区陇海路9号"},
        ],
    },
    {
        "police.incident": [
            crime("2", "09-20", is_deleted="1", updated_at="2026-10-02 10:00:00"),
            crime("3", "09-10", PARK, updated_at="2026-10-02 10:00:00", merged_into="J400000", **MERGED),
            crime("9", "09-16", PARTED, updated_at="2026-10-02 10:00:00"),
            crime("6", "09-21", QUIET),  # first heard of now
            crime("7", "10-02", PARK),  # new on this day
        ],
        "petition.petition": [
            petition("2", "已办结", closed_at="2026-10-02 09:00:00", updated_at="2026-10-02 09:00:00"),
            petition("3", "待审核", **AGAIN, updated_at="2026-10-02 09:00:00"),
        ],
        "emergency.accident": [
            {"accident_no": "SG100000", "deaths": "1", "division_code": SQUARE, **FIRM,
             "place_text": "河南省郑州市中原区陇海路9号", "updated_at": "2026-10-02 10:00:00"},
        ],
    },
]  # fmt: skip
INDICATORS = (
    *("three_zero_event", "three_zero_status", "three_zero_revision", "event_stage", "event_closure"),
    "cross_platform_overlap",
)
WANTED = tuple(f"+{name}" for name in INDICATORS)


def day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


@pytest.fixture(scope="module")
def nights(lakehouse: Lakehouse) -> Lakehouse:
    """Two published nights."""
    for number, feeds in enumerate(NIGHTS, 1):
        for feed, rows in feeds.items():
            lakehouse.deliver(feed, number, rows)
        lakehouse.build(*WANTED, "path:seeds", day=number)
        lakehouse.publish()
    return lakehouse


def village(lakehouse: Lakehouse, code: str, month: date) -> dict[str, Any]:
    """The row of a village and month."""
    names = [*recount.COUNTS, "is_zero_petition", "is_three_zero", "event_ids"]
    select = f"select {', '.join(names)} from lake.mart.three_zero_status where unit_id = ? and month = ?"
    (row,) = lakehouse.rows(select, code, month)
    return dict(zip(names, row, strict=True))


REVISED = [  # night, unit, count, was, is now, events added, removed, cause; all of September
    (2, PARK, "criminal_case_count", 3, 2, 0, 1, "merge"),
    (2, SQUARE, "casualty_accident_count", 0, 1, 1, 0, "corrected"),
    (2, SQUARE, "criminal_case_count", 1, 0, 0, 1, "withdrawn"),
    (2, SQUARE, "petition_count", 1, 0, 0, 1, "closed"),
    (2, QUIET, "criminal_case_count", 0, 1, 1, 0, "late_report"),
    (2, "firm", "casualty_accident_count", 0, 1, 1, 0, "corrected"),
    (2, PARTED, "criminal_case_count", 1, 2, 1, 0, "split"),
    (2, PARTED, "petition_count", 0, 1, 1, 0, "reopened"),
]


def test_one_matter_of_three_platforms_counts_once(nights: Lakehouse) -> None:
    """It counts for its village and for the firm that one of the three names, once each."""
    row = village(nights, PARK, SEPTEMBER)
    assert (row["petition_count"], row["petition_raised_count"], row["is_zero_petition"]) == (1, 1, False)
    assert row["criminal_case_count"] == 2
    firm = (
        "select petition_count, casualty_accident_count, len(event_ids), is_zero_case "
        "from lake.mart.three_zero_status where unit_kind = 'organisation' and month = ?"
    )
    assert nights.rows(firm, SEPTEMBER) == [(1, 1, 2, True)]


def test_a_unit_without_events_has_kept_the_three_zeros(nights: Lakehouse) -> None:
    row = village(nights, QUIET, OCTOBER)
    assert [row[name] for name in recount.COUNTS] == [0] * 5
    assert (row["is_three_zero"], row["event_ids"]) == (True, [])
    assert village(nights, PARK, OCTOBER)["criminal_case_count"] == 1, "what happens on the day counts"


def revisions(lakehouse: Lakehouse) -> list[tuple[Any, ...]]:
    return lakehouse.rows(
        "select date_diff('day', ?::date, revised_on) + 1, if(unit_kind = 'village', unit_id, 'firm'), "
        "count_name, was, is_now, len(event_ids_added), len(event_ids_removed), cause "
        "from lake.mart.three_zero_revision where month = ? order by all",
        FIRST,
        SEPTEMBER,
    )


def test_a_published_month_that_changed_says_why(nights: Lakehouse) -> None:
    """What is new on the day itself is no revision, nor is what a later night does not change."""
    assert revisions(nights) == sorted(REVISED)
    assert nights.rows("select count(*) from lake.mart.three_zero_revision") == [(len(REVISED),)]


def test_a_night_that_is_run_again_says_the_same(nights: Lakehouse) -> None:
    before = nights.snapshot()
    nights.build(*INDICATORS, day=LAST, tests=True)
    assert nights.changes_since(before) == []


def test_stages_are_what_the_records_say(nights: Lakehouse) -> None:
    """Each report tells its own, and so do the dispute and the task about it."""
    event = "(select event_id from lake.mart.event_report where record_key = 'grid.event:W100000')"
    found = nights.rows(
        "select record_key, stage, timezone('Asia/Shanghai', due_at)::varchar from lake.mart.event_stage "
        f"where event_id = {event} and record_key not like 'police%' order by all"
    )
    assert found == [
        ("grid.dispute:D100000", "dispatched", "2026-10-01 23:59:59"),
        ("grid.dispute:D100000", "found", "2026-10-01 23:59:59"),
        ("grid.event:W100000", "handling", None),
        ("grid.event:W100000", "patrol", None),
        ("grid.event:W100000", "reported", None),
        ("grid.task:RW100000", "dispatched", "2026-10-03 18:00:00"),
        ("grid.task:RW100000", "handling", "2026-10-03 18:00:00"),
        ("petition.petition:XF2026100001", "dispatched", "2026-11-04 23:59:59"),
        ("petition.petition:XF2026100001", "reported", "2026-10-14 23:59:59"),
    ]
    ended = (
        "select count(*) from lake.mart.event_stage where record_key like '%100003' and stage = 'verified'"
    )
    assert nights.rows(ended) == [(0,)], "opened again"


def test_no_role_tells_who_petitions(nights: Lakehouse) -> None:
    roles = nights.rows("select distinct party_kind, party_role from lake.mart.event_party order by all")
    assert roles == [("organisation", "concerned"), ("person", "reporter")]


@pytest.mark.parametrize("mart", ["three_zero_status", "event_closure", "cross_platform_overlap"])
def test_a_trace_finds_as_many_events_as_a_cell_counts(nights: Lakehouse, mart: str) -> None:
    found = cells(nights, mart)
    assert any(count for _, count, _ in found)
    assert [cell for cell in found if cell[1] != cell[2]] == []


def test_what_two_nights_say_differently_names_the_events(nights: Lakehouse) -> None:
    """As many events came and went of a count as it changed by, and those of three_zero_event."""
    first, last = nights.published[0], nights.published[-1]
    described = Mart(
        "three_zero_status", ("unit_kind", "unit_id", "month"), "", {}, (),
        count_columns=("petition_count", "petition_raised_count", "casualty_accident_count"),
        counted_in="three_zero_event", made_of={"is_zero_petition": ("petition_count",)},
    )  # fmt: skip
    with nights.connected() as con:
        told = difference(con, described, first, last, "unit_kind = 'village'")
        assert difference(con, described, last, last) == []
    came, went = ({e for row in told for e in row[name] or ()} for name in ("events_come", "events_gone"))
    assert came
    assert went
    counted = {
        at: {
            tuple(row[:3]): set(row[3])
            for row in nights.rows(
                "select unit_id, month, count_name, list(event_id) from lake.mart.three_zero_event "
                f"at (version => {at}) where unit_kind = 'village' group by all"
            )
        }
        for at in (first, last)
    }
    for row in told:
        name = row["column_name"]
        if name not in (*described.count_columns, "is_zero_petition"):
            assert (row["events_come"], row["events_gone"]) == (None, None), name
            continue
        cell = (row["unit_id"], row["month"], "petition_count" if name == "is_zero_petition" else name)
        before, after = counted[first].get(cell, set()), counted[last].get(cell, set())
        assert set(row["events_come"] or ()) == after - before
        assert set(row["events_gone"] or ()) == before - after
        if name.endswith("_count"):
            assert int(row["is_now"] or 0) - int(row["was"] or 0) == len(after) - len(before)


def test_marts_are_what_plain_counting_gives(nights: Lakehouse) -> None:
    with nights.connected() as con:
        recount.compare(con, day(LAST))


def test_a_large_city_is_what_plain_counting_gives(
    request: pytest.FixtureRequest, new_lakehouse: Callable[[], Lakehouse]
) -> None:
    """`--people 100000 --days 365`: every indicator of a generated city, from its rows."""
    people, days = request.config.option.people, request.config.option.days
    if not people or not days:
        pytest.skip("only with --people and --days")
    params = Params(seed=61, people=people, days=days)
    large = new_lakehouse()
    with city.generated(params) as folder:
        city.bring(large, folder, params.first_day, params.last_day, feeds=FEEDS)
        large.build(*WANTED, "path:seeds", day=days)
    with large.connected() as con:
        recount.compare(con, params.last_day)
