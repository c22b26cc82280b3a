"""The lists of a return, one entry a problem: CSV for people, JSON for programs, with the same content.

Both are made from one statement and streamed, so that memory does not follow the number of problems.
"""

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ingest.connectors import quote
from ingest.contract import Contract

if TYPE_CHECKING:
    import duckdb

BOM = b"\xef\xbb\xbf"  # spreadsheets take a CSV without it for GBK
# a cell that starts like this would be run as a formula by a spreadsheet
FORMULA = "^[=+@\\t\\r-]"
ROWS = """
SELECT
    'row' AS scope, severity, regexp_extract(_source_uri, '[^/]*$') AS source, _row_number AS row_number,
    {key} AS record, labels[source_field] AS label, source_field, observed, message_zh AS message, dimension,
    rule
FROM {verdicts}, (SELECT {labels} AS labels)
"""
WHOLE = """
SELECT
    'batch' AS scope, {severity} AS severity, NULL::VARCHAR AS source, NULL::BIGINT AS row_number,
    NULL::VARCHAR AS record, '整批数据' AS label, NULL::VARCHAR AS source_field, NULL::VARCHAR AS observed,
    problem AS message, NULL::VARCHAR AS dimension, NULL::VARCHAR AS rule
FROM (SELECT unnest({problems}) AS problem)
"""
CSV = """
SELECT
    CASE WHEN severity = 'warn' THEN '提醒' WHEN scope = 'batch' THEN '整批退回' ELSE '退回' END AS "处理",
    source AS "来源",
    row_number AS "行号",
    record AS "记录编号",
    label AS "数据项",
    source_field AS "原字段名",
    CASE WHEN regexp_matches(observed, '{formula}') THEN '''' ELSE '' END || observed AS "填报值（已脱敏）",
    message AS "问题和修改办法",
    dimension AS "质量维度",
    {due} AS "整改期限"
FROM ({problems})
"""


def write(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    found: dict[str, Any],
    due: date,
    verdicts: Path | None,
    folder: Path,
) -> list[Path]:
    """The CSV and the JSON of one outcome: first what concerns the whole batch, then row by row."""
    about = {name: found[name] for name in ("batch_id", "outcome", "received", "refused_rows", "warned_rows")}
    return write_problems(con, contract, about, _problems(contract, found, verdicts), due, folder)


def write_problems(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    about: dict[str, Any],
    problems: str,
    due: date,
    folder: Path,
) -> list[Path]:
    """The CSV and the JSON of some problems: SQL with the columns of `ROWS`; `about` heads the JSON."""
    return [_csv(con, problems, due, folder), _json(con, contract, about, problems, due, folder)]


def _problems(contract: Contract, found: dict[str, Any], verdicts: Path | None) -> str:
    parts = [
        WHOLE.format(severity=quote(severity), problems=f"[{', '.join(map(quote, problems))}]")
        for severity, problems in (("refuse", found["reasons"]), ("warn", found["warnings"]))
        if problems
    ]
    if verdicts:
        labels = ", ".join(f"{quote(p.physical)}: {quote(p.label_zh)}" for p in contract.properties)
        parts.append(
            ROWS.format(
                key=f"regexp_replace(_record_key, {quote('^' + contract.feed + ':')}, '')",
                verdicts=f"read_parquet({quote(str(verdicts))})",
                labels=f"MAP {{{labels}}}",
            )
        )
    return " UNION ALL ".join(parts)


def _csv(con: "duckdb.DuckDBPyConnection", problems: str, due: date, folder: Path) -> Path:
    plain, file = folder / "return.plain.csv", folder / "return.csv"
    query = CSV.format(formula=FORMULA, due=quote(due.isoformat()), problems=problems)
    con.execute(f"COPY ({query}) TO {quote(str(plain))} (FORMAT csv, HEADER)")
    _join(file, BOM, plain, b"")
    return file


def _json(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    about: dict[str, Any],
    problems: str,
    due: date,
    folder: Path,
) -> Path:
    """One object: whose return it is, what it is of, and `problems`."""
    head = {
        "feed": contract.feed,
        "title": contract.title_zh,
        "department": contract.owner_zh,
        **about,
        "due_on": due.isoformat(),
    }
    plain, file = folder / "return.plain.json", folder / "return.json"
    con.execute(f"COPY ({problems}) TO {quote(str(plain))} (FORMAT json, ARRAY true)")
    _join(file, orjson.dumps(head)[:-1] + b',"problems":', plain, b"}\n")
    return file


def _join(file: Path, head: bytes, body: Path, tail: bytes) -> None:
    with file.open("wb") as out, body.open("rb") as middle:
        out.write(head)
        shutil.copyfileobj(middle, out)
        out.write(tail)
    body.unlink()
