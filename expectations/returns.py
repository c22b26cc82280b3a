"""The verb: what goes back to a department of one batch, as CSV and as a workbook, values masked.

The CSV has one line a problem; the workbook shows the rows with their wrong cells marked, and explains the
rules. Both exist only while something was refused or warned of: a batch that comes again in order takes
its return files away.
"""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from expectations import outcome, return_book
from expectations.validate import BatchMissing, fetch
from infra import lake, store
from ingest import landing
from ingest.connectors import quote
from ingest.contract import Contract, load
from ingest.interval import SHANGHAI, Interval

if TYPE_CHECKING:
    import duckdb

BOM = b"\xef\xbb\xbf"  # spreadsheets take a CSV without it for GBK
# a cell that starts like this would be run as a formula by a spreadsheet
FORMULA = "^[=+@\\t\\r-]"
LIST = """
SELECT
    CASE severity WHEN 'refuse' THEN '退回' ELSE '提醒' END AS "处理",
    regexp_extract(_source_uri, '[^/]*$') AS "来源",
    _row_number AS "行号",
    {key} AS "记录编号",
    labels[source_field] AS "数据项",
    source_field AS "原字段名",
    CASE WHEN regexp_matches(observed, '{formula}') THEN '''' ELSE '' END || observed AS "填报值（已脱敏）",
    message_zh AS "问题和修改办法",
    dimension AS "质量维度",
    {due} AS "整改期限"
FROM {verdicts}, (SELECT {labels} AS labels)
"""
WHOLE = """
SELECT
    {severity} AS "处理", NULL AS "来源", NULL AS "行号", NULL AS "记录编号", '整批数据' AS "数据项",
    NULL AS "原字段名", NULL AS "填报值（已脱敏）", problem AS "问题和修改办法", NULL AS "质量维度",
    {due} AS "整改期限"
FROM (SELECT unnest({problems}) AS problem)
"""
TYPES = {
    "csv": "text/csv; charset=utf-8",
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
    """The CSV and the workbook of one outcome, in `folder`; `raw` and `verdicts` are None for no rows."""
    book = folder / "return.xlsx"
    return_book.write(con, contract, found, due, raw, verdicts, book)
    return [_list(con, contract, found, due, verdicts, folder), book]


def _list(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    found: dict[str, Any],
    due: date,
    verdicts: Path | None,
    folder: Path,
) -> Path:
    """One line a problem: first what concerns the whole batch, then row by row."""
    parts = [
        WHOLE.format(
            severity=quote(severity),
            due=quote(due.isoformat()),
            problems=f"[{', '.join(map(quote, problems))}]",
        )
        for severity, problems in (("整批退回", found["reasons"]), ("提醒", found["warnings"]))
        if problems
    ]
    if verdicts:
        labels = ", ".join(f"{quote(p.physical)}: {quote(p.label_zh)}" for p in contract.properties)
        parts.append(
            LIST.format(
                key=f"regexp_replace(_record_key, {quote('^' + contract.feed + ':')}, '')",
                formula=FORMULA,
                due=quote(due.isoformat()),
                verdicts=f"read_parquet({quote(str(verdicts))})",
                labels=f"MAP {{{labels}}}",
            )
        )
    plain, file = folder / "return.plain.csv", folder / "return.csv"
    con.execute(f"COPY ({' UNION ALL '.join(parts)}) TO {quote(str(plain))} (FORMAT csv, HEADER)")
    with file.open("wb") as out, plain.open("rb") as body:
        out.write(BOM)
        while piece := body.read(1 << 20):
            out.write(piece)
    plain.unlink()
    return file
