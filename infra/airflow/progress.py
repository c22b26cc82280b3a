"""How a run is shown while it goes on: one line a feed, one line a step of the night, and what went wrong."""

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner

from ingest.contract import feeds

NIGHT = "nightly_fusion"
DAGS = {f"feed_{feed.replace('.', '_')}": feed for feed in feeds()}  # DAG id -> feed
WIDTH = 20  # of a feed's or step's name


class Progress:
    """Gets events of tasks, in the order in which they happen, and prints them."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.spinner = Spinner("dots", style="status.spinner")
        # A status of rich's would print on the terminal what Airflow writes to its standard output meanwhile.
        self.live = Live(
            self.spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self.parts: dict[str, list[str]] = {}  # feed DAG -> what its ended tasks said
        self.running: dict[str, str] = {}  # DAG -> what runs of it

    def started(self, dag: str, task: str) -> None:
        """A task began."""
        self.running[dag] = f"{subject(dag, task)} {task if dag != NIGHT else ''}".rstrip()
        self._spin()

    def _spin(self) -> None:
        if self.running:
            self.spinner.update(text=", ".join(self.running.values()))
            self.live.start()

    def ended(self, dag: str, task: str, state: str, seconds: float, said: Any, error: str | None) -> None:
        """A task ended: success, failed, up_for_retry, up_for_reschedule, skipped or upstream_failed."""
        self.live.stop()
        self.running.pop(dag, None)
        state = state.rpartition(".")[2].lower()  # the task SDK says TaskInstanceState.FAILED
        if dag == NIGHT:
            self._night(task, state, seconds, said, error)
        else:
            self._feed(dag, task, state, seconds, said, error)
        self._spin()

    def _night(self, task: str, state: str, seconds: float, said: Any, error: str | None) -> None:
        mark = {"success": "[green]✓[/]", "failed": "[red]✗[/]"}.get(state, "[yellow]…[/]")
        line = f"{mark} {task:<{WIDTH}} {seconds:5.1f} s  {escape(summary(task, said))}"
        self.console.print(line.rstrip(), highlight=False)
        self._error(error)

    def _feed(self, dag: str, task: str, state: str, seconds: float, said: Any, error: str | None) -> None:
        parts = self.parts.setdefault(dag, [])
        parts.append(f"{task} {seconds:.1f} s {summary(task, said)}".rstrip())
        if state == "success" and task != "give_back":
            return
        mark = {"success": "[green]✓[/]", "failed": "[red]✗[/]"}.get(state, "[yellow]…[/]")
        line = f"{mark} {subject(dag, task):<{WIDTH}} {escape(' · '.join(parts))}"
        self.console.print(line, highlight=False)
        self._error(error)
        self.parts.pop(dag)

    def _error(self, error: str | None) -> None:
        if error:
            self.console.print(f"    {error}", style="red", markup=False, highlight=False)


def subject(dag: str, task: str) -> str:
    """What a line is about: the feed, or the step of the night."""
    return task if dag == NIGHT else DAGS.get(dag, dag)


def summary(task: str, said: Any) -> str:
    """What a task's result comes to, in a few words; empty for a result of another shape."""
    if not isinstance(said, Mapping):
        return _gate(said) if task == "gate" and isinstance(said, list) else ""
    try:
        return _SAYINGS[task.partition("_")[0] if task.startswith("build_") else task](said)
    except KeyError:
        return ""


def _gate(states: list[dict[str, Any]]) -> str:
    missing = [state["feed"] for state in states if state["state"] in ("late", "waiting")]
    return f"{len(states) - len(missing)} of {len(states)} feeds" + (
        f", late: {', '.join(missing)}" if missing else ""
    )


def _build(said: Mapping[str, Any]) -> str:
    tests = f", {said['tests']} tests" if said["tests"] else ""
    warned = f", {len(said['warnings'])} warnings" if said["warnings"] else ""
    failed = f", {len(said['failed_tests'])} failed" if said["failed_tests"] else ""
    return f"{said['models']} models{tests}{failed}{warned}" + (", compared in full" if said["whole"] else "")


def _publish(said: Mapping[str, Any]) -> str:
    rows = sum(said["marts"].values())
    return f"{len(said['marts'])} marts, {rows:,} rows, snapshot {said['snapshot']}"


_SAYINGS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "pull": lambda said: f"{said['rows']:,} rows",
    "validate": lambda said: (
        f"{said['refused_rows']:,} refused, {said['warned_rows']:,} warned"
        + (f", {len(said['taken_up'])} left over judged" if said.get("taken_up") else "")
    ),
    "give_back": lambda said: f"{len(said['returns'])} files",
    "register": lambda said: f"{len(said['pending'])} batches to build",
    "build": _build,
    "audit": lambda said: f"{sum(check['assessed'] for check in said['checks'])} checks passed",
    "publish": lambda said: (
        f"{len(said['marts'])} marts, {sum(said['marts'].values()):,} rows, snapshot {said['snapshot']}"
    ),
}
