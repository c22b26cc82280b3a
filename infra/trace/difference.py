"""What two publications say differently of a mart: cells that changed, and the events that changed them."""

from typing import Any

import duckdb

from infra.lake import rows
from infra.nightly.marts import Mart

OWN = ("_as_of", "_run_id", "_snapshot", "_changed_on", "_changed_by", "_row_hash")  # of runs, not of facts
EVENTS = "event_ids"


def difference(
    con: duckdb.DuckDBPyConnection, mart: Mart, before: int, after: int, where: str | None = None
) -> list[dict[str, Any]]:
    """Changed cells between two snapshots of the lake: key, column, was, is_now, and event IDs come and gone.

    A row that is new or gone shows NULL on its other side. `where`: a condition on the mart's own columns.
    Raises duckdb.CatalogException where a snapshot lacks the mart, duckdb.Error for a wrong condition.
    """
    present = con.execute(f"DESCRIBE lake.mart.{mart.name}").fetchall()
    compared = [row[0] for row in present if row[0] not in (*mart.key, *OWN, EVENTS)]
    has_events = EVENTS in {row[0] for row in present}
    kept = f"WHERE {where}" if where else ""
    key = ", ".join(mart.key)
    come, gone = (
        f"list_filter({one}.{EVENTS}, lambda event: NOT list_contains(coalesce({other}.{EVENTS}, []), event))"
        if has_events
        else "NULL"
        for one, other in (("now", "was"), ("was", "now"))
    )
    cells = " UNION ALL ".join(
        f"SELECT {key}, '{name}' AS column_name, CAST(was.{name} AS VARCHAR) AS was, "
        f"CAST(now.{name} AS VARCHAR) AS is_now, {come} AS events_come, {gone} AS events_gone "
        f"FROM was FULL JOIN now USING ({key}) WHERE was.{name} IS DISTINCT FROM now.{name}"
        for name in compared
    )
    answer = con.execute(
        f"WITH was AS (SELECT * FROM lake.mart.{mart.name} AT (VERSION => {int(before)}) {kept}), "
        f"now AS (SELECT * FROM lake.mart.{mart.name} AT (VERSION => {int(after)}) {kept}) "
        f"SELECT * FROM ({cells}) ORDER BY {key}, column_name"
    )
    return rows(answer)
