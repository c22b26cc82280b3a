"""The event indicators once more, in plain Python over staged rows: what the marts have to say.

It shares no code with the models. Statuses are read by the words that the sources write.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENDED = ("closed", "archived")
COUNTS = (
    *("petition_count", "petition_raised_count", "casualty_accident_count", "criminal_case_count"),
    "major_public_order_count",
)
STAGES = (
    *("patrol", "found", "collected", "screened", "reported", "dispatched", "handling", "verified"),
    "archived",
)
REPORTS = {  # feeds that report events: column of the status, stage -> how the source writes it
    "police.incident": ("handling_status", {"dispatched": "02 05", "handling": "03", "verified": "04"}),
    "police.case": ("status", {"screened": "01", "handling": "02 03", "verified": "04 05"}),
    "petition.petition": (
        "status",
        {
            "dispatched": "待办理 待送达 已送达待处理 退回待办理",
            "handling": "待审核 待补充材料 已受理待送达 已处理待送达 已延期申请",
            "verified": "已办结",
            "archived": "已存档",
        },
    ),
    "petition.message": ("", {}),
    "emergency.accident": (
        "status",
        {"handling": "续报 处置中", "verified": "已结案", "archived": "已归档"},
    ),
    "grid.event": (
        "status",
        {"handling": "0 化解中", "dispatched": "2 3", "archived": "4 已归档", "verified": "5 已办结"},
    ),
}
ABOUT = {  # feeds whose rows name the report that they are about
    "emergency.hazard": ("status", {"handling": "整改中", "verified": "已销号"}),
    "grid.dispute": (
        "status",
        {
            "collected": "1 待受理",
            "dispatched": "6 待调解",
            "handling": "2 调解中",
            "verified": "3 5 7 调解成功 调解终止 司法确认",
            "archived": "4 调解结束",
        },
    ),
    "grid.task": ("", {}),
}
STEP = {
    "register": "collected", "forward": "dispatched", "assign": "dispatched", "accept": "handling",
    "supplement": "handling", "extend": "handling", "close": "verified", "reject": "verified",
    "archive": "archived",
}  # fmt: skip
UNIT = {
    "police.incident": "jurisdiction_name", "police.case": "unit_name",
    "petition.petition": "responsible_unit", "emergency.hazard": "inspecting_office",
    "grid.dispute": "mediation_organisation", "grid.task": "issuing_office",
}  # fmt: skip
Con = duckdb.DuckDBPyConnection
Row = dict[str, Any]
Told = tuple[str, str, str, datetime, str | None, datetime | None]  # event, record, stage, when, unit, due


def table(con: Con, name: str, columns: str = "*") -> list[Row]:
    """All rows of a table of the lake; none where it was never built."""
    try:
        found = con.execute(f"select {columns} from lake.{name}")
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def day_of(moment: datetime | None) -> date | None:
    """The day in Shanghai."""
    return moment.astimezone(SHANGHAI).date() if moment else None


def month_of(moment: datetime | None) -> date | None:
    """The first day of the month in Shanghai."""
    day = day_of(moment)
    return day.replace(day=1) if day else None


def counted(con: Con) -> Iterator[tuple[str, str, date, str, str]]:
    """Each (unit kind, unit, month, count, event) that counts."""
    petitioned: dict[str, datetime] = {}
    for report in table(con, "mart.event_report"):
        if report["platform"] == "petition" and report["reported_at"]:
            event_id = report["event_id"]
            petitioned[event_id] = min(petitioned.get(event_id, report["reported_at"]), report["reported_at"])
    home = {r["organisation_id"]: r["village_code"] for r in table(con, "mart.organisation")}
    named = defaultdict(set)
    event_of = {r["_record_key"]: r["event_id"] for r in table(con, "intermediate.int_event__member")}
    for mention in table(con, "intermediate.int_organisation__member"):
        if mention["_record_key"] in event_of and home[mention["organisation_id"]]:
            named[event_of[mention["_record_key"]]].add(mention["organisation_id"])
    for event in table(con, "mart.event"):
        heard = event["first_reported_at"]
        happened = month_of(event["occurred_at"] or heard)
        raised = month_of(petitioned.get(event["event_id"]) or heard) or happened
        is_open = event["status"] not in ENDED or event["outcome"] == "unresolved"
        kinds = {
            "petition_raised_count": (event["is_petition"], raised),
            "petition_count": (event["is_petition"] and is_open, raised),
            "casualty_accident_count": (event["is_casualty_accident"], happened),
            "criminal_case_count": (event["is_criminal_case"], happened),
            "major_public_order_count": (event["is_major_public_order"], happened),
        }
        units = [("organisation", one) for one in named[event["event_id"]]]
        units += [("village", event["village_code"])] if event["village_code"] else []
        for kind, unit in units:
            for name, (counts, month) in kinds.items():
                if counts and month:
                    yield kind, unit, month, name, event["event_id"]


def status(con: Con, business_date: date) -> dict[tuple[str, str, date], tuple[Any, ...]]:
    """three_zero_status by its key: five counts, four flags, the events."""
    events = table(con, "mart.event")
    organisations = table(con, "mart.organisation")
    villages = {event["village_code"] for event in events}
    villages |= {g["division_code"] for g in table(con, "staging.stg_grid__grid")}
    units = [("village", code) for code in villages if code and not code.endswith("000")]
    units += [("organisation", o["organisation_id"]) for o in organisations if o["village_code"]]
    month = min(first for e in events if (first := month_of(e["first_reported_at"])))
    sets: dict[tuple[str, str, date], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    while month <= business_date:
        for kind, unit in units:
            sets[kind, unit, month].clear()
        month = (month + timedelta(days=31)).replace(day=1)
    for kind, unit, when, name, event_id in counted(con):
        sets[kind, unit, when][name].add(event_id)
    found: dict[tuple[str, str, date], tuple[Any, ...]] = {}
    for key, names in sets.items():
        n = [len(names[name]) for name in COUNTS]
        flags = (n[0] == 0, n[2] == 0, n[3] + n[4] == 0)
        shown = sorted(set().union(*(names[name] for name in COUNTS if name != "petition_raised_count")))
        found[key] = (*n, *flags, all(flags), shown)
    return found


def stages(con: Con) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """event_stage by its key: entered, left, unit, due."""
    grouped: dict[tuple[str, str, str], list[Told]] = defaultdict(list)
    for step in _told(con):
        grouped[step[:3]].append(step)
    entered = {key: min(step[3] for step in steps) for key, steps in grouped.items()}
    left: dict[tuple[str, str, str], datetime] = {}
    by_record: dict[tuple[str, str], list[tuple[datetime, int, str]]] = defaultdict(list)
    for (event, record, stage), when in entered.items():
        by_record[event, record].append((when, STAGES.index(stage), stage))
    for (event, record), passed in by_record.items():
        for (_, _, stage), (when, _, _) in pairwise(sorted(passed)):
            left[event, record, stage] = when
    return {
        key: (
            entered[key],
            left.get(key),
            min(((s[3], s[4]) for s in steps if s[4]), default=(None, None))[1],
            max((s[5] for s in steps if s[5]), default=None),
        )
        for key, steps in grouped.items()
    }


def _told(con: Con) -> Iterator[Told]:
    event_of = {r["_record_key"]: r["event_id"] for r in table(con, "intermediate.int_event__member")}
    record = {r["_record_key"]: r for r in table(con, "intermediate.int_record")}
    numbers: dict[str, list[str]] = defaultdict(list)
    for key, row in record.items():
        if row["is_live"]:
            numbers[str(row["source_no"]).upper()].append(key)
    for feed, (column, words) in (REPORTS | ABOUT).items():
        name = feed.replace(".", "__")
        current = {r["_record_key"]: r for r in table(con, f"staging.stg_{name}")}
        moments = [(key, *moment) for key, row in current.items() for moment in _moments(feed, row)]
        moments += _versions(con, name, column, words)
        for key, stage, when in moments:
            row = current[key]
            about = key
            if feed in ABOUT:
                found = numbers[str(row["related_no"]).upper()] if row["related_no"] else []
                about = found[0] if len(found) == 1 else ""
            if about not in event_of or row.get("is_deleted"):
                continue
            if stage in ("verified", "archived") and row["status"] not in ENDED:
                continue
            yield event_of[about], key, stage, when, row.get(UNIT.get(feed, "")), _due(feed, row, stage)
    petition = {r["source_no"]: r["_record_key"] for r in record.values() if r["feed"] == "petition.petition"}
    for row in table(con, "staging.stg_petition__progress"):
        key, stage = petition.get(row["petition_no"], ""), STEP.get(row["handling"] or "", "")
        if key in event_of and stage and row["handled_at"]:
            is_end = stage in ("verified", "archived")
            if not is_end or record[key]["status"] in ENDED:
                due = None if is_end else _end(row["due_on"])
                yield event_of[key], key, stage, row["handled_at"], row["handled_by_unit"], due


def _moments(feed: str, row: Row) -> Iterator[tuple[str, datetime]]:
    is_patrol = row.get("source_kind") == "网格员巡查" and feed == "grid.event"
    found = {
        "police.incident": {"found": "occurred_at", "reported": "reported_at", "verified": "closed_at"},
        "police.case": {"reported": "reported_at", "handling": "filed_at"},
        "petition.petition": {"reported": "reported_at", "verified": "closed_at"},
        "petition.message": {"reported": "reported_at", "verified": "closed_at"},
        "emergency.accident": {"found": "occurred_at", "reported": "reported_at"},
        "emergency.hazard": {"found": "reported_at"},
        "grid.event": {
            "patrol" if is_patrol else "found": "occurred_at",
            "reported": "reported_at",
            "verified": "closed_at",
        },
        "grid.dispute": {"found": "occurred_at"},
        "grid.task": {"dispatched": "issued_at", "handling": "signed_at", "verified": "reported_back_at"},
    }[feed]
    return ((stage, row[column]) for stage, column in found.items() if row[column])


def _versions(con: Con, name: str, column: str, words: dict[str, str]) -> Iterator[tuple[str, str, datetime]]:
    stage_of = {word: stage for stage, some in words.items() for word in some.split()}
    if not column:
        return
    wanted = f"_record_key, {column} as word, _updated_at, _disposition"
    for row in table(con, f"staging.base_{name}", wanted):
        stage = stage_of.get(unicodedata.normalize("NFKC", row["word"] or "").strip())
        if row["_disposition"] == "accepted" and stage and row["_updated_at"]:
            yield row["_record_key"], stage, row["_updated_at"].replace(tzinfo=SHANGHAI)


def _due(feed: str, row: Row, stage: str) -> datetime | None:
    if stage in ("verified", "archived"):
        return None
    if feed == "petition.petition":
        registered = day_of(row["reported_at"])
        if stage == "reported":
            return _end(registered + timedelta(days=15) if registered else None)
        return _end(row["due_on"] or (registered + timedelta(days=60) if registered else None))
    if feed in ("emergency.hazard", "grid.dispute"):
        return _end(row["due_on"])
    return row["due_at"] if feed == "grid.task" else None


def _end(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI) if day else None


def divisions_of(code: str | None) -> Iterable[tuple[str, str]]:
    """(level, code) of every division that a division lies in, itself too."""
    if code:
        yield "prefecture", code[:4] + "00000000"
        if code[4:6] != "00":
            yield "county", code[:6] + "000000"
        if code[6:9] != "000":
            yield "township", code[:9] + "000"
        if code[9:] != "000":
            yield "village", code


def closure(con: Con, business_date: date) -> dict[tuple[str, str, date, str], tuple[Any, ...]]:
    """event_closure by (level, division, month, kind): seven counts, two medians, two counts, the rate."""
    first: dict[str, dict[str, datetime]] = defaultdict(dict)
    closing: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [None, None])  # closed, due
    for (event_id, record, stage), (entered, _, _, due) in stages(con).items():
        first[event_id][stage] = min(entered, first[event_id].get(stage, entered))
        times = closing[event_id, record]
        if stage in ("verified", "archived"):
            times[0] = min(times[0] or entered, entered)
        if due:
            times[1] = max(times[1] or due, due)
    dues: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for (event_id, _), (closed, due) in closing.items():
        if due:
            dues[event_id].append((closed, due))
    cells: dict[tuple[str, str, date, str], list[Row]] = defaultdict(list)
    for event in table(con, "mart.event"):
        passed, mine = first[event["event_id"]], dues[event["event_id"]]
        month = month_of(event["first_reported_at"] or event["occurred_at"])
        is_due = bool(mine) and max(due for _, due in mine).astimezone(SHANGHAI).date() <= business_date
        fact = {
            "stages": set(passed),
            "closed": event["status"] in ENDED,
            "dispatch": _hours(passed.get("reported"), passed.get("dispatched")),
            "close": _hours(event["first_reported_at"], event["closed_at"]),
            "due": is_due,
            "kept": is_due and all(closed and closed <= due for closed, due in mine),
        }
        for level, code in divisions_of(event["division_code"]):
            for kind in {"all", event["event_kind"] or "unknown"}:
                if month:
                    cells[level, code, month, kind].append(fact)
    return {key: _closure(facts) for key, facts in cells.items()}


def _closure(facts: list[Row]) -> tuple[Any, ...]:
    reached = [
        sum(stage in fact["stages"] for fact in facts)
        for stage in ("reported", "dispatched", "handling", "verified", "archived")
    ]
    due, kept = sum(fact["due"] for fact in facts), sum(fact["kept"] for fact in facts)
    hours = [[f[name] for f in facts if f[name] is not None] for name in ("dispatch", "close")]
    return (
        *(len(facts), *reached, sum(fact["closed"] for fact in facts)),
        *(median(some) if some else None for some in hours),
        *(due, kept, kept / due if due else None),
    )


def _hours(start: datetime | None, finish: datetime | None) -> float | None:
    return (finish - start).total_seconds() / 3600 if start and finish and start <= finish else None


def overlap(con: Con) -> dict[tuple[str, str, date], tuple[Any, ...]]:
    """cross_platform_overlap by its key: events, first, first, median hours, reports too many."""
    told: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for report in table(con, "mart.event_report"):
        told[report["event_id"]][report["platform"]].append(report["reported_at"])
    cells: dict[tuple[str, str, date], list[Any]] = defaultdict(list)
    for event in table(con, "mart.event"):
        month = month_of(event["first_reported_at"] or event["occurred_at"])
        platforms = told[event["event_id"]]
        for a, b in combinations(sorted(platforms), 2):
            known = [min((at for at in platforms[p] if at), default=None) for p in (a, b)]
            if month:
                cells[a, b, month].append((*known, len(platforms[a]) + len(platforms[b]) - 1))
    found = {}
    for key, pairs in cells.items():
        both = [(a, b) for a, b, _ in pairs if a and b]
        hours = [abs((a - b).total_seconds()) / 3600 for a, b in both]
        found[key] = (
            *(len(pairs), sum(a < b for a, b in both), sum(b < a for a, b in both)),
            *(median(hours) if hours else None, sum(extra for *_, extra in pairs)),
        )
    return found


def compare(con: Con, business_date: date) -> None:
    """Hold every indicator of events against the recount: the same keys, and the same values under each."""
    names = [*COUNTS, "is_zero_petition", "is_zero_accident", "is_zero_case", "is_three_zero", "event_ids"]
    same(
        con,
        "three_zero_status",
        ["unit_kind", "unit_id", "month"],
        names,
        status(con, business_date),
    )
    keys = ["event_id", "record_key", "stage"]
    same(con, "event_stage", keys, ["entered_at", "left_at", "actor_unit", "due_at"], stages(con))
    names = [
        *("event_count", "reported_count", "dispatched_count", "handling_count", "verified_count"),
        *("archived_count", "closed_count", "hours_to_dispatch", "hours_to_close", "due_count"),
        *("closed_in_time_count", "closed_in_time_rate"),
    ]
    keys = ["division_level", "division_code", "month", "event_kind"]
    same(con, "event_closure", keys, names, closure(con, business_date))
    names = [
        "event_count",
        "a_first_count",
        "b_first_count",
        "median_hours_between",
        "duplicate_report_count",
    ]
    same(con, "cross_platform_overlap", ["platform_a", "platform_b", "month"], names, overlap(con))
    drill = dict.fromkeys(counted(con), ())
    same(con, "three_zero_event", ["unit_kind", "unit_id", "month", "count_name", "event_id"], [], drill)


def same(
    con: Con,
    mart: str,
    keys: list[str],
    names: list[str],
    wanted: Mapping[Any, tuple[Any, ...]],
) -> None:
    """A mart's rows are those of the recount; fractions are rounded to six places in the mart."""
    found = {
        tuple(row[key] for key in keys): tuple(row[name] for name in names)
        for row in table(con, f"mart.{mart}")
    }
    assert wanted, mart
    assert found.keys() == wanted.keys(), mart
    for key, values in found.items():
        for name, mine, other in zip(names, values, wanted[key], strict=True):
            is_fraction = isinstance(mine, float) and other is not None
            assert abs(mine - other) < 1e-6 if is_fraction else mine == other, (mart, key, name, mine, other)
