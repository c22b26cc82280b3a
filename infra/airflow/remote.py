"""A run through the API of a live scheduler: trigger every feed, follow them, then the night."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import httpx

from infra.airflow.progress import Progress
from infra.stack.airflow import USER, password, url

POLL_SECONDS = 1.0
ENDED = ("success", "failed", "skipped", "upstream_failed", "removed")


class SchedulerSilent(RuntimeError):
    """A scheduler holds this Airflow home, but its API does not answer as it should."""


def run(day: date, dag_ids: Iterable[str], progress: Progress) -> dict[str, str]:
    """Run a business date on the live scheduler; returns DAG id -> state of its run."""
    progress.console.print(f"a scheduler is running: watch the run on {url()}", style="dim", highlight=False)
    with httpx.Client(base_url=url(), timeout=30) as api:
        try:
            api.headers["Authorization"] = f"Bearer {_token(api)}"
            *feeds, night = dag_ids
            states = _follow(api, {dag: _trigger(api, dag, day) for dag in feeds}, progress)
            return states | _follow(api, {night: _trigger(api, night, day)}, progress)
        except httpx.HTTPError as error:
            raise SchedulerSilent(
                f"Airflow's API on {url()} failed: {error}. See `sanling stack status`, or stop it with "
                "`make down` and run again."
            ) from None


def _token(api: httpx.Client) -> str:
    answer = api.post("/auth/token", json={"username": USER, "password": password()})
    return str(answer.raise_for_status().json()["access_token"])


def _trigger(api: httpx.Client, dag: str, day: date) -> str:
    """Start a run with the business date as its partition; a paused DAG is resumed, or it would wait."""
    api.patch(f"/api/v2/dags/{dag}", json={"is_paused": False}).raise_for_status()
    body = {"logical_date": None, "partition_key": day.isoformat()}
    answer = api.post(f"/api/v2/dags/{dag}/dagRuns", json=body)
    return str(answer.raise_for_status().json()["dag_run_id"])


def _follow(api: httpx.Client, runs: dict[str, str], progress: Progress) -> dict[str, str]:
    """Show tasks as they begin and end until all runs have ended."""
    shown: set[tuple[str, str, int, str]] = set()
    states: dict[str, str] = {}
    while len(states) < len(runs):
        time.sleep(POLL_SECONDS)
        for dag, run_id in runs.items():
            if dag in states:
                continue
            path = f"/api/v2/dags/{dag}/dagRuns/{quote(run_id, safe='')}"
            run_state = api.get(path).raise_for_status().json()["state"]  # before the tasks: none is missed
            for task in api.get(f"{path}/taskInstances").raise_for_status().json()["task_instances"]:
                _show(api, path, task, shown, progress)
            if run_state in ENDED:
                states[dag] = run_state
    return states


def _show(
    api: httpx.Client,
    path: str,
    task: dict[str, Any],
    shown: set[tuple[str, str, int, str]],
    progress: Progress,
) -> None:
    dag, name, state = task["dag_id"], task["task_id"], task["state"]
    event = (dag, name, task["try_number"], state)
    if event in shown or state not in (*ENDED, "running", "up_for_retry"):
        return
    shown.add(event)
    if state == "running":
        progress.started(dag, name)
        return
    said = None
    if state == "success":
        entry = f"{path}/taskInstances/{name}/xcomEntries/return_value"
        answer = api.get(entry, params={"deserialize": True})
        said = answer.json()["value"] if answer.is_success else None
    error = None if state == "success" else _reason(api, path, task)
    progress.ended(dag, name, state, _seconds(task), said, error)


def _reason(api: httpx.Client, path: str, task: dict[str, Any]) -> str:
    """What the task raised, from its log, and the page that shows all of it."""
    page = f"{url()}{path.replace('/api/v2', '').replace('/dagRuns/', '/runs/')}/tasks/{task['task_id']}"
    answer = api.get(f"{path}/taskInstances/{task['task_id']}/logs/{task['try_number']}")
    entries = answer.json().get("content", []) if answer.is_success else []
    details = [detail for entry in entries for detail in entry.get("error_detail") or []]
    raised = [detail for detail in details if "exc_type" in detail]
    text = f"{raised[-1]['exc_type']}: {raised[-1]['exc_value']}" if raised else task["state"]
    return f"{text}\n    {page}"


def _seconds(task: dict[str, Any]) -> float:
    if not task.get("start_date") or not task.get("end_date"):
        return 0.0
    start, end = (datetime.fromisoformat(task[name]) for name in ("start_date", "end_date"))
    return (end - start).total_seconds()
