"""From a number to its events, and from an event to its stages and reports."""

from typing import Any

from infra.dashboard import divisions
from infra.dashboard.overview import COUNTS
from infra.dashboard.view import BadRequest, NotFound, View, paged

KINDS = (
    *("criminal_case", "public_order", "fire", "traffic", "accident", "dispute", "petition", "hazard"),
    *("help", "supervision", "other"),
)
COLUMNS = """event_id, event_kind, occurred_at, time_precision, first_reported_at, division_code, status,
    outcome, first_platform, report_count, platform_count"""
RAISED = "petition_raised"
PAGE = "order by first_reported_at desc nulls last, event_id limit %(limit)s offset %(offset)s"
OF_UNIT = """
select {columns} from event e where event_id = any(
    select event_id from three_zero_event
    where unit_kind = %(kind)s and unit_id = %(unit)s and month = %(month)s and count_name = %(count_name)s
) {page}
"""
OF_MATTER = """
select {columns} from event e where event_id = any(
    select unnest(event_ids) from rising_matter
    where division_code = %(division)s and event_kind = %(event_kind)s and window_end = %(window_end)s
) {page}
"""
# As event_closure counts them: by the month of the first report.
OF_MONTH = """
select {columns} from event e where division_code between %(low)s and %(high)s
    and coalesce(first_reported_at, occurred_at) >= %(begin)s
    and coalesce(first_reported_at, occurred_at) < %(end)s {only} {page}
"""
ONLY = {  # what of a month's events is asked for
    "kind": "and event_kind = %(event_kind)s",
    "closed": "and status in ('closed', 'archived')",
    "stage": "and exists (select from event_stage s where s.event_id = e.event_id and s.stage = %(stage)s)",
}
STAGES_COUNTED = ("reported", "dispatched", "handling", "verified", "archived")
EVENT = """
select {columns}, place_id, grid_code, grade, closed_at, deaths, serious_injuries
from event where event_id = %(event)s
"""
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
    having = view.choice("having", ("", *COUNTS, RAISED))
    values: dict[str, object] = {**view.where, **view.window, "event_kind": kind}
    if unit:
        if not having:
            raise BadRequest("having")
        query = OF_UNIT.format(**parts)
        values["count_name"] = f"{having}_count"
        values |= {"kind": view.choice("unit_kind", ("village", "organisation")), "unit": unit}
    elif until:
        query, values = OF_MATTER.format(**parts), values | {"window_end": until}
    else:
        passed = view.choice("passed", ("", "closed", *STAGES_COUNTED))
        only = [ONLY["kind"]] if kind else []
        only += [ONLY["closed" if passed == "closed" else "stage"]] if passed else []
        query = OF_MONTH.format(**parts, only=" ".join(only))
        values |= {"stage": passed, **divisions.bounds(view.month)}
    found = view.reader.ask(query, **values)
    rows, more = paged(found)
    view.names([view.division, *(row["division_code"] for row in rows if row["division_code"])])
    return "events.html.j2", {
        "found": found, "rows": rows, "more": more, "exact": bool(unit or until), "unit": unit,
        "until": until, "passed": view.asked.get("passed", ""), "passes": ("closed", *STAGES_COUNTED),
        "kind": kind, "kinds": KINDS, "having": having,
    }  # fmt: skip


def event(view: View, key: str) -> tuple[str, dict[str, Any]]:
    """One event with its stages, reports and parties. Raises NotFound."""
    ask = view.reader.ask
    found = ask(EVENT.format(columns=COLUMNS), event=key)
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
