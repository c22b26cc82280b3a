"""Batches that a night left half done: pulled, but killed before they were judged or given back.

The next run of their feed takes them up before its own batch, oldest first, so that days are judged in their
order. The papers in the store say what is missing, whoever was killed where.
"""

import logging
from pathlib import PurePosixPath

from expectations import outcome
from expectations.returns import write_returns
from expectations.validate import BatchMissing, validate
from infra import store
from infra.nightly import batches
from ingest import landing
from ingest.interval import Interval

log = logging.getLogger(__name__)


def take_up(feed: str, before: Interval) -> list[str]:
    """Judge and give back what earlier nights left of a feed; the ids of these batches.

    A batch whose object is not the one of its receipt has to be pulled again by a person; it is warned of and
    does not stop the feed.
    """
    taken = []
    for interval in left_over(feed, before):
        try:
            judged = validate(feed, interval)
            write_returns(feed, interval)
        except BatchMissing as error:
            log.warning("left as it is: %s", error)
            continue
        name = landing.batch_id(feed, interval)
        log.warning("%s was left half done by an earlier night; taken up: %s", name, judged["outcome"])
        taken.append(name)
    return taken


def left_over(feed: str, before: Interval) -> list[Interval]:
    """Earlier intervals whose batch has no outcome, or lacks more behind the last one that is whole.

    Costs two listings, and one batch of papers where nothing is wrong, however many years there are.
    """
    pairs = sorted(batches.pairs(f"{feed.replace('.', '/')}/"), key=lambda pair: pair.path, reverse=True)
    found, is_behind = [], True
    for pair in pairs:
        interval = Interval.parse(PurePosixPath(pair.path).stem)
        if interval.end > before.start:
            continue
        if is_behind and _is_whole(feed, interval):
            is_behind = False
        elif is_behind or pair.outcome_etag is None:
            found.append(interval)
    return found[::-1]


def _is_whole(feed: str, interval: Interval) -> bool:
    """Whether the present attempt is judged and just what its outcome gives back is there."""
    receipt, said = landing.read_receipt(feed, interval), outcome.read(feed, interval)
    if receipt is None or said is None or said["judged_attempt"] != receipt.attempt:
        return False
    stem = outcome.path(feed, interval)
    there = {f"s3://{outcome.RETURNS}/{key}" for key in store.list_keys(outcome.RETURNS, f"{stem}.")}
    return there == set(said["returns"])
