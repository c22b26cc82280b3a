"""The verb: pull one feed for one interval into the raw zone.

plan → lock → connector → one DuckDB COPY to a local zstd Parquet → receipt withdrawn → object uploaded →
receipt written last. Killed at any moment and run again it gives the same batch.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import stamina

from infra import lake
from ingest import batch, landing
from ingest.connectors import SourceUnavailable, connector
from ingest.contract import Contract, load
from ingest.interval import Interval, next_interval
from ingest.landing import Receipt, StoreUnavailable
from ingest.lock import Hold, feed_lock

ATTEMPTS, FIRST_WAIT, LONGEST_WAIT = 4, 1.0, 20.0  # tries, seconds
TRANSIENT = (SourceUnavailable, StoreUnavailable)
Report = Callable[[str], None]


def silent(_message: str) -> None:
    """Report to nobody."""


def plan(feed: str, business_date: date) -> Interval:
    """The interval that the night of a business date pulls; see `ingest.interval.next_interval`."""
    history_start = load(feed).sla.history_start
    with landing.clear_refusals(feed):
        return next_interval(business_date, landing.intervals(feed), history_start)


def pull(feed: str, interval: Interval, report: Report = silent) -> Receipt:
    """Bring one interval of a feed into the raw zone and return its receipt.

    What passes by itself (a cut line, a busy server) is tried again; ContractBroken, SourceError,
    StoreRefused and LockUnavailable are not.
    """
    contract = load(feed)
    report("waiting for the feed's lock")
    with feed_lock(feed) as hold:
        for attempt in stamina.retry_context(
            on=TRANSIENT, attempts=ATTEMPTS, timeout=None, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT
        ):
            with attempt, landing.clear_refusals(feed):
                report(f"attempt {attempt.num}" if attempt.num > 1 else "asking the source")
                return _attempt(contract, interval, hold, report)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _attempt(contract: Contract, interval: Interval, hold: Hold, report: Report) -> Receipt:
    """One try, from the source to the receipt."""
    started = perf_counter()
    with _workdir(contract.feed) as folder, lake.connect() as con:
        file = folder / "raw.parquet"
        archive = landing.Landing(contract.feed, interval)
        with connector(contract)(contract, interval, con, archive, folder) as fetch:
            report("copying")
            receipt = batch.write(contract, interval, con, fetch, file)
        report(f"storing {receipt.rows:,} rows")
        hold.check()
        landing.withdraw(contract.feed, interval)
        stored = landing.put_raw(contract.feed, interval, file if receipt.rows else None)
        receipt = replace(receipt, object=stored, seconds=round(perf_counter() - started, 3))
        hold.check()
        landing.write_receipt(receipt, interval)
        return receipt


@contextmanager
def _workdir(feed: str) -> Iterator[Path]:
    """A folder that only we may read. Under the feed's lock, an older one is what a killed pull left."""
    scratch = lake.scratch_folder()
    for left in scratch.glob(f"pull-{feed}-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f"pull-{feed}-", dir=scratch) as folder:
        yield Path(folder)
