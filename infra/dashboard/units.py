"""Villages and organisations by three-zero status, and one of them over the months."""

from typing import Any

from infra.dashboard import divisions
from infra.dashboard.overview import COUNTS
from infra.dashboard.view import NotFound, View, paged

KINDS = ("village", "organisation")
SORTS = ("code", "name", *COUNTS, "three_zero")
ORDERS = {
    "code": "unit_id",
    "name": "unit_name_zh",
    "three_zero": "is_three_zero",
    **{name: f"{name}_count" for name in COUNTS},
}
LIST = """
select unit_id, unit_name_zh, division_code, petition_count, casualty_accident_count, criminal_case_count,
    major_public_order_count, is_zero_petition, is_zero_accident, is_zero_case, is_three_zero,
    count(*) over () as found
from three_zero_status
where unit_kind = %(kind)s and division_code between %(low)s and %(high)s and month = %(month)s {only}
order by {order} {direction} nulls last, unit_id limit %(limit)s offset %(offset)s
"""
ONE = """
select unit_id, unit_name_zh, division_code, month, petition_count, petition_raised_count,
    casualty_accident_count, criminal_case_count, major_public_order_count, is_zero_petition,
    is_zero_accident, is_zero_case, is_three_zero
from three_zero_status where unit_kind = %(kind)s and unit_id = %(unit)s
order by month desc limit 24
"""
REVISIONS = """
select month, revised_on, count_name, was, is_now, cause,
    coalesce(cardinality(event_ids_added), 0) + coalesce(cardinality(event_ids_removed), 0) as events
from three_zero_revision where unit_kind = %(kind)s and unit_id = %(unit)s
order by revised_on desc, month desc, count_name limit 50
"""


def units(view: View) -> tuple[str, dict[str, Any]]:
    """The units of a division and month: all, those with or without a flag, or those with a count."""
    kind = view.choice("kind", KINDS)
    state = view.choice("state", ("", "yes", "no"))
    having = view.choice("having", ("", *COUNTS))
    sort = view.choice("sort", SORTS)
    direction = view.choice("direction", ("asc", "desc"))
    only = {"": "", "yes": "and is_three_zero", "no": "and not is_three_zero"}[state]
    only += f" and {having}_count > 0" if having else ""
    query = LIST.format(only=only, order=ORDERS[sort], direction=direction)
    found = view.reader.ask(query, kind=kind, **view.where, **view.window)
    rows, more = paged(found)
    townships = {row["unit_id"]: divisions.up_to(row["division_code"], "township") for row in rows}
    view.names([*divisions.way(view.division, view.home or view.division), *townships.values()])
    return "units.html.j2", {
        "kind": kind, "kinds": KINDS, "state": state, "having": having, "sort": sort, "direction": direction,
        "found": found, "rows": rows, "more": more, "townships": townships, "counts": COUNTS,
        "total": rows[0]["found"] if rows else 0,
    }  # fmt: skip


def unit(view: View, kind: str, key: str) -> tuple[str, dict[str, Any]]:
    """One unit by month, and what publications have changed since. Raises NotFound."""
    found = view.reader.ask(ONE, kind=kind, unit=key)
    if not found.first and not found.gap:
        raise NotFound(key)
    if found.first:
        view.names(divisions.way(found.first["division_code"], view.home or view.division))
    return "unit.html.j2", {
        "kind": kind, "unit": found.first, "found": found, "counts": COUNTS,
        "revisions": view.reader.ask(REVISIONS, kind=kind, unit=key),
    }  # fmt: skip
