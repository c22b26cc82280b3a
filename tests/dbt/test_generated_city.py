"""A generated city reaches the models as the evaluations and the large tests bring it there."""

import pyarrow.parquet as pq
import pytest

from infra.sandbox.parameters import Params
from tests.dbt.lakehouse import Lakehouse
from tests.eval import city

pytestmark = pytest.mark.slow
FEEDS = ("police.resident", "grid.event")
PARAMS = Params(seed=9, people=80, days=3, dirt=0.4, events_per_1000=100.0)


def test_what_validation_would_accept_is_there_and_nothing_else(lakehouse: Lakehouse) -> None:
    with city.generated(PARAMS) as folder:
        brought = city.bring(lakehouse, folder, PARAMS.first_day, PARAMS.last_day, feeds=FEEDS)
        dirt = pq.read_table(folder / "truth" / "dirt.parquet").to_pylist()
        expected, left_out = 0, 0
        for feed in FEEDS:
            refused = {row["source_row_id"] for row in dirt if row["feed"] == feed and row["is_refusable"]}
            for file in (folder / "outbox" / feed).glob("*.parquet"):
                ops = pq.read_table(file, columns=["_op"])["_op"].to_pylist()
                upserts = {f"{file.stem}#{number}" for number, op in enumerate(ops) if op == "upsert"}
                expected += len(upserts - refused)
                left_out += len(upserts & refused)
    assert left_out > 0, "the city is too clean to say anything"
    assert brought == expected
    names = [feed.replace(".", "__") for feed in FEEDS]
    lakehouse.build(*(f"base_{name}" for name in names), *(f"stg_{name}" for name in names), day=PARAMS.days)
    staged = [lakehouse.rows(f"select count(*) from lake.staging.base_{name}")[0][0] for name in names]
    assert sum(staged) == expected
    assert all(lakehouse.rows(f"select count(*) from lake.staging.stg_{name}")[0][0] > 0 for name in names)
