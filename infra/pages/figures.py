"""The figures of the pages, as published: a few small queries on schema `mart`, whatever its size."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from infra.serving import connect_serving

DAYS = 14  # of the ledger that a page shows
QUERIES = {
    "freshness": "select feed, last_business_date, age_days, is_late from mart.feed_freshness",
    "ledger": """
        select feed, business_date, received, accepted, refused, repeated, is_balanced from (
            select *, row_number() over (partition by feed order by business_date desc) as place
            from mart.feed_ledger
        ) t where place <= %(days)s order by feed, business_date desc""",
    "quality": """
        select distinct on (feed, dimension) feed, dimension, business_date, assessed, met, score, grade,
            trend
        from mart.data_quality where assessed > 0 order by feed, dimension, business_date desc""",
    "returns": """
        select feed, rule, field, source_field, severity,
            count(*) filter (where status = 'open') as open,
            count(*) filter (where status = 'overdue') as overdue,
            count(*) filter (where status = 'closed') as closed,
            min(due_on) filter (where status <> 'closed') as due_on
        from mart.return_item group by 1, 2, 3, 4, 5 order by feed, overdue desc, open desc, rule, field""",
}


class NothingPublished(RuntimeError):
    """There are no marts yet."""


@dataclass(frozen=True)
class Figures:
    """The rows of each query by feed, and the business date that they show."""

    as_of: str
    rows: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def of(self, what: str, feed: str) -> list[dict[str, Any]]:
        """The rows of a query for one feed."""
        return self.rows[what].get(feed, [])


def read() -> Figures:
    """All figures in one transaction, so that they are of one publication; raises NothingPublished."""
    with connect_serving(read_only=True) as con:
        con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        cursor = con.cursor(row_factory=dict_row)
        try:
            as_of = cursor.execute("select max(_as_of)::text as day from mart.feed_ledger").fetchone()
            found = {
                name: _by_feed(cursor.execute(sql.encode(), {"days": DAYS}).fetchall())
                for name, sql in QUERIES.items()
            }
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            raise NothingPublished("nothing has been published yet: run `make run` first") from None
    return Figures(str(as_of["day"]) if as_of else "", found)


def _by_feed(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows:
        found[row["feed"]].append(row)
    return dict(found)
