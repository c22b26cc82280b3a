"""Where verdicts, outcomes and returns of a batch stand in the object store."""

from typing import Any

from infra import store
from ingest.interval import Interval

VERDICTS, RETURNS = "verdicts", "returns"


def path(feed: str, interval: Interval) -> str:
    """`police/incident/date=2026-10-01/20261001T0000--20261002T0000`, the stem of all keys of a batch."""
    platform, _, name = feed.partition(".")
    return f"{platform}/{name}/date={interval.business_date}/{interval.text}"


def verdict_key(feed: str, interval: Interval) -> str:
    """Key of the verdict object, one row per record and broken rule."""
    return f"{path(feed, interval)}.parquet"


def result_key(feed: str, interval: Interval) -> str:
    """Key of what Great Expectations reported: counts, no values."""
    return f"_results/{path(feed, interval)}.json"


def outcome_key(feed: str, interval: Interval) -> str:
    """Key of the outcome; a batch is judged when it is there and names the receipt's attempt."""
    return f"_outcomes/{path(feed, interval)}.json"


def return_keys(feed: str, interval: Interval) -> list[str]:
    """Keys of the return files in the bucket `returns`."""
    return [f"{path(feed, interval)}.{ending}" for ending in ("csv", "xlsx", "json")]


def read(feed: str, interval: Interval) -> dict[str, Any] | None:
    """The outcome of a batch, or None."""
    return store.read_json(VERDICTS, outcome_key(feed, interval))


def addresses(feed: str, interval: Interval, found: dict[str, Any]) -> dict[str, Any]:
    """Where the verdicts of an outcome stand, and the return files if anything is to go back."""
    rows, problems = found["refused_rows"] + found["warned_rows"], found["reasons"] + found["warnings"]
    returns = return_keys(feed, interval) if rows or problems else []
    key = verdict_key(feed, interval)
    return {
        "verdict_object": f"s3://{VERDICTS}/{key}" if found["judged_sha256"] else None,
        "returns": [f"s3://{RETURNS}/{key}" for key in returns],
    }
