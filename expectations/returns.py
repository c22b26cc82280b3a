"""The verb: what goes back to a department of one batch, as CSV, as JSON and as a workbook, values masked.

CSV and JSON list problem by problem; the workbook shows the rows with their wrong cells marked, and explains
the rules. They exist only while something was refused or warned of: a batch that comes again in order takes
its return files away.
"""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from expectations import outcome, return_book, return_list
from expectations.validate import BatchMissing, fetch
from infra import lake, store
from ingest import landing
from ingest.contract import Contract, load
from ingest.interval import SHANGHAI, Interval

if TYPE_CHECKING:
    import duckdb

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_returns(feed: str, interval: Interval) -> list[str]:
    """Write the return files of a judged batch, or remove them; gives their addresses.

    Raises BatchMissing when the batch has no outcome for its present receipt.
    """
    contract = load(feed)
    with landing.clear_refusals(feed), TemporaryDirectory(dir=lake.scratch_folder()) as folder:
        receipt, found = landing.read_receipt(feed, interval), outcome.read(feed, interval)
        if receipt is None or found is None or found["judged_attempt"] != receipt.attempt:
            raise BatchMissing(f"{landing.batch_id(feed, interval)} has not been judged: validate it first")
        keys = outcome.return_keys(feed, interval)
        if not found["returns"]:
            for key in keys:
                store.client().remove_object(outcome.RETURNS, key)
            return []
        raw = fetch(receipt, Path(folder) / "raw.parquet")
        verdicts = None
        if found["verdict_object"]:
            verdicts = Path(folder) / "verdicts.parquet"
            bucket, key = store.split(found["verdict_object"])
            store.client().fget_object(bucket, key, str(verdicts))
        with closing(lake.connect()) as con:
            files = make(con, contract, found, due_on(contract, interval), raw, verdicts, Path(folder))
        for key, file in zip(keys, files, strict=True):
            kind = TYPES[file.suffix.removeprefix(".")]
            store.client().fput_object(outcome.RETURNS, key, str(file), content_type=kind)
        return [f"s3://{outcome.RETURNS}/{key}" for key in keys]


def due_on(contract: Contract, interval: Interval) -> date:
    """The day until which the department has time: the contract's days from the morning of the return."""
    return interval.end.astimezone(SHANGHAI).date() + timedelta(days=contract.sla.return_due_days)


def make(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    found: dict[str, Any],
    due: date,
    raw: Path | None,
    verdicts: Path | None,
    folder: Path,
) -> list[Path]:
    """The files of one outcome, in the order of their keys; `raw` and `verdicts` are None for no rows."""
    book = folder / "return.xlsx"
    return_book.write(con, contract, found, due, raw, verdicts, book)
    listed, machine = return_list.write(con, contract, found, due, verdicts, folder)
    return [listed, book, machine]
