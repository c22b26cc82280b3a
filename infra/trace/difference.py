"""What two publications say differently of a mart: cells that changed, and the events that changed them."""

from collections.abc import Sequence
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
    present = [row[0] for row in con.execute(f"DESCRIBE lake.mart.{mart.name}").fetchall()]
    compared = [name for name in present if name not in (*mart.key, *OWN, EVENTS)]
    key, kept = ", ".join(mart.key), f"WHERE {where}" if where else ""
    cells = " UNION ALL ".join(
        f"SELECT {key}, '{name}' AS column_name, CAST(was.{name} AS VARCHAR) AS was, "
        f"CAST(now.{name} AS VARCHAR) AS is_now "
        f"FROM was FULL JOIN now USING ({key}) WHERE was.{name} IS DISTINCT FROM now.{name}"
        for name in compared
    )
    versions = {"was": int(before), "now": int(after)}
    ctes = [
        f"{name} AS (SELECT * FROM lake.mart.{mart.name} AT (VERSION => {version}) {kept}), "
        f"{name}_of AS ({_events(mart, compared, version, is_listed=EVENTS in present)})"
        for name, version in versions.items()
    ]
    come, gone = _missing("now_of", "was_of"), _missing("was_of", "now_of")
    answer = con.execute(
        f"WITH {', '.join(ctes)}, cell AS ({cells}) "
        f"SELECT cell.*, {come} AS events_come, {gone} AS events_gone "
        f"FROM cell LEFT JOIN was_of USING ({key}, column_name) LEFT JOIN now_of USING ({key}, column_name) "
        f"ORDER BY {key}, column_name"
    )
    return rows(answer)


def _events(mart: Mart, compared: Sequence[str], version: int, *, is_listed: bool) -> str:
    """SQL: key, column_name, events of the cells that the mart can lead to events, as of a snapshot."""
    key = ", ".join(mart.key)
    if mart.counted_in:
        made_of = {name: (name,) for name in mart.count_columns} | dict(mart.made_of)
        pairs = ", ".join(f"('{name}', '{count}')" for name in compared for count in made_of.get(name, ()))
        return (
            f"SELECT {key}, column_name, list_sort(list(DISTINCT event_id)) AS events "
            f"FROM lake.mart.{mart.counted_in} AT (VERSION => {version}) "
            f"JOIN (VALUES {pairs}) AS pair (column_name, count_name) USING (count_name) GROUP BY ALL"
        )
    events = EVENTS if is_listed else "NULL::VARCHAR[]"
    return (
        f"SELECT {key}, unnest({list(compared)}) AS column_name, {events} AS events "
        f"FROM lake.mart.{mart.name} AT (VERSION => {version})"
    )


def _missing(one: str, other: str) -> str:
    return f"list_filter({one}.events, lambda event: NOT list_contains(coalesce({other}.events, []), event))"
