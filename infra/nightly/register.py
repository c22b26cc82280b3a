"""Step `register`: receipts and outcomes become `lake.ops.batch`, which tells dbt what is pending.

What outcomes count rule by rule becomes `lake.ops.rule_result` in the same transaction (rule_results.py).

A batch is pending until a publication has built its present papers (receipt and outcome, by their ETags).
A batch that is pulled or judged again makes itself and the later batches of its feed pending, since whether
a row repeats depends on what came before. A batch whose receipt was withdrawn, or whose new attempt is not
judged yet, waits until it is whole again: if it was published, what was built from it stays; if not, it is
emptied, so that a build that was cut short leaves nothing of it.
"""

from collections.abc import Collection, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from infra.lake import connect
from infra.nightly import batches, decisions, return_decisions, rule_results
from infra.nightly.batches import Batch

FIELDS: dict[str, pa.DataType] = {
    "batch_id": pa.string(),
    "feed": pa.string(),
    "platform": pa.string(),
    "interval_start": pa.timestamp("us", "Asia/Shanghai"),
    "interval_end": pa.timestamp("us", "Asia/Shanghai"),
    "business_date": pa.date32(),
    "attempt": pa.string(),
    "raw_object": pa.string(),
    "verdict_object": pa.string(),
    "outcome": pa.string(),
    "received": pa.int64(),
    "contract_version": pa.string(),
    "receipt_etag": pa.string(),
    "outcome_etag": pa.string(),
}
TABLE = """
CREATE TABLE lake.ops.batch (
    batch_id VARCHAR NOT NULL, feed VARCHAR NOT NULL, platform VARCHAR NOT NULL,
    interval_start TIMESTAMPTZ NOT NULL, interval_end TIMESTAMPTZ NOT NULL, business_date DATE NOT NULL,
    attempt VARCHAR NOT NULL, raw_object VARCHAR, verdict_object VARCHAR, outcome VARCHAR NOT NULL,
    received BIGINT NOT NULL, contract_version VARCHAR NOT NULL,
    receipt_etag VARCHAR NOT NULL, outcome_etag VARCHAR NOT NULL,
    built_as VARCHAR, is_withdrawn BOOLEAN NOT NULL, is_pending BOOLEAN NOT NULL
)"""
# Those of dbt too: two of its processes that make the same schema at once end in a conflict.
SCHEMAS = ("seeds", "staging", "intermediate", "mart", "ops")
PAPERS = "receipt_etag || '+' || outcome_etag"
WITHDRAW = """
UPDATE lake.ops.batch SET
    is_withdrawn = true,
    outcome = CASE WHEN built_as IS NULL THEN 'withdrawn' ELSE outcome END,
    received = CASE WHEN built_as IS NULL THEN 0 ELSE received END,
    raw_object = CASE WHEN built_as IS NULL THEN NULL ELSE raw_object END,
    verdict_object = CASE WHEN built_as IS NULL THEN NULL ELSE verdict_object END
WHERE batch_id IN (SELECT unnest(?))
"""
JUDGE = f"""
WITH changed AS (
    SELECT
        batch_id, feed, interval_end, interval_start,
        CASE WHEN is_withdrawn THEN built_as IS NULL ELSE {PAPERS} IS DISTINCT FROM built_as END AS it,
        is_withdrawn AND built_as IS NOT NULL AS stands
    FROM lake.ops.batch
),
wanted AS (
    SELECT
        batch_id,
        NOT stands AND bool_or(it) OVER (
            PARTITION BY feed ORDER BY interval_end, interval_start ROWS UNBOUNDED PRECEDING
        ) AS is_pending
    FROM changed
)
UPDATE lake.ops.batch SET is_pending = wanted.is_pending FROM wanted
WHERE batch.batch_id = wanted.batch_id AND batch.is_pending <> wanted.is_pending
"""


class NothingToBuild(RuntimeError):
    """No feed has ever delivered a batch that was validated."""


def register(without: Collection[str] = ()) -> dict[str, Any]:
    """Bring `lake.ops.batch` up to what the store holds; returns counts and the pending batch ids.

    Feeds named in `without` are treated as if they had no receipts: their objects may be changing now.

    Reads only the papers whose ETags changed, so that years of receipts cost two listings. Writes nothing
    when nothing changed. Raises NothingToBuild while there is no batch at all.
    """
    con = connect(lake=True)
    try:
        ensure_table(con)
        # A lake from before the rules' counts were kept reads all papers once more.
        known = {} if rule_results.ensure_table(con) else _known(con)
        seen = [pair for pair in batches.pairs() if pair.feed not in without]
        changed = [pair for pair in seen if known.get(pair.path) != (pair.receipt_etag, pair.outcome_etag)]
        fresh = [batch for batch in map(batches.read, changed) if batch is not None]
        unjudged = {pair.path for pair in changed} - {path_of(batch) for batch in fresh}
        gone = sorted((set(known) - {pair.path for pair in seen}) | (unjudged & set(known)))
        _write(con, fresh, gone)
        return _summary(con, fresh)
    finally:
        con.close()


def ensure_table(con: duckdb.DuckDBPyConnection) -> None:
    """Create schemas and the tables that steps write where they are missing; else leave no snapshot."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = 'lake' AND schema_name = 'ops' AND table_name = 'batch'"
    ).fetchone()
    if found == (0,):
        for schema in SCHEMAS:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{schema}")
        con.execute(TABLE)
    decisions.ensure_table(con)
    return_decisions.ensure_table(con)


def path_of(batch: Batch) -> str:
    """Where a batch's papers stand under their prefixes."""
    platform, _, name = batch.feed.partition(".")
    interval = batch.batch_id.partition("/")[2]
    return f"{platform}/{name}/date={batch.business_date.isoformat()}/{interval}.json"


def _known(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Path -> ETags of every batch that is registered and not withdrawn."""
    found = con.execute(
        "SELECT platform || '/' || split_part(feed, '.', 2) || '/date=' || business_date || '/' "
        "|| split_part(batch_id, '/', 2) || '.json', receipt_etag, outcome_etag "
        "FROM lake.ops.batch WHERE NOT is_withdrawn"
    ).fetchall()
    return {path: (receipt, outcome) for path, receipt, outcome in found}


def _write(con: duckdb.DuckDBPyConnection, fresh: Sequence[Batch], gone: Sequence[str]) -> None:
    names = list(FIELDS)
    con.execute("BEGIN")
    if fresh:
        con.register(
            "fresh", pa.Table.from_pylist([vars(batch) for batch in fresh], schema=pa.schema(FIELDS))
        )
        con.execute(
            "MERGE INTO lake.ops.batch USING fresh ON batch.batch_id = fresh.batch_id "
            f"WHEN MATCHED THEN UPDATE SET {', '.join(f'{name} = fresh.{name}' for name in names)}, "
            "is_withdrawn = false "
            f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}, is_withdrawn, is_pending) "
            f"VALUES ({', '.join(f'fresh.{name}' for name in names)}, false, true)"
        )
    if gone:
        ids = [f"{p.split('/')[0]}.{p.split('/')[1]}/{p.split('/')[3].removesuffix('.json')}" for p in gone]
        con.execute(WITHDRAW, [ids])
    rule_results.replace(con, fresh)
    con.execute(JUDGE)
    con.execute("COMMIT")


def _summary(con: duckdb.DuckDBPyConnection, fresh: Sequence[Batch]) -> dict[str, Any]:
    total = con.execute("SELECT count(*) FROM lake.ops.batch").fetchone()
    if total == (0,):
        raise NothingToBuild(
            "no feed has a validated batch yet: run the feeds first, as `sanling night` does"
        )
    pending = con.execute("SELECT batch_id FROM lake.ops.batch WHERE is_pending ORDER BY 1").fetchall()
    withdrawn = con.execute("SELECT batch_id FROM lake.ops.batch WHERE is_withdrawn ORDER BY 1").fetchall()
    return {
        "registered": len(fresh),
        "pending": [batch_id for (batch_id,) in pending],
        "withdrawn": [batch_id for (batch_id,) in withdrawn],
    }


def mark_built(con: duckdb.DuckDBPyConnection, snapshot: int) -> int:
    """Within a transaction: mark the batches that a published snapshot held as pending as built; how many."""
    built = f"lake.ops.batch AT (VERSION => {snapshot}) WHERE is_pending"
    row = con.execute(f"SELECT count(*) FROM {built}").fetchone()
    con.execute(
        "DELETE FROM lake.ops.batch WHERE is_withdrawn AND built_as IS NULL "
        f"AND batch_id IN (SELECT batch_id FROM {built} AND is_withdrawn)"
    )
    con.execute(
        f"UPDATE lake.ops.batch SET built_as = {PAPERS}, is_pending = false WHERE is_pending "
        f"AND (batch_id, {PAPERS}) IN (SELECT (batch_id, {PAPERS}) FROM {built})"
    )
    return int(row[0]) if row else 0
