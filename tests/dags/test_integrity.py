"""What must hold of every DAG before it meets a scheduler."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from infra.airflow.pools import pools
from infra.airflow.progress import DAGS, NIGHT
from infra.nightly.project import mart_names
from infra.settings import ROOT
from ingest.contract import load_all
from ingest.interval import SHANGHAI

STEPS = [
    "gate", "register", "build_staging", "build_intermediate", "build_marts", "audit", "publish", "report",
]  # fmt: skip
FEED_STEPS = ["pull", "validate", "give_back"]
FILES = sorted((ROOT / "dags").glob("*.py"))


def tasks(bag: Any) -> list[Any]:
    return [task for dag in bag.dags.values() for task in dag.tasks]


def test_every_contract_has_a_dag_and_the_night_is_there(bag: Any) -> None:
    assert bag.import_errors == {}
    expected = {f"feed_{c.platform}_{c.name}" for c in load_all()} | {NIGHT}
    assert set(bag.dags) == expected | {"maintenance"}
    assert expected == {*DAGS, NIGHT}


def test_steps_follow_each_other(bag: Any) -> None:
    for dag_id, expected in {**dict.fromkeys(DAGS, FEED_STEPS), NIGHT: STEPS}.items():
        dag = bag.dags[dag_id]
        assert sorted(dag.task_ids) == sorted(expected)
        for earlier, later in pairwise(expected):
            assert later in dag.get_task(earlier).downstream_task_ids


def test_every_pool_is_one_that_is_set_up(bag: Any) -> None:
    assert {task.pool for task in tasks(bag)} <= {*pools(), "default_pool"}
    writers = {task.task_id for task in bag.dags[NIGHT].tasks if task.pool == "lake_writer"}
    assert writers == {*STEPS} - {"gate", "report"}
    assert pools()["lake_writer"][0] == 1


def test_nothing_overlaps_itself_or_catches_up_by_itself(bag: Any) -> None:
    for dag in bag.dags.values():
        assert (dag.max_active_runs, dag.catchup) == (1, False)
        assert dag.tags
        assert all(task.owner for task in dag.tasks)


@pytest.mark.parametrize("contract", load_all(), ids=lambda contract: contract.feed)
def test_a_feed_runs_on_its_contracts_clock_for_the_day_before(bag: Any, contract: Any) -> None:
    timetable = bag.dags[f"feed_{contract.platform}_{contract.name}"].timetable
    from airflow.serialization.encoders import coerce_to_core_timetable

    minute, hour = contract.sla.schedule.split()[:2]
    info = coerce_to_core_timetable(timetable).next_dagrun_info_v2(
        last_dagrun_info=None, restriction=_from(datetime(2026, 10, 2, tzinfo=SHANGHAI))
    )
    assert info.partition_key == "2026-10-01"
    assert info.run_after == datetime(2026, 10, 2, int(hour), int(minute), tzinfo=SHANGHAI)


def _from(moment: datetime) -> Any:
    import pendulum
    from airflow.timetables.base import TimeRestriction

    return TimeRestriction(earliest=pendulum.instance(moment), latest=None, catchup=True)


def test_without_a_clock_nothing_is_scheduled_but_a_day_can_be_asked_for(
    bag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    monkeypatch.setenv("SANLING_CLOCK", "off")
    for dag in DagBag(str(ROOT / "dags")).dags.values():
        serialised = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
        assert not serialised.timetable.can_be_scheduled
        serialised.validate_partition_key("2026-10-01")


def test_a_dag_survives_serialisation(bag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in bag.dags.values():
        again = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
        assert sorted(again.task_ids) == sorted(dag.task_ids)
        assert {task.pool for task in again.tasks} == {task.pool for task in dag.tasks}


def test_every_feed_and_every_mart_has_its_asset(bag: Any) -> None:
    assets = [outlet.name for task in tasks(bag) for outlet in task.outlets]
    assert sorted(assets) == sorted([*DAGS.values(), *(f"mart.{name}" for name in mart_names())])


def test_the_deadline_is_there_only_when_asked_for(bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.dag_processing.dagbag import DagBag

    assert not bag.dags[NIGHT].deadline
    monkeypatch.setenv("SANLING_DEADLINE_HOURS", "4")
    asked = DagBag(str(ROOT / "dags"))
    assert asked.import_errors == {}
    assert asked.dags[NIGHT].deadline


def test_what_cannot_be_mended_by_another_try_fails_at_once(bag: Any) -> None:
    from airflow.sdk import RetryAction

    from infra.nightly.audit import AuditFailed
    from ingest.connectors import SourceUnavailable
    from ingest.contract import ContractBroken

    feed = bag.dags["feed_police_incident"].get_task("pull").retry_policy
    night = bag.dags[NIGHT].get_task("audit").retry_policy
    assert feed.evaluate(ContractBroken("x", ["y"]), 1, 4).action is RetryAction.FAIL
    assert feed.evaluate(SourceUnavailable("busy"), 1, 4).action is not RetryAction.FAIL
    assert night.evaluate(AuditFailed("no"), 1, 2).action is RetryAction.FAIL
    assert night.evaluate(OSError("cut"), 1, 2).action is not RetryAction.FAIL


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_dag_files_are_short_and_know_no_sql(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert "{{" not in text, "a template would need a date that runs without a logical date do not have"
    assert not {"duckdb", "psycopg", "minio"} & set(text.split())


def test_parsing_is_quick(airflow_home: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    DagBag(str(ROOT / "dags"))
    began = perf_counter()
    DagBag(str(ROOT / "dags"))
    assert perf_counter() - began < 3
