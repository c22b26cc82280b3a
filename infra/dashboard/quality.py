"""What the marts are made from: quality by department, freshness of each feed, duplicate reports."""

from typing import Any

from infra.dashboard.reader import Row
from infra.dashboard.view import View

DIMENSIONS = ("conformity", "completeness", "accuracy", "consistency", "timeliness", "accessibility")
DAYS = 14  # of the ledger
SCORES = """
select distinct on (feed, dimension) owner_zh, feed, dimension, business_date, assessed, met, score, grade,
    trend
from data_quality where assessed > 0 {only} order by feed, dimension, business_date desc
"""
FRESHNESS = """
select feed, platform, name_zh, owner_zh, last_business_date, last_received, last_outcome, expected_by,
    age_days, is_late
from feed_freshness order by is_late desc, platform, feed limit 500
"""
OVERLAP = """
select platform_a, platform_b, event_count, a_first_count, b_first_count, median_hours_between,
    duplicate_report_count
from cross_platform_overlap where month = %(month)s order by event_count desc nulls last, 1, 2 limit 50
"""
NEWEST = "select max(month) as month from cross_platform_overlap"
LEDGER = """
select business_date, received, accepted, refused, repeated, is_balanced from feed_ledger
where feed = %(feed)s order by business_date desc limit %(days)s
"""
RETURNS = """
select rule, field, severity, count(*) filter (where status = 'open') as open,
    count(*) filter (where status = 'overdue') as overdue,
    count(*) filter (where status = 'closed') as closed,
    min(due_on) filter (where status <> 'closed') as due_on
from return_item where feed = %(feed)s group by 1, 2, 3
order by overdue desc, open desc, rule, field limit 100
"""
FEED = """
select name_zh, owner_zh, last_business_date, is_late from feed_freshness where feed = %(feed)s
"""


def quality(view: View) -> tuple[str, dict[str, Any]]:
    """Scores by department, feed and dimension, and how fresh each feed is."""
    scores = view.reader.ask(SCORES.format(only=""))
    departments: dict[str, dict[str, dict[str, Row]]] = {}
    for row in scores:
        departments.setdefault(row["owner_zh"], {}).setdefault(row["feed"], {})[row["dimension"]] = row
    return "quality.html.j2", {
        "scores": scores, "departments": departments, "dimensions": DIMENSIONS,
        "together": _together(departments), "freshness": view.reader.ask(FRESHNESS),
    }  # fmt: skip


def _together(departments: dict[str, dict[str, dict[str, Row]]]) -> dict[str, dict[str, float]]:
    """A department's score by dimension: what kept its rule in all its feeds, by what was assessed."""
    added: dict[str, dict[str, float]] = {}
    for owner, feeds in departments.items():
        for name in DIMENSIONS:
            rows = [scores[name] for scores in feeds.values() if name in scores]
            if rows:
                share = sum(row["met"] for row in rows) / sum(row["assessed"] for row in rows)
                added.setdefault(owner, {})[name] = share
    return added


def overlap(view: View) -> tuple[str, dict[str, Any]]:
    """What duplicate reporting costs: pairs of platforms in a month, over all that the role sees."""
    newest = (view.reader.ask(NEWEST).first or {}).get("month")
    month = view.month if view.asked.get("month") else newest or view.month
    return "overlap.html.j2", {"found": view.reader.ask(OVERLAP, month=month), "of_month": month}


def feed(view: View, key: str) -> tuple[str, dict[str, Any]]:
    """One feed: its scores, its ledger and what went back to its department."""
    return "feed.html.j2", {
        "key": key, "about": view.reader.ask(FEED, feed=key),
        "scores": view.reader.ask(SCORES.format(only="and feed = %(feed)s"), feed=key),
        "ledger": view.reader.ask(LEDGER, feed=key, days=DAYS),
        "returns": view.reader.ask(RETURNS, feed=key),
    }  # fmt: skip
