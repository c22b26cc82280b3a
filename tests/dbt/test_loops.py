"""The loop marts of a few hundred made-up records, and the same counted again in plain Python."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.dbt import recount
from tests.dbt.lakehouse import FIRST, Lakehouse
from tests.dbt.recount import Rows

pytestmark = pytest.mark.slow
# Two communities, two townships, a county, and one that became a district: 偃师市, 偃师区 since 2021.
WHERE = ("410102001002", "410102001003", "410102002000", "410104001001", "410104000000", "410381000000")
TODAY, LAST_DAY = date(2027, 1, 8), 100
Records = tuple[Lakehouse, dict[str, Rows], dict[date, Rows]]


def made_up() -> tuple[dict[str, Rows], dict[str, Rows]]:
    """What comes on the first day and what on the 40th, where some of the first have later versions."""
    rng = Random(20261122)
    first: dict[str, list[Any]] = {feed: [] for feed in recount.FEEDS}
    then: dict[str, list[Any]] = {feed: [] for feed in recount.FEEDS}

    def moment(start: date, days: int) -> datetime:
        return datetime.combine(start, datetime.min.time()) + timedelta(minutes=rng.randrange(days * 1440))

    for n in range(160):
        at = moment(date(2026, 8, 1), 75)
        dispute = {
            "dispute_no": f"MD{n:07d}",
            "division_code": rng.choice(WHERE),
            "happened_on": f"{at:%Y-%m-%d}",
            "category": rng.choice(["邻里", "家庭邻里", "劳动人事争议"]),
            "is_resolved": None,
            "status": "1",
            "due_on": f"{at + timedelta(rng.randrange(2, 40)):%Y-%m-%d}",
            "is_deleted": "0",
            "updated_at": "2026-09-20 08:00:00",
        }
        first["grid.dispute"].append(dispute)
        for later in range(rng.randrange(3)):
            dispute = dispute | {
                "status": rng.choice(["2", "3", "5", "7", "4"]),
                "is_resolved": rng.choice(["1", "1", "0", None]),
                "is_deleted": rng.choice("00001"),
                "updated_at": f"2026-1{later}-0{rng.randrange(1, 9)} 23:30:00",
            }
            then["grid.dispute"].append(dispute)
        at = moment(date(2026, 9, 1), 120)
        closed = at + timedelta(rng.randrange(1, 110)) if rng.random() < 0.6 else None
        first["petition.petition"].append(
            {
                "petition_no": f"XF20260{n:05d}",
                "petitioner_name": "王伟",
                "division_code": rng.choice(WHERE),
                "registered_at": f"{at:%Y-%m-%d %H:%M:%S}",
                "matter_no": rng.choice(
                    [None, "无", f"XF20260{n:05d}", f"XF20260{n // 2:05d}", "SX20260001"]
                ),
                "responsible_unit": rng.choice(["市人社局", "市住建局", None]),
                "due_on": None,
                "closed_at": f"{closed:%Y-%m-%d %H:%M:%S}" if closed else None,
            }
        )
        for number, handling in enumerate(
            rng.sample(["转送", "受理", "延期", "办结", "不予受理", "督办"], rng.randrange(4))
        ):
            when = at + timedelta(days=rng.choice([0, 3, 14, 15, 16, 40, 60, 61]), minutes=3)
            then["petition.progress"].append(
                {
                    "step_no": f"GC{n:05d}{number}",
                    "petition_no": f"XF20260{n:05d}",
                    "step_number": str(number),
                    "handling": handling,
                    "handled_at": f"{when:%Y-%m-%d %H:%M:%S}",
                }
            )
        at = moment(date(2026, 9, 1), 60)
        hazard = {
            "hazard_no": f"YH{n:05d}",
            "division_code": rng.choice(WHERE),
            "grade": rng.choice(["一般", "一般", "重大"]),
            "inspected_at": f"{at:%Y-%m-%d %H:%M:%S}",
            "due_on": f"{at + timedelta(rng.randrange(5, 90)):%Y-%m-%d}",
            "rectified_on": None,
            "status": "未销号",
            "updated_at": "2026-09-20 08:00:00",
        }
        first["emergency.hazard"].append(hazard)
        if rng.random() < 0.8:
            done = f"{at + timedelta(rng.randrange(1, 60)):%Y-%m-%d}"
            then["emergency.hazard"].append(
                hazard | {"rectified_on": done, "status": "已销号", "updated_at": "2026-11-08 08:00:00"}
            )
        at = moment(date(2026, 9, 1), 60)
        signed = rng.random() < 0.9
        back = at + timedelta(hours=rng.randrange(1, 120)) if signed and rng.random() < 0.8 else None
        then["grid.task"].append(
            {
                "task_no": f"RW{n:05d}",
                "division_code": rng.choice(WHERE),
                "issued_at": f"{at:%Y-%m-%d %H:%M:%S}",
                "due_at": f"{at + timedelta(hours=60):%Y-%m-%d %H:%M:%S}",
                "signed_at": f"{at:%Y-%m-%d %H:%M:%S}" if signed else None,
                "reported_back_at": f"{back:%Y-%m-%d %H:%M:%S}" if back else None,
            }
        )
        grid = {
            "grid_no": f"{rng.choice(WHERE[:2])}{n:03d}",
            "full_time_members": rng.choice(["0", "1", "2", None]),
            "part_time_members": rng.choice("012"),
            "status": rng.choice("11110"),
            "updated_at": "2026-09-20 08:00:00",
        }
        grid["division_code"] = str(grid["grid_no"])[:12]
        first["grid.grid"].append(grid)
        if rng.random() < 0.3:
            then["grid.grid"].append(grid | {"part_time_members": "3", "updated_at": "2026-11-08 08:00:00"})
        then["grid.activity"].append(
            {
                "activity_no": f"HD{n:05d}",
                "division_code": rng.choice(WHERE),
                "times": str(rng.randrange(1, 4)),
                "active_on": f"{moment(date(2026, 9, 1), 60):%Y-%m-%d}",
                "category": rng.choice(["巡查", "走访", "宣传", "志愿服务"]),
            }
        )
    return first, then


@pytest.fixture(scope="module")
def records(lakehouse: Lakehouse) -> Records:
    first, then = made_up()
    for number, rows in ((1, first), (40, then)):
        for feed in recount.FEEDS:
            if rows[feed]:
                lakehouse.deliver(feed, number, rows[feed])
    batches = {FIRST + timedelta(n - 1): rows["grid.grid"] for n, rows in ((1, first), (40, then))}
    every = {feed: [*first[feed], *then[feed]] for feed in recount.FEEDS}
    return recount.build(lakehouse, LAST_DAY), every, batches


@pytest.mark.parametrize("name", recount.MARTS)
def test_a_mart_is_the_recount(records: Records, name: str) -> None:
    lakehouse, rows, batches = records
    found = recount.of_mart(lakehouse, name)
    assert found == recount.counts(name, rows, batches, TODAY)
    assert {code[6:] for code, _, _ in found} >= {"000000", "001000"}, "counties, townships"
    assert {"410100000000", "410300000000", "410307000000"} <= {
        code for code, _, _ in found
    } or name == "grid_coverage"


def test_grids_in_use_are_listed_once(records: Records) -> None:
    lakehouse, rows, _ = records
    stock = recount.latest(rows["grid.grid"], "grid_no").values()
    wanted = {
        (
            row["grid_no"],
            row["division_code"],
            *(row[n] and int(row[n]) for n in ("full_time_members", "part_time_members")),
        )
        for row in stock
        if row["status"] == "1"
    }
    columns = "grid_code, village_code, full_time_members, part_time_members"
    assert set(lakehouse.rows(f"select {columns} from lake.mart.grid")) == wanted


def test_a_night_without_news_writes_nothing_and_dbts_own_tests_hold(records: Records) -> None:
    lakehouse, *_ = records
    before = lakehouse.snapshot()
    lakehouse.build(*recount.MARTS, "grid", day=LAST_DAY, tests=True)
    assert lakehouse.changes_since(before) == []
