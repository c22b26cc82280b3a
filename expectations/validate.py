"""The verb: judge one batch by the rules of its contract.

receipt → raw object, checked against the receipt's sha256 → one checkpoint → outcome withdrawn → verdicts
and the library's report → outcome, written last. Killed at any moment and run again it gives the same.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from expectations import outcome, usual
from infra import lake, store
from ingest import landing
from ingest.connectors import quote
from ingest.contract import Contract, load
from ingest.interval import SHANGHAI, Interval
from ingest.landing import Receipt
from ingest.lock import feed_lock

if TYPE_CHECKING:
    import duckdb

NO_HISTORY = usual.Usual()
EMPTY = "(SELECT NULL::VARCHAR AS _record_key WHERE false)"  # a batch without rows has no object


class BatchMissing(RuntimeError):
    """There is no batch to judge: it was not pulled, or its object is not the one the receipt names."""


def validate(feed: str, interval: Interval) -> dict[str, Any]:
    """Judge a batch, write its verdicts and its outcome, and return the outcome.

    Raises BatchMissing, ContractBroken, ValidationBroken (a rule that could not run is no verdict).
    """
    contract = load(feed)
    with feed_lock(feed) as hold, landing.clear_refusals(feed), _workdir(feed) as folder:
        receipt = landing.read_receipt(feed, interval)
        if receipt is None:
            raise BatchMissing(f"{landing.batch_id(feed, interval)} has no receipt: pull it first")
        raw = fetch(receipt, folder / "raw.parquet")
        verdicts = folder / "verdicts.parquet" if raw else None
        with closing(lake.connect()) as con:
            found, report = judge_file(con, contract, receipt, raw, verdicts, usual.of(con, feed, interval))
        hold.check()
        return _publish(feed, interval, found, report, verdicts)


def judge_file(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    receipt: Receipt,
    raw: Path | None,
    verdicts: Path | None,
    history: usual.Usual = NO_HISTORY,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Judge the rows in `raw` and write their verdicts to a file; None stands for a batch without rows.

    Returns the outcome, but for addresses and time, and the library's report.
    """
    from expectations import report, suites
    from expectations import verdicts as writer
    from expectations.judge import judge  # imports Great Expectations, which takes seconds

    relation = f"read_parquet({quote(str(raw))})" if raw else EMPTY
    rows = suites.row_rules(contract, receipt) if raw else []
    codes = usual.commonest(con, relation, suites.code_columns(contract, receipt)) if raw else {}
    volume, of_columns = suites.history_rules(contract, receipt, history, codes)
    batch = [*suites.batch_rules(contract, receipt), volume]
    judgement = judge(con, contract.feed, relation, batch, [*rows, *of_columns] if raw else [])
    if verdicts:
        writer.write(con, judgement.scan, rows, verdicts)
    problems = report.problems(judgement)
    refused, warned = writer.rows_by_severity(con, judgement.scan, rows)
    if problems["refuse"]:
        refused, warned = receipt.rows, 0
    found = {
        "batch_id": receipt.batch_id,
        "feed": receipt.feed,
        "judged_sha256": receipt.sha256,
        "judged_attempt": receipt.attempt,
        "contract_version": contract.version,
        "outcome": "refused" if problems["refuse"] else "accepted",
        "reasons": problems["refuse"],
        "warnings": problems["warn"],
        "received": receipt.rows,
        "refused_rows": refused,
        "warned_rows": warned,
        "rules": report.rules(judgement),
        "columns": report.columns(judgement),
    }
    return found, report.stored(judgement.results)


def _publish(
    feed: str, interval: Interval, found: dict[str, Any], report: dict[str, Any], verdicts: Path | None
) -> dict[str, Any]:
    """Withdraw the old outcome, replace what it vouched for, write the new one.

    A judgement that comes out as before keeps its time, so that it is the same object to the letter.
    """
    done = {**found, **outcome.addresses(feed, interval, found)}
    before = outcome.read(feed, interval) or {}
    now = datetime.now(SHANGHAI).isoformat(timespec="seconds")
    is_as_before = {**before, "judged_at": None} == {**done, "judged_at": None}
    done["judged_at"] = before["judged_at"] if is_as_before else now
    client = store.client()
    client.remove_object(outcome.VERDICTS, outcome.outcome_key(feed, interval))
    if verdicts:
        client.fput_object(outcome.VERDICTS, outcome.verdict_key(feed, interval), str(verdicts))
    else:
        client.remove_object(outcome.VERDICTS, outcome.verdict_key(feed, interval))
    store.write_json(outcome.VERDICTS, outcome.result_key(feed, interval), report)
    store.write_json(outcome.VERDICTS, outcome.outcome_key(feed, interval), done)
    return done


def fetch(receipt: Receipt, file: Path) -> Path | None:
    """The raw object in a local file, proved to be the one that the receipt vouches for; None if empty."""
    if receipt.object is None:
        return None
    bucket, key = store.split(receipt.object)
    store.client().fget_object(bucket, key, str(file))
    if landing.sha256_of(file) != receipt.sha256:
        raise BatchMissing(
            f"{receipt.batch_id}: {receipt.object} is not what its receipt names: pull it again"
        )
    return file


@contextmanager
def _workdir(feed: str) -> Iterator[Path]:
    """A folder that only we may read. Under the feed's lock, an older one is what a killed run left."""
    scratch = lake.scratch_folder()
    for left in scratch.glob(f"validate-{feed}-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f"validate-{feed}-", dir=scratch) as folder:
        yield Path(folder)
