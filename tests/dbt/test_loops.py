"""The loop marts of made-up records and of a sandbox city, against a recount in plain Python and the truth.

`--people 100000 --days 365` makes the city as large; a small one otherwise.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import duckdb
import pyarrow.parquet as pq
import pytest

from infra.sandbox.generator import generate
from infra.sandbox.parameters import Params
from ingest.contract import load
from tests.dbt import recount_loops as recount
from tests.dbt.lakehouse import FIRST, Lakehouse
from tests.dbt.recount_loops import Rows
from tests.dbt.traced import cells

pytestmark = pytest.mark.slow
# Two communities, two townships, a county, and one that became a district: 偃师市, 偃师区 since 2021.
WHERE = ("410102001002", "410102001003", "410102002000", "410104001001", "410104000000", "410381000000")
LAST_DAY = 100  # or that of the city, where it is later


class Records(NamedTuple):
    """All that was delivered, and the lake that was built of it."""

    lakehouse: Lakehouse
    rows: dict[str, Rows]  # by feed, in order of arrival
    grids: dict[date, Rows]  # those of grids, by business date
    today: date
    folder: Path  # of the city


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
def records(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lakehouse: Lakehouse
) -> Records:
    """The made-up records, then all that the platforms of a clean city ever sent, in one batch a feed."""
    option, folder = request.config.option, tmp_path_factory.mktemp("city")
    days = option.days or 75
    generate(Params(seed=9, people=option.people or 800, days=days, dirt=0.0, noise=0.0), folder=folder)
    first, then = made_up()
    last = max(LAST_DAY, days)
    city = {feed: sent(folder, feed) for feed in recount.FEEDS}
    every: dict[str, Rows] = {feed: [] for feed in recount.FEEDS}
    grids = {}
    for number, rows in ((1, first), (40, then), (last, city)):
        for feed in filter(rows.get, recount.FEEDS):
            lakehouse.deliver(feed, number, rows[feed])
            every[feed] = [*every[feed], *rows[feed]]
        grids[FIRST + timedelta(number - 1)] = rows["grid.grid"]
    return Records(recount.build(lakehouse, last), every, grids, FIRST + timedelta(last - 1), folder)


def sent(folder: Path, feed: str) -> Rows:
    """Rows of a feed under their conformed names, in the order in which they were written."""
    contract = load(feed)
    names = ", ".join(f'"{p.physical}" as {p.name}' for p in contract.properties)
    with duckdb.connect() as con:
        files = f"read_parquet('{folder}/outbox/{feed}/*.parquet', filename = true, file_row_number = true)"
        key = contract.primary_key[0].name
        table = con.sql(
            f"select {names} from {files} order by updated_at, {key}, filename, file_row_number"
        ).to_arrow_table()
    return table.to_pylist()


@pytest.mark.parametrize("name", recount.MARTS)
def test_a_mart_is_the_recount(records: Records, name: str) -> None:
    found = recount.of_mart(records.lakehouse, name)
    assert found == recount.counts(name, records.rows, records.grids, records.today)
    assert {code[6:] for code, _, _ in found} >= {"000000", "001000"}, "counties, townships"
    if name != "grid_coverage":
        assert {"410100000000", "410300000000", "410307000000"} <= {code for code, _, _ in found}


@pytest.mark.parametrize(
    "mart", ["dispute_resolution", "petition_timeliness", "hazard_rectification", "task_loop"]
)
def test_a_trace_finds_as_many_records_as_a_cell_counts(records: Records, mart: str) -> None:
    found = cells(records.lakehouse, mart)
    assert any(count for _, count, _ in found)
    assert [cell for cell in found if cell[1] != cell[2]] == []


def test_grids_in_use_are_listed_once(records: Records) -> None:
    stock = recount.latest(records.rows["grid.grid"], "grid_no").values()
    wanted = {
        (row["grid_no"], row["division_code"], *(n and int(n) for n in members(row)))
        for row in stock
        if row["status"] == "1"
    }
    columns = "grid_code, village_code, full_time_members, part_time_members"
    assert set(records.lakehouse.rows(f"select {columns} from lake.mart.grid")) == wanted


def members(row: Any) -> tuple[str | None, str | None]:
    return row["full_time_members"], row["part_time_members"]


def test_what_was_found_is_what_the_truth_knows(records: Records) -> None:
    """Summed over months, the prefectures' figures are the records of the truth, none lost and none twice."""
    table = pq.read_table(records.folder / "truth" / "records.parquet", columns=["feed", "record_key"])
    truth = {(row["feed"], row["record_key"]) for row in table.to_pylist()}
    for mart, feed, key in (
        ("dispute_resolution", "grid.dispute", "dispute_no"),
        ("petition_timeliness", "petition.petition", "petition_no"),
        ("hazard_rectification", "emergency.hazard", "hazard_no"),
        ("task_loop", "grid.task", "task_no"),
    ):
        kind, columns = recount.MARTS[mart]
        counted = records.lakehouse.rows(
            f"select sum({columns.split()[0]}) from lake.mart.{mart} "
            f"where division_level = 'prefecture' and {kind} = 'all'"
        )
        last = recount.latest(records.rows[feed], key)
        made_up = [number for number in last if (feed, f"{feed}:{number}") not in truth]
        gone = [row for row in last.values() if row.get("is_deleted") == "1"]
        known = sum(each == feed for each, _ in truth)
        assert counted == [(known + len(made_up) - len(gone),)], mart


def test_a_city_has_what_the_indicators_are_about(records: Records) -> None:
    """Late ones as well as timely ones, or an indicator could be right by chance."""
    city = {feed: sent(records.folder, feed) for feed in recount.FEEDS}
    found = {name: recount.counts(name, city, {}, records.today).values() for name in recount.MARTS}

    def total(name: str, column: str) -> int:
        return sum(figures[recount.MARTS[name][1].split().index(column)] for figures in found[name])

    for name in ("dispute_resolution", "hazard_rectification"):
        assert total(name, "overdue_count") > 0
    name = "petition_timeliness"
    assert total(name, "accept_due_count") > total(name, "accepted_in_time_count") > 0
    assert total(name, "close_due_count") > total(name, "closed_in_time_count") > 0
    assert min(total(name, "extended_count"), total(name, "repeat_count")) > 0
    assert total("task_loop", "answered_count") > total("task_loop", "answered_in_time_count") > 0
    assert total("grid_coverage", "volunteer_count") > 0


def test_a_night_without_news_writes_nothing_and_dbts_own_tests_hold(records: Records) -> None:
    before, last = records.lakehouse.snapshot(), (records.today - FIRST).days + 1
    records.lakehouse.build(*recount.MARTS, "grid", day=last, tests=True)
    assert records.lakehouse.changes_since(before) == []
