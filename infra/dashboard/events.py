"""From a number to its events, and from an event to its stages and reports."""

from typing import Any

from infra.dashboard import divisions
from infra.dashboard.overview import COUNTS
from infra.dashboard.view import BadRequest, NotFound, View, paged

KINDS = (
    *("criminal_case", "public_order", "fire", "traffic", "accident", "dispute", "petition", "hazard"),
    *("help", "supervision", "other"),
)
COLUMNS = """event_id, event_kind, category, occurred_at, first_reported_at, division_code, grade, status,
    outcome, first_platform, report_count, platform_count, closed_at"""
COUNTED = {  # the part of a unit's event_ids that one count is made of
    "petition": "e.is_petition",
    "casualty_accident": "e.is_casualty_accident",
    "criminal_case": "e.is_criminal_case",
    "major_public_order": "e.is_major_public_order",
}
PAGE = "order by first_reported_at desc nulls last, event_id limit %(limit)s offset %(offset)s"
OF_UNIT = """
select {columns} from event e where event_id = any(
    select unnest(event_ids) from three_zero_status
    where unit_kind = %(kind)s and unit_id = %(unit)s and month = %(month)s
) and {counted} {page}
"""
OF_MATTER = """
select {columns} from event e where event_id = any(
    select unnest(event_ids) from rising_matter
    where division_code = %(division)s and event_kind = %(event_kind)s and window_end = %(window_end)s
) {page}
"""
# A petition belongs to the month in which it was raised, everything else to the one in which it happened.
OF_MONTH = """
select {columns} from event e where division_code between %(low)s and %(high)s
    and case when is_petition then first_reported_at else coalesce(occurred_at, first_reported_at) end
        between %(begin)s and %(end)s - interval '1 microsecond' {only} {page}
"""
EVENT = "select * from event where event_id = %(event)s"
PLACE = "select place_kind, label_zh, grid_code from place where place_id = %(place)s"
STAGES = """
select stage, entered_at, left_at, actor_unit, due_at, record_key from event_stage
where event_id = %(event)s order by entered_at nulls last, stage limit 200
"""
REPORTS = """
select record_key, platform, feed, reported_at, report_role, link_rule, link_score, decided_by
from event_report where event_id = %(event)s order by reported_at nulls last, record_key limit 200
"""
# Natural persons are counted and never listed.
PARTIES = """
select party_kind, party_role, count(*) as parties from event_party where event_id = %(event)s
group by 1, 2 order by 1, 2 limit 50
"""


def events(view: View) -> tuple[str, dict[str, Any]]:
    """The events behind a number: a unit's, a rising matter's, or those of a division, month and kind."""
    parts = {"columns": COLUMNS, "page": PAGE}
    unit = view.matching("unit", r"[0-9A-Za-z-]{1,64}")
    until = view.matching("until", r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
    kind = view.choice("kind", ("", *KINDS))
    having = view.choice("having", ("", *COUNTS))
    values: dict[str, object] = {**view.where, **view.window, "event_kind": kind}
    if unit:
        if not having:
            raise BadRequest("having")
        query = OF_UNIT.format(**parts, counted=COUNTED[having])
        values |= {"kind": view.choice("unit_kind", ("village", "organisation")), "unit": unit}
    elif until:
        query, values = OF_MATTER.format(**parts), values | {"window_end": until}
    else:
        only = "and event_kind = %(event_kind)s" if kind else ""
        query, values = OF_MONTH.format(**parts, only=only), values | divisions.bounds(view.month)
    found = view.reader.ask(query, **values)
    rows, more = paged(found)
    view.names([view.division, *(row["division_code"] for row in rows if row["division_code"])])
    return "events.html.j2", {
        "found": found, "rows": rows, "more": more, "exact": bool(unit or until), "unit": unit,
        "until": until, "kind": kind, "kinds": KINDS, "having": having,
    }  # fmt: skip


def event(view: View, key: str) -> tuple[str, dict[str, Any]]:
    """One event with its stages, reports and parties. Raises NotFound."""
    ask = view.reader.ask
    found = ask(EVENT, event=key)
    if not found.first and not found.gap:
        raise NotFound(key)
    row = found.first or {}
    view.names([row["division_code"]] if row.get("division_code") else [])
    return "event.html.j2", {
        "found": found, "event": found.first, "key": key,
        "place": ask(PLACE, place=row["place_id"]).first if row.get("place_id") else None,
        "stages": ask(STAGES, event=key),
        "reports": ask(REPORTS, event=key),
        "parties": ask(PARTIES, event=key),
    }  # fmt: skip
