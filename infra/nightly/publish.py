"""Step `publish`: the audited marts of the lake become schema `mart` in PostgreSQL, in one transaction.

1. The lake's snapshot is named: its commit carries the run id and the business date.
2. Every mart is copied from that snapshot into schema `mart_next`, with keys, indexes, comments, policies and
   grants; what statistics may read goes into `statistics_next`, without small cells.
3. One transaction puts both in the place of `mart` and `statistics` and records the publication.
4. The batches that went into it are marked as built.

Killed anywhere, it leaves either the old marts or the new ones, and a rerun does the rest.
"""

from datetime import date
from typing import Any

import duckdb

from infra.lake import attach_serving, connect
from infra.nightly import audit, dressing, journal, publication, statistics, swap
from infra.nightly.fingerprint import fingerprint
from infra.nightly.locks import lake_writer
from infra.nightly.marts import OF_RUN, PUBLISHED, Mart, marts
from infra.nightly.register import mark_built
from infra.nightly.snapshots import current_snapshot, sign
from infra.serving import connect_serving

AUTHOR = "sanling publish"
NOTE = """
CREATE TABLE IF NOT EXISTS lake.ops.publication (
    run_id VARCHAR NOT NULL, as_of DATE NOT NULL, code VARCHAR NOT NULL
)
"""


def publish(day: date, run_id: str) -> dict[str, Any]:
    """Publish the marts that this run built and audited; returns the snapshot and rows a mart.

    Raises NotAudited when the run's audit did not pass or the lake has changed since, ReadersInTheWay when
    old snapshots of readers stand against the swap for too long. In both cases the old marts stay.
    """
    with lake_writer():
        con = connect(lake=True)
        try:
            audit.require_pass(con, day, run_id, own=AUTHOR)
            snapshot = name_snapshot(con, day, run_id)
            described = marts()
            counts = copy(con, described, day, run_id, snapshot)
            dressing.dress(described, swap.NEXT)
            dressing.dress(statistics.copy(con, described, day, run_id, snapshot), statistics.NEXT)
            left = swap.swap(
                lambda serving: publication.record(serving, run_id, day, snapshot, fingerprint(), counts)
            )
            con.execute("BEGIN")
            sign(con, AUTHOR, f"batches of {day.isoformat()} are built", run_id, day)
            built = mark_built(con, snapshot)
            con.execute("COMMIT")
        finally:
            con.close()
    said = {"snapshot": snapshot, "marts": counts, "batches": built, "left_behind": left}
    journal.write(day, run_id, "publish", said)
    swap.sweep()
    return said


def name_snapshot(con: duckdb.DuckDBPyConnection, day: date, run_id: str) -> int:
    """Make a snapshot whose commit says which run and business date it is, and return its number."""
    con.execute("BEGIN")
    sign(con, AUTHOR, f"marts of {day.isoformat()}", run_id, day)
    con.execute(NOTE)
    con.execute("DELETE FROM lake.ops.publication WHERE run_id = ?", [run_id])
    con.execute("INSERT INTO lake.ops.publication VALUES (?, ?, ?)", [run_id, day, fingerprint()])
    con.execute("COMMIT")
    return current_snapshot(con)


def copy(
    con: duckdb.DuckDBPyConnection, described: list[Mart], day: date, run_id: str, snapshot: int
) -> dict[str, int]:
    """Copy every mart as of the snapshot into a fresh schema `mart_next`; returns rows a mart."""
    swap.clear_next()
    attach_serving(con)
    counts = {}
    for mart in described:
        con.execute(
            f"CREATE TABLE serving.{swap.NEXT}.{mart.name} AS "
            f"SELECT {PUBLISHED}, {OF_RUN} FROM lake.mart.{mart.name} AT (VERSION => {snapshot})",
            {"day": day, "run": run_id, "snapshot": snapshot},
        )
        row = con.execute(f"SELECT count(*) FROM lake.mart.{mart.name} AT (VERSION => {snapshot})").fetchone()
        counts[mart.name] = int(row[0]) if row else 0
    con.execute("DETACH serving")
    return counts


def serving_rows() -> dict[str, int]:
    """Rows of each mart that consumers read now."""
    with connect_serving(read_only=True) as con:
        names = con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'mart' ORDER BY 1").fetchall()
        return {
            name: int((con.execute(f'SELECT count(*) FROM mart."{name}"'.encode()).fetchone() or (0,))[0])
            for (name,) in names
        }
