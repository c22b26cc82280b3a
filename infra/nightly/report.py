"""Step `report`: what the night did, for those who ran it. It runs whatever became of the other steps."""

from datetime import date, datetime
from typing import Any

import duckdb

from infra.lake import connect, rows
from infra.nightly import findings, gate, journal, publication
from infra.pages import write as pages
from ingest.interval import SHANGHAI

LATEST = "latest"  # the journal's name for the last run of a day
WORST = 3  # data problems that are shown
STEPS = ("build_staging", "build_intermediate", "build_marts", "audit", "publish")
LEDGER = """
SELECT feed, sum(received), sum(accepted), sum(refused), sum(repeated), bool_and(is_balanced)
FROM lake.mart.feed_ledger WHERE business_date = ? GROUP BY feed
"""
PROBLEMS = """
WITH verdict AS (
    SELECT _batch_id, _source_uri, _row_number, rule, field, severity, message_zh
    FROM read_parquet(?, union_by_name = true)
)
SELECT
    rule,
    field,
    split_part(_batch_id, '/', 1) AS feed,
    count(DISTINCT (_batch_id, _source_uri, _row_number)) AS rows,
    CASE WHEN bool_or(severity = 'refuse') THEN 'refused' ELSE 'warned' END AS effect,
    min(message_zh) AS how_to_mend
FROM verdict
GROUP BY rule, field, feed
ORDER BY effect, rows DESC, feed, rule, field
LIMIT ?
"""


def report(day: date, run_id: str) -> dict[str, Any]:
    """The closing report of a run, as plain JSON values; the journal keeps it."""
    con = connect(lake=True, read_only=True)
    try:
        said: dict[str, Any] = {
            "business_date": day.isoformat(),
            "run_id": run_id,
            "feeds": _feeds(con, day),
            "worst": _worst(con, day),
            "example": _example(con),
        }
    finally:
        con.close()
    published = publication.of_day(day)
    is_ours = published is not None and published.run_id == run_id
    said["is_published"] = is_ours
    said["snapshot"] = published.snapshot if published and is_ours else None
    said["marts"] = published.marts if published and is_ours else {}
    said["warnings"] = _warnings(day, run_id)
    for name in (run_id, LATEST):
        journal.write(day, name, "report", said)
    if is_ours:
        findings.write(day)
        pages.write()
    return said


def _feeds(con: duckdb.DuckDBPyConnection, day: date) -> list[dict[str, Any]]:
    """One row a contracted feed: what came for the day and what became of it."""
    found = con.execute(LEDGER, [day]).fetchall() if _has(con, "mart", "feed_ledger") else []
    ledger = {feed: values for feed, *values in found}
    now = datetime.now(SHANGHAI)
    rows = []
    for state in gate.look(day, since=now, now=now):
        received, accepted, refused, repeated, holds = ledger.get(state.feed, [state.received, *[None] * 4])
        rows.append(
            {
                "feed": state.feed,
                "batch": state.state if state.state in ("accepted", "refused") else "late",
                "received": _int(received),
                "accepted": _int(accepted),
                "refused": _int(refused),
                "repeated": _int(repeated),
                "equation": holds,
            }
        )
    return rows


def _worst(con: duckdb.DuckDBPyConnection, day: date) -> list[dict[str, Any]]:
    """The rules that most rows of the day's batches broke, the refusing ones first."""
    if not _has(con, "ops", "batch"):
        return []
    objects = con.execute(
        "SELECT verdict_object FROM lake.ops.batch WHERE business_date = ? AND verdict_object IS NOT NULL",
        [day],
    ).fetchall()
    if not objects:
        return []
    return rows(con.execute(PROBLEMS, [[uri for (uri,) in objects], WORST]))


def _example(con: duckdb.DuckDBPyConnection) -> str | None:
    """An event that many platforms reported, to try `sanling trace` on."""
    if not _has(con, "mart", "event"):
        return None
    row = con.execute(
        "SELECT event_id FROM lake.mart.event "
        "ORDER BY platform_count DESC, report_count DESC, event_id LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])


def _warnings(day: date, run_id: str) -> list[dict[str, str]]:
    """What went through but should be looked at; nobody reads a log, so it is part of the report."""
    said = [journal.read(day, run_id, step) or {} for step in STEPS]
    tests = [node for step in said for node in step.get("warnings", [])]
    views = [view for step in said for view in step.get("left_behind", [])]
    return [
        *({"about": node["node"], "warning": node["message"]} for node in tests),
        *({"about": view, "warning": "still reads the former marts: make it again"} for view in views),
    ]


def _has(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = 'lake' AND schema_name = ? AND table_name = ?",
        [schema, table],
    ).fetchone()
    return found != (0,)


def _int(value: Any) -> int | None:
    return None if value is None else int(value)
