"""Receipts and outcomes made by hand, as pull and validation would write them."""

from datetime import date, timedelta
from uuid import uuid4

from infra import store
from ingest.interval import Interval, midnight

FIRST = date(2026, 10, 1)


def interval(day: int) -> Interval:
    """The n-th day, from 1."""
    start = FIRST + timedelta(days=day - 1)
    return Interval(midnight(start), midnight(start + timedelta(days=1)))


def path(feed: str, day: int) -> str:
    """Where both papers of a batch stand, below their prefixes."""
    span = interval(day)
    return f"{feed.replace('.', '/')}/date={span.business_date}/{span.text}.json"


def receive(feed: str, day: int, rows: int = 3) -> str:
    """Write a receipt of a new attempt; returns the attempt."""
    span, attempt = interval(day), uuid4().hex
    receipt = {
        "batch_id": f"{feed}/{span.text}",
        "feed": feed,
        "platform": feed.partition(".")[0],
        "interval_start": span.start.isoformat(),
        "interval_end": span.end.isoformat(),
        "business_date": span.business_date.isoformat(),
        "attempt": attempt,
        "object": f"s3://raw/{path(feed, day).removesuffix('.json')}.parquet" if rows else None,
        "rows": rows,
        "contract_version": "1.0.0",
    }
    store.write_json("raw", f"_receipts/{path(feed, day)}", receipt)
    return attempt


RULE = {
    "rule": "citizen_id", "scope": "row", "field": "id_no", "source_field": "ZJHM", "dimension": "准确性",
    "severity": "refuse", "assessed": 3, "failed": 1, "title_zh": "身份证号码",
}  # fmt: skip


def judge(feed: str, day: int, attempt: str, outcome: str = "accepted", failed: int = 1) -> None:
    """Write the outcome of an attempt, with the counts of one rule."""
    verdicts = f"s3://verdicts/{path(feed, day).removesuffix('.json')}.parquet"
    paper = {
        "judged_attempt": attempt,
        "outcome": outcome,
        "verdict_object": verdicts,
        "salt": uuid4().hex,
        "rules": [{**RULE, "failed": failed}],
    }
    store.write_json("verdicts", f"_outcomes/{path(feed, day)}", paper)


def deliver(feed: str, day: int, rows: int = 3, outcome: str = "accepted") -> None:
    """A batch that counts."""
    judge(feed, day, receive(feed, day, rows), outcome)


def withdraw(feed: str, day: int) -> None:
    """Take the receipt away, as a pull does before it replaces the object."""
    store.client().remove_object("raw", f"_receipts/{path(feed, day)}")
