"""From the failed rows of a scan to verdicts: one row per record and broken rule, values masked."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from expectations.rules.base import RowRule
from expectations.scan import FAILED, Scan
from expectations.suites import severity_of
from ingest.connectors import identifier, quote

COLUMNS = (  # of a verdict object
    "_batch_id",
    "_source_uri",
    "_row_number",
    "_record_key",
    "rule",
    "field",
    "source_field",
    "dimension",
    "severity",
    "observed",
    "message_zh",
)
WRITER = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2"


def write(con: duckdb.DuckDBPyConnection, scan: Scan, rules: Sequence[RowRule], file: Path) -> int:
    """Write all verdicts of a batch to one Parquet file, in a fixed order; returns their number."""
    parts = [_part(scan, rule) for rule in rules if scan.failed.get(rule.name)]
    body = " UNION ALL ".join(parts) or _nothing()
    order = "_source_uri, _row_number, rule, source_field, observed"
    found = con.execute(
        f"COPY (SELECT {', '.join(COLUMNS)} FROM ({body}) ORDER BY {order}) TO {quote(str(file))} ({WRITER})"
    ).fetchone()
    return int(found[0]) if found else 0


def rows_by_severity(con: duckdb.DuckDBPyConnection, scan: Scan, rules: Sequence[RowRule]) -> tuple[int, int]:
    """(rows with a refusing verdict, rows with warnings alone)."""
    broken = {"refuse": ["FALSE"], "warn": ["FALSE"]}
    for rule in rules:
        if scan.failed.get(rule.name):
            broken[severity_of(rule)].append(scan.broken(rule.name))
    refused, warned = (f"({' OR '.join(broken[severity])})" for severity in ("refuse", "warn"))
    if len(broken["refuse"]) + len(broken["warn"]) == 2:
        return 0, 0
    found = con.execute(
        f"SELECT count(*) FILTER ({refused}), count(*) FILTER ({warned} AND NOT {refused}) FROM {FAILED}"
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _part(scan: Scan, rule: RowRule) -> str:
    check = rule.check()
    return (
        f"SELECT _batch_id, _source_uri, _row_number, _record_key, {quote(rule.rule())} AS rule, "
        f"{quote(rule.field)} AS field, {quote(rule.column)} AS source_field, "
        f"{quote(rule.dimension)} AS dimension, {quote(severity_of(rule))} AS severity, "
        f"{check.observed} AS observed, {check.message} AS message_zh "
        f"FROM {FAILED} WHERE {scan.broken(rule.name)}"
    )


def _nothing() -> str:
    """No verdict, with the right types."""
    types = {"_row_number": "BIGINT"}
    columns = ", ".join(f"NULL::{types.get(name, 'VARCHAR')} AS {identifier(name)}" for name in COLUMNS)
    return f"SELECT {columns} WHERE false"
