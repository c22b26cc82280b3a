"""The event indicators of a small city over three nights: each number by hand, each published number that changed."""

from collections.abc import Callable
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

import pytest

from tests.dbt import recount
from tests.dbt.lakehouse import FIRST, Lakehouse, Row

pytestmark = pytest.mark.slow
PARK, SQUARE = "410102001002", "410102001001"  # two villages with a grid each
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
FIRM = {"organisation_name": "郑州安达建筑有限公司", "credit_code": "91110000600037341L"}
LAST = 3


def crime(number: str, day: str, village: str = SQUARE, **values: str) -> Row:
    return {
        "incident_no": f"J{number}00000", "category": "010000", "division_code": village,
        "called_at": f"2026-{day} 08:00:00", "received_at": f"2026-{day} 08:01:00",
        "place_text": f"河南省郑州市中原区建设路{number}号", **values,
    }  # fmt: skip


def petition(number: str, status: str, **values: str) -> Row:
    return {
        "petition_no": f"XF202610000{number}", "matter_no": f"XF202610000{number}", "status": status,
        "petitioner_name": "孙丽", "division_code": SQUARE, "registered_at": "2026-09-05 09:00:00", "due_on": "2026-11-04",
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
GRIDS = [{"grid_no": f"{v}001", "division_code": v} for v in (PARK, SQUARE, "410102002001")]
MERGED = {"is_merged": "1", "merged_into": "J400000", "relation_kind": "1"}
NIGHTS: list[dict[str, list[Row]]] = [
    {
        "grid.grid": GRIDS,
        "police.incident": [
            TOLD_BY_THREE["police.incident"],
            crime("2", "09-20"),
            crime("3", "09-10", PARK),
            crime("4", "09-12", PARK),
            crime("5", "09-14", PARK),
        ],
        "petition.petition": [TOLD_BY_THREE["petition.petition"], petition("2", "待办理")],
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
            crime("3", "09-10", PARK, updated_at="2026-10-02 10:00:00", **MERGED),
            crime("6", "09-21"),  # first heard of now
            crime("7", "10-02", PARK),  # new on this day
        ],
        "petition.petition": [
            petition("2", "已办结", closed_at="2026-10-02 09:00:00", updated_at="2026-10-02 09:00:00"),
        ],
        "emergency.accident": [
            {"accident_no": "SG100000", "deaths": "1", "division_code": SQUARE, **FIRM,
             "place_text": "河南省郑州市中原区陇海路9号", "updated_at": "2026-10-02 10:00:00"},
        ],
    },
    {
        "petition.petition": [petition("2", "待审核", updated_at="2026-10-03 09:00:00")],
        "police.incident": [crime("3", "09-10", PARK, updated_at="2026-10-03 10:00:00")],
    },
]  # fmt: skip
WANTED = ("+three_zero_revision", "+three_zero_status", "+event_closure", "+cross_platform_overlap")


def day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


@pytest.fixture(scope="module")
def nights(lakehouse: Lakehouse) -> Lakehouse:
    """Three published nights."""
    for number, feeds in enumerate(NIGHTS, 1):
        for feed, rows in feeds.items():
            lakehouse.deliver(feed, number, rows)
        lakehouse.build(*WANTED, "path:seeds", day=number, tests=number == LAST)
        lakehouse.publish()
    return lakehouse


def village(lakehouse: Lakehouse, code: str, month: date) -> dict[str, Any]:
    (row,) = (
        row
        for row in recount.table(lakehouse, "mart.three_zero_status")
        if (row["unit_id"], row["month"]) == (code, month)
    )
    return row


def test_one_matter_of_three_platforms_counts_once(nights: Lakehouse) -> None:
    row = village(nights, PARK, SEPTEMBER)
    assert (row["petition_count"], row["petition_raised_count"], row["is_zero_petition"]) == (1, 1, False)
    firm = nights.rows(
        "select petition_count, casualty_accident_count, len(event_ids) from lake.mart.three_zero_status "
        "where unit_kind = 'organisation' and month = ?",
        SEPTEMBER,
    )
    assert firm in ([], [(1, 1, 2)])
