"""The indicator marts that have one shape: division × level × month, some by kind with a row `all`."""

from dataclasses import dataclass

from infra.dashboard.reader import Reader, Rows

PASSED = {  # counts of event_closure -> what the events have passed
    "closed_count": "closed",
    **{f"{stage}_count": stage for stage in ("reported", "dispatched", "handling", "verified", "archived")},
}


@dataclass(frozen=True)
class Indicator:
    """One mart: what the overview and its own page show of it."""

    mart: str
    columns: tuple[str, ...]  # in the order of the loop
    headline: tuple[str, ...]  # on the overview
    drawn: str  # the column whose course over the months is drawn
    kind: str | None = None  # column of the kind
    codes: str = ""  # code list that labels the kinds
    events: str | None = (
        None  # kind of event behind the numbers: "" for the row's own kind, None for no event
    )

    def behind(self, name: str) -> dict[str, str] | None:
        """Parameters of the list of events behind a count; None for what does not count events."""
        if self.events is None or not name.endswith("_count"):
            return None
        passed = PASSED.get(name) if self.mart == "event_closure" else None
        return {"kind": self.events, "passed": passed or ""}


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())


INDICATORS = {
    each.mart: each
    for each in (
        Indicator(
            mart="event_closure",
            columns=_names(
                "event_count reported_count dispatched_count handling_count verified_count archived_count "
                "closed_count due_count closed_in_time_count closed_in_time_rate hours_to_dispatch "
                "hours_to_close"
            ),
            headline=_names("event_count closed_count closed_in_time_rate hours_to_close"),
            drawn="closed_in_time_rate",
            kind="event_kind",
            codes="event_kind",
            events="",
        ),
        Indicator(
            mart="dispute_resolution",
            columns=_names("found_count resolved_count open_count overdue_count resolution_rate median_days"),
            headline=_names("found_count resolved_count overdue_count resolution_rate"),
            drawn="resolution_rate",
            kind="dispute_type",
            codes="dispute_type",
            events="dispute",
        ),
        Indicator(
            mart="petition_timeliness",
            columns=_names(
                "petition_count accept_due_count accepted_in_time_count accepted_in_time_rate "
                "close_due_count closed_in_time_count closed_in_time_rate extended_count repeat_count"
            ),
            headline=_names("petition_count accepted_in_time_rate closed_in_time_rate repeat_count"),
            drawn="accepted_in_time_rate",
            kind="unit",
            events="petition",
        ),
        Indicator(
            mart="hazard_rectification",
            columns=_names(
                "found_count rectified_count open_count overdue_count rectification_rate is_dynamic_zero"
            ),
            headline=_names("found_count rectified_count overdue_count rectification_rate"),
            drawn="rectification_rate",
            kind="hazard_grade",
            codes="hazard_grade",
            events="hazard",
        ),
        Indicator(
            mart="grid_coverage",
            columns=_names(
                "grid_count full_time_members part_time_members member_count grids_without_member "
                "visit_count publicity_count volunteer_count"
            ),
            headline=_names("grid_count member_count grids_without_member visit_count"),
            drawn="visit_count",
        ),
        Indicator(
            mart="task_loop",
            columns=_names(
                "sent_count received_count answered_count answered_in_time_count answered_rate "
                "answered_in_time_rate median_hours"
            ),
            headline=_names("sent_count answered_rate answered_in_time_rate median_hours"),
            drawn="answered_in_time_rate",
        ),
    )
}


def course(reader: Reader, one: Indicator, where: dict[str, object]) -> Rows:
    """The division's totals by month, oldest first, up to the month shown; twelve at most."""
    return reader.ask(
        f"""select * from (
            select month, {_columns(one)} from {one.mart}
            where division_code = %(division)s and division_level = %(level)s {_total(one)}
                and month <= %(month)s
            order by month desc limit 12
        ) t order by month""",
        **where,
    )


def by_division(reader: Reader, one: Indicator, codes: list[str], where: dict[str, object]) -> Rows:
    """The totals of the divisions below in the month shown."""
    return reader.ask(
        f"""select division_code, {_columns(one)} from {one.mart}
        where division_code = any(%(codes)s) and division_level = %(below)s {_total(one)}
            and month = %(month)s
        order by division_code""",
        codes=codes,
        **where,
    )


def by_kind(reader: Reader, one: Indicator, where: dict[str, object]) -> Rows:
    """The division's figures by kind in the month shown, the total first."""
    if one.kind is None:
        return Rows()
    return reader.ask(
        f"""select {one.kind} as kind, {_columns(one)} from {one.mart}
        where division_code = %(division)s and division_level = %(level)s and month = %(month)s
        order by {one.kind} <> 'all', {one.columns[0]} desc nulls last, {one.kind} limit 200""",
        **where,
    )


def _columns(one: Indicator) -> str:
    """By name: a column that is closed to the role would close `*`."""
    return ", ".join(one.columns)


def _total(one: Indicator) -> str:
    return f"and {one.kind} = 'all'" if one.kind else ""
