"""`python -m infra.airflow.run 2026-10-01`: every feed, side by side, then the night, through Airflow.

Without a date it loads what it needs and then waits for one on its standard input, so that a caller can make
ready the rest meanwhile; it ends without a word when there comes none.
Each DAG runs by `dag.test()`, which needs no scheduler; the runs are in the metadata database and show in the
web interface later. Where a scheduler lives on this Airflow home the same DAGs are triggered there instead.
Exit code: 0 published and all feeds accepted, 3 published without some feed, 1 not published.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from pluggy import HookimplMarker
from rich.console import Console

from infra.airflow import ownership, prepare, remote, workers
from infra.airflow.progress import DAGS, NIGHT, Progress
from infra.nightly import dbt_process
from infra.stack.airflow import HOME, environment

hookimpl = HookimplMarker("airflow")
LOGS = HOME / "logs"
PUBLISHED, FAILED, INCOMPLETE = 0, 1, 3
DIRECT = {  # a person waits: no tries beside those of the connectors, no wait for feeds that were just run
    "SANLING_RETRIES": "0",
    "SANLING_GATE_MINUTES": "0",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
}


def main(asked: Callable[[], date | None]) -> int:
    """Make ready, ask for the business date, run it and return the exit code."""
    console = Console(file=os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8"), soft_wrap=True)
    progress = Progress(console)
    try:
        with ownership.alone():
            dags = _ready()
            states = _direct(day, dags, progress) if (day := asked()) else {}
    except ownership.SchedulerLives:
        states = remote.run(day, dag_ids(), progress) if (day := asked()) else {}
    if states.get(NIGHT) != "success":
        return FAILED
    return PUBLISHED if all(state == "success" for state in states.values()) else INCOMPLETE


def dag_ids() -> list[str]:
    """The feeds' DAGs in the order in which they run, then the night."""
    return [*DAGS, NIGHT]


def _ready() -> dict[str, Any]:
    """All DAGs by id, with what they need loaded and the metadata database prepared."""
    with _everything_into(LOGS / "ready.log"):
        dbt_process.start()
        prepare.main()
        dags = prepare.registered_dags()
        workers.warm()
    return dags


def _direct(day: date, dags: Mapping[str, Any], progress: Progress) -> dict[str, str]:
    from airflow.sdk.listener import get_listener_manager

    def work(dag_id: str, display: workers.Display) -> str:
        listeners = get_listener_manager()
        listeners.clear()
        listeners.add_listener(Listener(display))
        # The moment names the run: a day that is run again is a run of its own, none is overwritten.
        now = datetime.now(UTC)
        conf = {"business_date": day.isoformat()}
        return str(dags[dag_id].test(logical_date=now, run_after=now, run_conf=conf).state)

    log = LOGS / f"night-{day.isoformat()}.log"
    with _everything_into(log):
        states = workers.run(list(DAGS), work, progress)
        states[NIGHT] = work(NIGHT, progress)
    if any(state != "success" for state in states.values()):
        progress.console.print(f"all that was logged: {log}", style="dim", highlight=False)
    return states


class Listener:
    """Airflow's events of tasks, passed on to the display."""

    def __init__(self, display: workers.Display) -> None:
        self.display, self.since = display, 0.0

    @hookimpl
    def on_task_instance_running(self, task_instance: Any) -> None:
        """A task began."""
        self.since = perf_counter()
        self.display.started(task_instance.dag_id, task_instance.task_id)

    @hookimpl
    def on_task_instance_success(self, task_instance: Any) -> None:
        """A task succeeded."""
        said = task_instance.xcom_pull(task_ids=task_instance.task_id)
        self._ended(task_instance, "success", said, None)

    @hookimpl
    def on_task_instance_failed(self, task_instance: Any, error: BaseException | str | None) -> None:
        """A task failed, for good or until its next try."""
        text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
        self._ended(task_instance, str(task_instance.state), None, text)

    def _ended(self, task_instance: Any, state: str, said: Any, error: str | None) -> None:
        seconds = perf_counter() - self.since
        self.display.ended(task_instance.dag_id, task_instance.task_id, state, seconds, said, error)


@contextmanager
def _everything_into(log: Path) -> Iterator[None]:
    """Send all that this process and its children write to a file, so that the terminal stays readable."""
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = [os.dup(number) for number in (1, 2)]
    with log.open("ab", buffering=0) as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, copy in zip((1, 2), kept, strict=True):
                os.dup2(copy, number)
                os.close(copy)


def _within_environment() -> None:
    """Become the same program in Airflow's environment, which must be there before Airflow is imported."""
    if os.environ.get("AIRFLOW_HOME") != str(HOME):
        wanted = {**environment(), **{name: os.environ.get(name, value) for name, value in DIRECT.items()}}
        command = [sys.executable, "-m", "infra.airflow.run", *sys.argv[1:]]
        os.execve(sys.executable, command, wanted)  # noqa: S606  # no shell is wanted


def _leave(code: int) -> None:
    """End at once: Python would take all of Airflow apart for four seconds, and nothing is left to write."""
    dbt_process.stop()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _day() -> date | None:
    given = sys.argv[1] if len(sys.argv) > 1 else sys.stdin.readline().strip()
    return date.fromisoformat(given) if given else None


if __name__ == "__main__":
    _within_environment()
    _leave(main(_day))
