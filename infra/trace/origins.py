"""Which records stand behind a mart's row, or behind one of its counts: SQL on the lake, one entry a mart.

A key is written with its parts joined by `/`, in the order of `Origin.key`: `village/410102001001/2026-10`.
Tests hold the number of records or events found against the mart's own count, so that the two cannot part.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

REPORTS = "SELECT record_key FROM mart.event_report WHERE event_id IN ({events})"
MEMBERS = "SELECT _record_key FROM intermediate.int_{0}__member WHERE {0}_id = $id"
# A cell of an indicator by division: $division_code is a code of any level, $month its first day.
WITHIN = """
JOIN staging.stg_division_code AS lies_in ON thing.division_code = lies_in.code12
WHERE $division_code IN (
    lies_in.village_code, lies_in.township_code, lies_in.county_code, lies_in.prefecture_code
) AND """
IN_MONTH = "date_trunc('month', timezone('Asia/Shanghai', {})) = $month::DATE"
OF_EVENT = IN_MONTH.format("coalesce(first_reported_at, occurred_at)")
EVENTS_IN = (
    f"SELECT event_id FROM mart.event AS thing {WITHIN} {OF_EVENT} "
    "AND $event_kind IN ('all', coalesce(event_kind, 'unknown'))"
)
BOTH_PLATFORMS = (
    f"SELECT event_id FROM mart.event_report JOIN mart.event USING (event_id) WHERE {OF_EVENT} "
    "GROUP BY 1 HAVING bool_or(platform = $platform_a) AND bool_or(platform = $platform_b)"
)
THREE_ZERO = """
SELECT event_id FROM mart.three_zero_event
WHERE unit_kind = $unit_kind AND unit_id = $unit_id AND month = $month::DATE
"""


@dataclass(frozen=True)
class Origin:
    """How a key leads to record keys. `only`: count -> condition that its records, or events, keep beside."""

    key: tuple[str, ...]
    sql: str
    only: Mapping[str, str] = field(default_factory=dict)
    events: bool = False  # `sql` finds events, whose reports are the records


def _cell(
    feed: str, moment: str, kind: tuple[str, str] | None = None, where: str = "true", **only: str
) -> Origin:
    """The staged records of a feed in a cell. `kind`: the key's name for it, and its column."""
    sql = f"SELECT thing._record_key FROM staging.stg_{feed} AS thing {WITHIN} {where} "
    sql += f"AND {IN_MONTH.format(moment)}"
    if kind is None:
        return Origin(("division_code", "month"), sql, only)
    name, column = kind
    sql += f" AND ${name} IN ('all', coalesce(thing.{column}, 'unknown'))"
    return Origin(("division_code", "month", name), sql, only)


ORIGINS: dict[str, Origin] = {
    "event": Origin(("id",), "SELECT $id", events=True),
    "event_report": Origin(("id",), "SELECT record_key FROM mart.event_report WHERE record_key = $id"),
    "event_stage": Origin(
        ("event_id", "record_key", "stage"),
        "SELECT record_key FROM mart.event_stage "
        "WHERE event_id = $event_id AND record_key = $record_key AND stage = $stage",
    ),
    **{name: Origin(("id",), MEMBERS.format(name)) for name in ("organisation", "person", "place")},
    "three_zero_status": Origin(
        ("unit_kind", "unit_id", "month"),
        THREE_ZERO,
        {
            name: f"count_name = '{name}'"
            for name in (
                *("petition_count", "petition_raised_count", "casualty_accident_count"),
                *("criminal_case_count", "major_public_order_count"),
            )
        },
        events=True,
    ),
    "event_closure": Origin(
        ("division_code", "month", "event_kind"),
        EVENTS_IN,
        {"closed_count": "status IN ('closed', 'archived')"},
        events=True,
    ),
    "cross_platform_overlap": Origin(("platform_a", "platform_b", "month"), BOTH_PLATFORMS, events=True),
    "rising_matter": Origin(
        ("division_code", "event_kind"),
        "SELECT unnest(event_ids) FROM mart.rising_matter "
        "WHERE division_code = $division_code AND event_kind = $event_kind",
        events=True,
    ),
    "dispute_resolution": _cell(
        "grid__dispute", "occurred_at", ("dispute_type", "category"), where="NOT is_deleted",
        resolved_count="outcome = 'resolved'",
        open_count="outcome IS DISTINCT FROM 'resolved' "
        "AND coalesce(status, '') NOT IN ('closed', 'archived')",
    ),
    "petition_timeliness": _cell("petition__petition", "reported_at", ("unit", "responsible_unit")),
    "hazard_rectification": _cell(
        "emergency__hazard", "reported_at", ("hazard_grade", "hazard_grade"),
        rectified_count="(rectified_on IS NOT NULL OR coalesce(status IN ('closed', 'archived'), false))",
        open_count="rectified_on IS NULL AND coalesce(status, '') NOT IN ('closed', 'archived')",
    ),
    "task_loop": _cell(
        "grid__task", "issued_at",
        received_count="signed_at IS NOT NULL", answered_count="reported_back_at IS NOT NULL",
        answered_in_time_count="reported_back_at <= due_at",
    ),
}  # fmt: skip
PREFIXES = {"E-": "event", "O-": "organisation", "P-": "person", "L-": "place"}


class NotTraceable(LookupError):
    """The mart or the key is none that can be traced; the message says which can."""


def bound(mart: str, key: str) -> dict[str, str]:
    """The parts of a key by name; a month may be written without its day. Raises NotTraceable."""
    names = ORIGINS[mart].key
    parts = [key] if len(names) == 1 else key.split("/")
    if len(parts) != len(names):
        raise NotTraceable(f"{mart} is traced by {'/'.join(names)}; {key} has {len(parts)} part(s)")
    found = dict(zip(names, parts, strict=True))
    if "month" in found and len(found["month"]) == len("2026-10"):
        found["month"] += "-01"
    return found


def statement(mart: str, column: str | None = None) -> str:
    """SQL of the record keys behind a row, or behind one of its counts, by the names of its key."""
    origin = ORIGINS[mart]
    own = things(mart, column)
    return REPORTS.format(events=own) if origin.events else own


def things(mart: str, column: str | None = None) -> str:
    """SQL of what the mart counts: events, or records. Other columns rest on all of it."""
    origin = ORIGINS[mart]
    only = origin.only.get(column or "")
    return f"{origin.sql} AND {only}" if only else origin.sql
