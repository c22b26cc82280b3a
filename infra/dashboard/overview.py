"""The first page: three-zero of a division's villages, its loops by month, what rises."""

from collections import defaultdict
from typing import Any

from infra.dashboard import charts, divisions, indicators
from infra.dashboard.reader import Row
from infra.dashboard.view import View

COUNTS = ("petition", "casualty_accident", "criminal_case", "major_public_order")  # each with `_count`
VILLAGES = """
select unit_id, unit_name_zh, petition_count, casualty_accident_count, criminal_case_count,
    major_public_order_count, is_three_zero
from three_zero_status
where unit_kind = 'village' and unit_id between %(low)s and %(high)s and month = %(month)s
order by unit_id limit 20000
"""
# A small count may be withheld: then nothing is said of the whole either.
MET = "case when bool_and(is_three_zero is not null) then count(*) filter (where is_three_zero) end"
ORGANISATIONS = """
select count(*) as units, {met} as is_three_zero
from three_zero_status
where unit_kind = 'organisation' and division_code between %(low)s and %(high)s and month = %(month)s
"""
MONTHS = """
select month, count(*) as units, {met} as is_three_zero
from three_zero_status
where unit_kind = 'village' and unit_id between %(low)s and %(high)s
    and month > %(month)s::date - interval '12 months' and month <= %(month)s
group by month order by month
"""
PLACES = """
select village_code, avg(lon) as lon, avg(lat) as lat from place
where village_code between %(low)s and %(high)s and lon is not null and lat is not null
group by village_code
"""

# Places and kinds of event, never people.
MATTERS = """
select division_code, division_level, event_kind, window_start, window_end, observed, expected,
    expected_low, expected_high, p_value
from rising_matter
where is_rising and division_code between %(low)s and %(high)s
order by p_value, division_code, event_kind limit 20
"""


def overview(view: View) -> tuple[str, dict[str, Any]]:
    """Template and values. A role without indicators sees the panels say so."""
    ask, where = view.reader.ask, view.where
    villages = ask(VILLAGES, **where)
    children = _children(villages.rows, view)
    places = {row["village_code"]: (row["lon"], row["lat"]) for row in ask(PLACES, **where)}
    rising = ask(MATTERS, **where)
    named = [row["code"] for row in children] + [row["division_code"] for row in rising]
    view.names([*divisions.way(view.division, view.home or view.division), *named])
    return "overview.html.j2", {
        "villages": villages,
        "total": _sum(villages.rows),
        "organisations": ask(ORGANISATIONS.format(met=MET), **where).first,
        "course": ask(MONTHS.format(met=MET), **where),
        "children": children,
        "marks": {
            "y": sum(row["is_three_zero"] is True for row in villages),
            "n": sum(row["is_three_zero"] is False for row in villages),
            "u": sum(row["is_three_zero"] is None for row in villages),
        },
        "points": charts.points(villages.rows, places),
        "panels": [
            (one, indicators.course(view.reader, one, where)) for one in indicators.INDICATORS.values()
        ],
        "rising": rising,
        "counts": COUNTS,
    }


def _sum(rows: list[Row]) -> Row:
    """Units, how many are three-zero, and the counts of some villages; None where one is withheld."""
    columns = {"is_three_zero": "is_three_zero", **{name: f"{name}_count" for name in COUNTS}}
    added: Row = {"units": len(rows)}
    for name, column in columns.items():
        values = [row[column] for row in rows]
        added[name] = None if None in values else sum(values)
    return added


def _children(rows: list[Row], view: View) -> list[Row]:
    """One row a division of the next level; below a township the villages themselves are the table."""
    finer = divisions.below(view.level)
    if finer is None or finer == "village":
        return []
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[divisions.up_to(row["unit_id"], finer)].append(row)
    return [{"code": code, **_sum(members)} for code, members in sorted(groups.items())]
