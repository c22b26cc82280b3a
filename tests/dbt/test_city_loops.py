"""The loop marts of a sandbox city, counted again in plain Python, and held against the city's truth.

`--people 100000 --days 365` makes the city as large; a small one otherwise.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from infra.sandbox.generator import generate
from infra.sandbox.parameters import Params
from ingest.contract import load
from tests.dbt import recount
from tests.dbt.lakehouse import FIRST, Lakehouse
from tests.dbt.recount import Rows

pytestmark = pytest.mark.slow
City = tuple[Lakehouse, dict[str, Rows], Path, int]


@pytest.fixture(scope="module")
def city(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_lakehouse: Callable[[], Lakehouse],
) -> City:
    """Everything that the platforms of a clean city ever sent, in one batch a feed."""
    people, days = request.config.option.people or 300, request.config.option.days or 75
    folder, lakehouse = tmp_path_factory.mktemp("city"), new_lakehouse()
    generate(Params(seed=9, people=people, days=days, dirt=0.0, noise=0.0), folder=folder)
    rows = {feed: sent(folder, feed) for feed in recount.FEEDS}
    for feed in recount.FEEDS:
        lakehouse.deliver(feed, days, rows[feed])
    return recount.build(lakehouse, days), rows, folder, days


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
def test_a_citys_mart_is_the_recount(city: City, name: str) -> None:
    lakehouse, rows, _, days = city
    today = FIRST + timedelta(days - 1)
    assert recount.of_mart(lakehouse, name) == recount.counts(name, rows, {today: rows["grid.grid"]}, today)


def test_what_was_found_is_what_the_truth_knows(city: City) -> None:
    """Summed over months, the prefecture's figures are the records of the truth, none lost and none twice."""
    lakehouse, rows, folder, _ = city
    records = pq.read_table(folder / "truth" / "records.parquet", columns=["feed", "record_key"]).to_pylist()
    deleted = {r["dispute_no"] for r in rows["grid.dispute"] if r["is_deleted"] == "1"}
    for mart, (kind, columns), feed, gone in (
        ("dispute_resolution", recount.MARTS["dispute_resolution"], "grid.dispute", len(deleted)),
        ("petition_timeliness", recount.MARTS["petition_timeliness"], "petition.petition", 0),
        ("hazard_rectification", recount.MARTS["hazard_rectification"], "emergency.hazard", 0),
        ("task_loop", recount.MARTS["task_loop"], "grid.task", 0),
    ):
        counted = lakehouse.rows(
            f"select sum({columns.split()[0]}) from lake.mart.{mart} "
            f"where division_level = 'prefecture' and {kind} = 'all'"
        )
        known = {record["record_key"] for record in records if record["feed"] == feed}
        assert counted == [(len(known) - gone,)], mart


def test_a_city_has_what_the_indicators_are_about(city: City) -> None:
    """Late ones as well as timely ones: else an indicator could be right by chance."""
    lakehouse, *_ = city
    [figures] = lakehouse.rows(
        "select (select sum(overdue_count) from lake.mart.dispute_resolution), "
        "(select sum(overdue_count) from lake.mart.hazard_rectification), "
        "(select sum(accept_due_count - accepted_in_time_count) from lake.mart.petition_timeliness), "
        "(select sum(close_due_count - closed_in_time_count) from lake.mart.petition_timeliness), "
        "(select sum(extended_count) from lake.mart.petition_timeliness), "
        "(select sum(repeat_count) from lake.mart.petition_timeliness), "
        "(select sum(answered_count - answered_in_time_count) from lake.mart.task_loop), "
        "(select sum(volunteer_count) from lake.mart.grid_coverage)"
    )
    assert all(figure > 0 for figure in figures), figures
