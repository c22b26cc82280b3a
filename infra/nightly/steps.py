"""The steps of a night by name, as Airflow's tasks call them: what comes out is small and JSON."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from infra.nightly.audit import audit
from infra.nightly.build import build
from infra.nightly.clock import business_date
from infra.nightly.publish import publish
from infra.nightly.register import register
from infra.nightly.report import report

Said = dict[str, Any]
STEPS: Mapping[str, Callable[[date, str], Said]] = {
    "register": lambda _day, _run_id: register(),
    "build_staging": partial(build, "staging"),
    "build_intermediate": partial(build, "intermediate"),
    "build_marts": partial(build, "marts"),
    "audit": audit,
    "publish": publish,
    "report": report,
}


def run(name: str, context: Mapping[str, Any]) -> Said:
    """Run a step for the business date and run of an Airflow context."""
    return STEPS[name](business_date(context), context["run_id"])
