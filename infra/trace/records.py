"""The records behind a row or a number: versions, where each came from, what the standards said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from infra.lake import rows
from infra.trace import origins

VERSIONS = """
SELECT version._record_key AS record_key, version._disposition AS disposition,
    version._source_uri AS original, version._row_number AS row, version._pulled_at AS pulled_at,
    batch.raw_object, batch.verdict_object
FROM staging.{base} AS version
LEFT JOIN ops.batch AS batch ON version._batch_id = batch.batch_id
WHERE version._record_key IN (SELECT unnest($records))
ORDER BY record_key, version._interval_end, row
"""
VERDICTS = """
SELECT _record_key AS record_key, rule, source_field AS field, severity, observed
FROM read_parquet($objects) WHERE _record_key IN (SELECT unnest($records)) ORDER BY ALL
"""
SAID = """
SELECT _record_key, CAST({column} AS VARCHAR) FROM intermediate.int_record
WHERE _record_key IN (SELECT unnest($records))
"""


@dataclass(frozen=True)
class Traced:
    """Versions of the records, newest last, and the verdicts on them. Values in verdicts are masked."""

    versions: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


def trace(con: duckdb.DuckDBPyConnection, mart: str, key: str, column: str | None = None) -> Traced:
    """What stands behind a row of a mart, or behind the number in one of its columns.

    `con`: the lake, attached and in use. For a column of an event each version also says what its record
    holds there (`says`). Raises NotTraceable, duckdb.CatalogException where nothing was built yet.
    """
    if mart not in origins.ORIGINS:
        known = ", ".join(sorted(origins.ORIGINS))
        raise origins.NotTraceable(f"no trace for {mart!r}; known: {known}")
    named = origins.bound(mart, key)
    _require_column(con, mart, column)
    found = con.execute(origins.statement(mart, column), named).fetchall()
    records = [record for (record,) in found]
    versions: list[dict[str, Any]] = []
    for base in sorted({base_table(record) for record in records}):
        own = [record for record in records if base_table(record) == base]
        versions += rows(con.execute(VERSIONS.format(base=base), {"records": own}))
    objects = sorted({row.pop("verdict_object") for row in versions} - {None})
    verdicts = con.execute(VERDICTS, {"objects": objects, "records": records}) if objects else None
    said = _said(con, mart, column, records)
    return Traced(
        [{**row, **({"says": said.get(row["record_key"])} if said else {})} for row in versions],
        rows(verdicts) if verdicts else [],
    )


def base_table(record_key: str) -> str:
    """`police.incident:4101…` lives in `base_police__incident`."""
    platform, _, feed = record_key.partition(":")[0].partition(".")
    return f"base_{platform}__{feed}"


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}


def _require_column(con: duckdb.DuckDBPyConnection, mart: str, column: str | None) -> None:
    present = _columns(con, f"mart.{mart}")
    if column is not None and column not in present:
        shown = ", ".join(sorted(name for name in present if not name.startswith("_")))
        raise origins.NotTraceable(f"{mart} has no column {column!r}; it has {shown}")


def _said(
    con: duckdb.DuckDBPyConnection, mart: str, column: str | None, records: list[str]
) -> Mapping[str, str | None]:
    """What each report says of an event's column. No column of a mart is a personal one."""
    if mart != "event" or column is None or column not in _columns(con, "intermediate.int_record"):
        return {}
    return dict(con.execute(SAID.format(column=column), {"records": records}).fetchall())
