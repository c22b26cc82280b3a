"""While a run is shown on a terminal, what Airflow logs goes where the run sent it, not between the lines."""

import sys
from io import StringIO

import pytest
from rich.console import Console

from infra.airflow.progress import NIGHT, Progress


def test_what_is_logged_while_a_task_runs_stays_off_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = StringIO()
    progress = Progress(Console(file=terminal, force_terminal=True, soft_wrap=True))
    progress.started(NIGHT, "gate")
    print("a line of the log")
    print("another", file=sys.stderr)
    progress.ended(NIGHT, "gate", "success", 0.2, [{"feed": "grid.event", "state": "late"}], None)
    assert "line of the log" not in terminal.getvalue()
    assert "another" not in terminal.getvalue()
    assert "0 of 1 feeds, late: grid.event" in terminal.getvalue()
    assert tuple(capsys.readouterr()) == ("a line of the log\n", "another\n")


@pytest.mark.parametrize(
    ("state", "mark"), [("success", "✓"), ("TaskInstanceState.FAILED", "✗"), ("up_for_retry", "…")]
)
def test_a_line_begins_with_how_the_task_ended(state: str, mark: str) -> None:
    printed = StringIO()
    Progress(Console(file=printed, soft_wrap=True)).ended(NIGHT, "audit", state, 2.2, None, None)
    assert printed.getvalue() == f"{mark} {'audit':<20}   2.2 s\n"
