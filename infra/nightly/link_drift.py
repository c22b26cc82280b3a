"""What linkage did otherwise than at the last publication, by `mart.link_quality`: warned of, never refused.

The measures that are watched, and by how much each may move, stand in link_drift.csv: `moves_by` is a
difference of two shares, `least_base` the size below which shares say nothing.
"""

from pathlib import Path
from typing import Any

import duckdb

from infra import lookup

LIST = Path(__file__).with_name("link_drift.csv")
TABLE = "lake.mart.link_quality"
MOVED = """
WITH watched AS (
    SELECT unnest($kinds) AS entity_kind, unnest($measures) AS measure,
        unnest($moves) AS moves_by, unnest($bases) AS least_base
),
compared AS (
    SELECT
        coalesce(now.entity_kind, was.entity_kind) AS entity_kind,
        coalesce(now.measure, was.measure) AS measure,
        coalesce(now.item, was.item) AS item,
        coalesce(now.share, 0) AS share, coalesce(was.share, 0) AS former,
        now.share IS NOT NULL AND was.share IS NOT NULL AS is_known
    FROM {table} AS now
    FULL JOIN (SELECT * FROM {table} AT (VERSION => {snapshot})) AS was
        ON now.entity_kind = was.entity_kind AND now.measure = was.measure AND now.item = was.item
),
sized AS (
    SELECT entity_kind, measure, item, min(base) AS base
    FROM (SELECT * FROM {table} UNION ALL SELECT * FROM {table} AT (VERSION => {snapshot}))
    GROUP BY ALL
)
SELECT entity_kind, measure, item, former, share
FROM compared
JOIN watched USING (entity_kind, measure)
JOIN sized USING (entity_kind, measure, item)
WHERE abs(share - former) > moves_by AND base >= least_base
    AND (is_known OR measure NOT SIMILAR TO '.*_by_(feed|group)')  -- a new feed has moved from nowhere
ORDER BY abs(share - former) DESC, entity_kind, measure, item
"""


def warnings(con: duckdb.DuckDBPyConnection, published: int | None) -> list[dict[str, str]]:
    """One entry (node, message) a measure that moved too far since the published snapshot of the lake.

    Says nothing before the first publication, or of measures that it did not have. Raises LookupBroken.
    """
    if published is None or not _has(con, published):
        return []
    rows = lookup.read(LIST, ("entity_kind", "measure"))
    watched: dict[str, Any] = {
        "kinds": [row["entity_kind"] for row in rows],
        "measures": [row["measure"] for row in rows],
        "moves": [float(row["moves_by"]) for row in rows],
        "bases": [int(row["least_base"]) for row in rows],
    }
    found = con.execute(MOVED.format(table=TABLE, snapshot=int(published)), watched).fetchall()
    return [
        {
            "node": f"linkage of {kind}: {measure} {item}",
            "message": f"{share:.1%} of all, {former:.1%} at the last publication: a source, a list or the "
            "model changed; look at `sanling review list` before trusting what builds on it",
        }
        for kind, measure, item, former, share in found
    ]


def _has(con: duckdb.DuckDBPyConnection, snapshot: int) -> bool:
    """Whether the mart is there, now and in a snapshot."""
    found = con.execute(
        "SELECT count(*) FROM __ducklake_metadata_lake.ducklake_table AS t "
        "JOIN __ducklake_metadata_lake.ducklake_schema AS s USING (schema_id) "
        "WHERE s.schema_name = 'mart' AND t.table_name = 'link_quality' AND t.end_snapshot IS NULL "
        "AND t.begin_snapshot <= ?",
        [snapshot],
    ).fetchone()
    return found != (0,)
