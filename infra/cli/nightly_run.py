"""What `sanling night` does around Airflow: servers, the city's day, the run, the closing tables."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from infra import sandbox
from infra.cli.output import console, show
from infra.nightly import journal, publication
from infra.nightly.report import LATEST
from infra.sandbox import parameters, platforms
from infra.settings import ROOT
from infra.stack import credentials, lifecycle, owner, supervision

EXPECTED = (  # what a user can mend; all else is a fault of ours and shows its traceback
    credentials.PortTaken,
    lifecycle.StackFailed,
    owner.StateUnreachable,
    supervision.SupervisorSilent,
)
FEED = ("feed", "batch", "received", "accepted", "refused", "repeated", "equation")
NEXT = """
[bold]make run[/]                                    the next day
[bold]make up[/]                                     Airflow's web interface, and the page of results
[bold].venv/bin/sanling trace[/] {event}  the rows that it was made of
[bold].venv/bin/sanling query[/] "select event_kind, count(*) from mart.event group by 1"
[bold]make down[/]                                   stop everything"""


def run(day: date | None, params: sandbox.Params) -> int:
    """Run a business date (default: the city's) and print what came of it; returns the exit code."""
    with console.status("starting") as spinner:
        lifecycle.up(("core", "sandbox"), spinner.update)
    # Airflow takes seconds to load, and the city to live a day: both at once.
    command = [sys.executable, "-m", "infra.airflow.run"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True) as airflow:
        day = _prepare_city(day, params)
        journal.forget(day, LATEST, "report")
        console.print(f"[bold]night of {day}[/]", highlight=False)
        airflow.communicate(day.isoformat())
    said = journal.read(day, LATEST, "report")
    if said is not None:
        close(said)
    return airflow.returncode


def close(said: dict[str, Any]) -> None:
    """Print the closing tables of a report."""
    console.print()
    feeds = [{name: row[name] for name in FEED} for row in said["feeds"]]
    show(feeds, f"feeds on {said['business_date']}: received = accepted + refused + repeated")
    if said["is_published"]:
        console.print()
        show([{"mart": name, "rows": rows} for name, rows in said["marts"].items()], "published marts")
    console.print()
    _problems(said["worst"])
    if said["warnings"]:
        show(said["warnings"], "warnings")
    if not said["is_published"]:
        console.print("[red]not published[/]: consumers still read the marts of the last good night")
    console.print()
    console.print(f"run {said['run_id']}  snapshot {said['snapshot'] or '-'}", highlight=False, markup=False)
    console.print(NEXT.format(event=escape(said["example"] or "<event id>")), highlight=False)


def _problems(worst: list[dict[str, Any]]) -> None:
    """The worst data problems as lines, since the advice does not fit into a column."""
    console.print("worst data problems" if worst else "no data problems", style="italic")
    for number, row in enumerate(worst, 1):
        what = f"{row['feed']}: {row['rows']:,} rows {row['effect']}, {row['rule']} of {row['field']}"
        console.print(f"{number}. {what}", markup=False, highlight=False)
        console.print(Padding.indent(Text(row["how_to_mend"], style="dim"), 3))


def _prepare_city(day: date | None, params: sandbox.Params) -> date:
    """Make the city where there is none, or its next day once the present one is published; its day."""
    with console.status("the city") as spinner:
        try:
            there, today = parameters.load()
        except FileNotFoundError:
            spinner.update(f"making a city of {params.people:,} people and {params.days} days")
            sandbox.generate(params)
            there, today = parameters.load()
        else:
            if replace(params, first_day=there.first_day, region=there.region) != there:
                described = (
                    f"{there.people:,} people, {there.days} days, seed {there.seed}, dirt {there.dirt}"
                )
                console.print(f"the city stays as it is: {described}; `make clean` removes it", style="dim")
            if day is None and publication.of_day(today) is not None:
                spinner.update("a new day")
                today = sandbox.advance()
        spinner.update("loading the platforms")
        platforms.load_all()
    return day or today
