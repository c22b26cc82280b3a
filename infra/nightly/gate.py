"""The gate before the build: it waits for the day's batches, but never longer than the contracts allow.

Receipts and outcomes in the object store are the truth, so that it makes no difference who pulled: the
clock, a person or a backfill. A feed that is late or failed does not stop the night; its last good data
stands, and the report names it.
"""

import os
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from infra.nightly import batches
from ingest import contract
from ingest.interval import SHANGHAI, midnight

LIMIT = "SANLING_GATE_MINUTES"  # the longest wait from the gate's first look, whatever the contracts say
LIMIT_DEFAULT = 180


@dataclass(frozen=True)
class FeedState:
    """What the gate sees of one feed for one business date."""

    feed: str
    state: str  # accepted | refused | waiting | late
    due: datetime  # the contract's latest arrival
    received: int | None


def look(day: date, since: datetime, now: datetime | None = None) -> list[FeedState]:
    """The state of every contracted feed for a business date, as a gate sees it that waits `since`."""
    now = now or datetime.now(SHANGHAI)
    patience = since + timedelta(minutes=float(os.environ.get(LIMIT, LIMIT_DEFAULT)))
    return [_state(feed, day, now, patience) for feed in contract.feeds()]


def is_open(states: list[FeedState]) -> bool:
    """Whether nothing is worth waiting for any more."""
    return all(state.state != "waiting" for state in states)


def rows(states: list[FeedState]) -> list[dict[str, Any]]:
    """The states as plain JSON values."""
    return [{**asdict(state), "due": state.due.isoformat()} for state in states]


def _state(feed: str, day: date, now: datetime, patience: datetime) -> FeedState:
    arrival = time.fromisoformat(contract.load(feed).sla.latest_arrival)
    due = datetime.combine(day + timedelta(days=1), arrival, SHANGHAI)
    platform, _, name = feed.partition(".")
    for pair in batches.pairs(f"{platform}/{name}/date={day.isoformat()}/"):
        batch = batches.read(pair)
        if batch is not None and batch.interval_end == midnight(day + timedelta(days=1)):
            return FeedState(feed, batch.outcome, due, batch.received)
    return FeedState(feed, "late" if now >= min(due, patience) else "waiting", due, None)
