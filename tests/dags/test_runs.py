"""DAGs that really run, with steps that only write down that they were called."""

from datetime import datetime
from typing import Any

import pytest

from infra.airflow.progress import NIGHT
from infra.nightly import feed, gate, steps
from infra.nightly.audit import AuditFailed
from ingest.contract import ContractBroken
from ingest.interval import SHANGHAI

Calls = list[tuple[object, ...]]
MOMENT = datetime(2026, 10, 2, 2, 0, tzinfo=SHANGHAI)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The night's steps, replaced."""
    made: Calls = []

    def step(name: str) -> Any:
        return lambda day, run_id: made.append((name, day.isoformat(), run_id)) or {}

    monkeypatch.setattr(steps, "STEPS", {name: step(name) for name in steps.STEPS})
    monkeypatch.setattr(gate, "look", lambda *_, **__: [])
    return made


def run(bag: Any, dag_id: str, **options: Any) -> Any:
    return bag.dags[dag_id].test(**options)


def states(finished: Any) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in finished.get_task_instances()}


@pytest.mark.usefixtures("metadata")
class TestNight:
    def test_all_steps_get_the_business_date_and_the_run(self, bag: Any, calls: Calls) -> None:
        finished = run(bag, NIGHT, logical_date=MOMENT, run_conf={"business_date": "2026-09-15"})
        assert str(finished.state) == "success"
        assert [name for name, *_ in calls] == list(steps.STEPS)
        assert {(day, run_id) for _, day, run_id in calls} == {("2026-09-15", finished.run_id)}

    def test_a_run_without_any_date_takes_the_last_day_that_ended(self, bag: Any, calls: Calls) -> None:
        finished = run(bag, NIGHT, logical_date=None, run_after=MOMENT)
        assert str(finished.state) == "success"
        assert {day for _, day, _ in calls} == {"2026-10-01"}

    def test_a_failed_audit_publishes_nothing_and_is_reported(
        self, bag: Any, calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> dict[str, Any]:
            calls.append(("audit",))
            raise AuditFailed("ledger: police.incident 2026-10-01 is 3, allowed 0")

        monkeypatch.setitem(steps.STEPS, "audit", refuse)  # type: ignore[arg-type]
        finished = run(bag, NIGHT, logical_date=MOMENT)
        assert str(finished.state) == "failed"
        assert [name for name, *_ in calls].count("audit") == 1, "another try would fail in the same way"
        assert states(finished) | {"publish": "upstream_failed", "report": "success"} == states(finished)


@pytest.mark.usefixtures("metadata")
class TestFeed:
    def test_a_broken_contract_is_not_tried_again(self, bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        tries: list[str] = []

        def broken(name: str, _day: object) -> None:
            tries.append(name)
            raise ContractBroken("police.incident.odcs.yaml", ["version is missing"])

        monkeypatch.setattr(feed, "pull_step", broken)
        finished = run(bag, "feed_police_incident", logical_date=MOMENT)
        assert (str(finished.state), tries) == ("failed", ["police.incident"])

    def test_a_batch_refused_whole_fails_its_feed_after_its_returns_were_written(
        self, bag: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = "police.incident/20261001T0000--20261002T0000"
        judged = {"outcome": "refused", "reasons": ["column GXSJ is missing"]}
        written: list[str] = []
        monkeypatch.setattr(feed, "pull_step", lambda *_: {"batch_id": batch})
        monkeypatch.setattr(feed, "validate_step", lambda *_: judged)
        monkeypatch.setattr(feed, "write_returns", lambda *_: written.append("file") or written)
        finished = run(bag, "feed_police_incident", logical_date=MOMENT)
        assert (str(finished.state), written) == ("failed", ["file"])
