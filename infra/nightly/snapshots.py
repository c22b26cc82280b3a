"""The lake's snapshots: which is the latest, who made them."""

import json
from datetime import date

import duckdb


def current_snapshot(con: duckdb.DuckDBPyConnection) -> int:
    """The number of the latest snapshot of the attached `lake`."""
    row = con.execute("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')").fetchone()
    if row is None or row[0] is None:
        raise LookupError("the lake has no snapshot")
    return int(row[0])


def foreign_since(con: duckdb.DuckDBPyConnection, snapshot: int, own: str) -> bool:
    """Whether anybody but the author `own` has changed the lake after a snapshot."""
    row = con.execute(
        "SELECT count(*) FROM ducklake_snapshots('lake') WHERE snapshot_id > ? AND author IS DISTINCT FROM ?",
        [snapshot, own],
    ).fetchone()
    return row != (0,)


def sign(con: duckdb.DuckDBPyConnection, author: str, message: str, run_id: str, day: date) -> None:
    """Within a transaction: put author, message, run id and business date into its commit."""
    extra = json.dumps({"run_id": run_id, "as_of": day.isoformat()})
    con.execute("CALL lake.set_commit_message(?, ?, extra_info => ?)", [author, message, extra])
