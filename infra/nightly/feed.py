"""The three steps of one feed as Airflow runs them: what goes in and comes out is small and JSON."""

from dataclasses import asdict
from datetime import date
from typing import Any

from expectations.returns import write_returns
from expectations.validate import validate
from infra.nightly.left_over import take_up
from ingest.interval import Interval
from ingest.pull import plan, pull

PULLED = ("batch_id", "rows", "bytes", "attempt", "seconds", "unknown_columns")
JUDGED = ("outcome", "reasons", "received", "refused_rows", "warned_rows")


class BatchRefused(RuntimeError):
    """A whole batch was refused: its department has the reasons, the feed's last good data stays."""


def pull_step(feed: str, day: date) -> dict[str, Any]:
    """Pull the feed for the interval that ends with the business date; returns the receipt's main facts."""
    receipt = asdict(pull(feed, plan(feed, day)))
    return {name: receipt[name] for name in PULLED}


def validate_step(feed: str, batch_id: str) -> dict[str, Any]:
    """Judge the batch, after those that earlier nights left half done; returns the outcome's main facts."""
    interval = interval_of(batch_id)
    taken_up = take_up(feed, before=interval)
    outcome = validate(feed, interval)
    return {name: outcome[name] for name in JUDGED} | {"taken_up": taken_up}


def return_step(feed: str, batch_id: str, judged: dict[str, Any]) -> dict[str, Any]:
    """Write the department's return files; then raises BatchRefused if the batch was refused as a whole."""
    written = write_returns(feed, interval_of(batch_id))
    if judged["outcome"] == "refused":
        raise BatchRefused(f"{batch_id} was refused as a whole: {'; '.join(judged['reasons'])}")
    return {"returns": list(written)}


def interval_of(batch_id: str) -> Interval:
    """The interval in a batch id."""
    return Interval.parse(batch_id.partition("/")[2])
