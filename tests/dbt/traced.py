"""What `sanling trace` finds behind the cells of a mart, against what the cells say."""

from infra.trace.origins import ORIGINS, things
from tests.dbt.lakehouse import Lakehouse

WHOLE = {  # the count that is of all that a row is about
    "event_closure": "event_count",
    "cross_platform_overlap": "event_count",
    "dispute_resolution": "found_count",
    "petition_timeliness": "petition_count",
    "hazard_rectification": "found_count",
    "task_loop": "sent_count",
}
MOST = 15  # rows of a mart that are looked at, spread over its keys


def cells(lakehouse: Lakehouse, mart: str) -> list[tuple[str, int, int]]:
    """(key and column, what the mart counts, what the trace finds) of rows spread over a mart."""
    key = ORIGINS[mart].key
    columns = [*ORIGINS[mart].only, *([WHOLE[mart]] if mart in WHOLE else [])]
    rows = lakehouse.rows(
        f"select {', '.join(f'cast({name} as varchar)' for name in key)}, {', '.join(columns)} "
        f"from lake.mart.{mart} order by all"
    )
    found = []
    with lakehouse.connected() as con:
        for row in rows[:: max(1, len(rows) // MOST)]:
            named = dict(zip(key, row, strict=False))
            for column, count in zip(columns, row[len(key) :], strict=True):
                (behind,) = con.execute(
                    f"select count(*) from ({things(mart, column)})", named
                ).fetchone() or (0,)
                found.append((f"{mart} {named} {column}", int(count), int(behind)))
    return found
