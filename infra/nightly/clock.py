"""Which business date a run is for, whoever started it: the clock, a person, a backfill, a test."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ingest.interval import SHANGHAI


def last_ended_day(moment: datetime) -> date:
    """The latest business date that had ended by an aware moment."""
    return (moment.astimezone(SHANGHAI) - timedelta(days=1)).date()


def business_date(context: Mapping[str, Any]) -> date:
    """The business date of an Airflow task context.

    A partition key says it (clock, backfill, the API), or `business_date` in the run's configuration.
    Else a logical date counts: a midnight (Shanghai's or UTC's) names that day, since people and
    `airflow dags test` give plain dates; any other moment means the last day that had ended by then.
    A run without all of these (triggered by hand in Airflow 3, or by an asset) takes the last day that
    had ended when it was to run. Raises ValueError for a date that is not YYYY-MM-DD.
    """
    run = context.get("dag_run")
    conf = getattr(run, "conf", None) or context.get("params") or {}
    named = context.get("partition_key") or getattr(run, "partition_key", None) or conf.get("business_date")
    if named:
        return _parse(str(named))
    logical = context.get("logical_date")
    if logical is not None:
        return _of_logical_date(logical)
    if context.get("ds"):
        return _parse(str(context["ds"]))
    return last_ended_day(getattr(run, "run_after", None) or datetime.now(UTC))


def _parse(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"business date {text!r} is not YYYY-MM-DD") from None


def _of_logical_date(moment: datetime) -> date:
    for zone in (SHANGHAI, UTC):
        local = moment.astimezone(zone)
        if local.time() == time(0):
            return local.date()
    return last_ended_day(moment)
