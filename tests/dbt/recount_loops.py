"""The loop marts counted again from the rows that the platforms sent: plain Python, no code of the models.

Rows are in order of arrival; of a record with several versions the last one counts. Texts are canonical, as
the sandbox writes them without noise. Each function gives {(division, month, kind): the mart's columns}.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import floor
from statistics import median
from typing import Any

from infra.settings import ROOT
from tests.dbt.lakehouse import Lakehouse

Rows = list[Mapping[str, Any]]
Counts = dict[tuple[str, date, str], tuple[Any, ...]]
SEEDS = ROOT / "dbt_project" / "seeds"
LEVELS = {"village": "village", "township": "township", "county": "county", "city": "prefecture"}
MARTS = {  # mart -> its column of kinds and its columns of figures
    "dispute_resolution": (
        "dispute_type",
        "found_count resolved_count open_count overdue_count resolution_rate median_days",
    ),
    "petition_timeliness": (
        "unit",
        """petition_count accept_due_count accepted_in_time_count accepted_in_time_rate close_due_count
        closed_in_time_count closed_in_time_rate extended_count repeat_count""",
    ),
    "hazard_rectification": (
        "hazard_grade",
        "found_count rectified_count open_count overdue_count rectification_rate is_dynamic_zero",
    ),
    "task_loop": (
        "'all'",
        """sent_count received_count answered_count answered_in_time_count answered_rate
        answered_in_time_rate median_hours""",
    ),
    "grid_coverage": (
        "'all'",
        """grid_count full_time_members part_time_members member_count visit_count publicity_count
        volunteer_count grids_without_member""",
    ),
}
FEEDS = (
    "grid.dispute",
    "petition.petition",
    "petition.progress",
    "emergency.hazard",
    "grid.task",
    "grid.grid",
    "grid.activity",
)
ACCEPTING = {"转送", "交办", "受理", "不予受理"}


@lru_cache(maxsize=1)
def divisions() -> dict[str, tuple[str, str]]:
    """Present code -> (level, code above); a retired code with one successor -> ('', successor)."""
    with gzip.open(SEEDS / "divisions.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    retired = {r["code12"]: ("", r["successor_codes"]) for r in rows if len(r["successor_codes"]) == 12}
    present = {r["code12"]: (r["level"], r["parent_code12"]) for r in rows if r["code_system"] == "NBS"}
    return retired | present


@lru_cache(maxsize=1)
def labels(code_list: str) -> dict[str, str]:
    """What the platform writes -> code."""
    with (SEEDS / "code_crosswalk.csv").open(encoding="utf-8") as file:
        return {r["source_value"]: r["code"] for r in csv.DictReader(file) if r["code_list"] == code_list}


def around(code: str) -> Iterable[str]:
    """The division and those above it, up to the prefecture."""
    while code:
        level, above = divisions()[code]
        if level in LEVELS:
            yield code
        code = above


def day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def hours(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() / 3600


def latest(rows: Rows, key: str) -> dict[str, Mapping[str, Any]]:
    return {row[key]: row for row in rows}


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def tally(
    things: Iterable[tuple[str, date, str, dict[str, Any]]],
    count: Callable[[list[dict[str, Any]]], tuple[Any, ...]],
) -> Counts:
    """Things (division, month, kind, facts) put into every division around them, by kind and all together."""
    groups = defaultdict(list)
    for division, when, kind, facts in things:
        for area in around(division):
            groups[area, when.replace(day=1), kind].append(facts)
            groups[area, when.replace(day=1), "all"].append(facts)
    return {key: count(group) for key, group in groups.items()}


def total(group: list[dict[str, Any]], name: str) -> int:
    return sum(int(facts[name] or 0) for facts in group)


def disputes(rows: Rows, today: date) -> Counts:
    agreed: dict[str, date] = {}
    for row in rows:
        if row["is_resolved"] == "1":
            at = date.fromisoformat(row["updated_at"][:10])
            agreed[row["dispute_no"]] = min(at, agreed.get(row["dispute_no"], at))
    things = []
    for number, row in latest(rows, "dispute_no").items():
        if row["is_deleted"] == "1":
            continue
        found, resolved = date.fromisoformat(row["happened_on"]), row["is_resolved"] == "1"
        facts = {
            "resolved": resolved,
            "open": not resolved and row["status"] in ("1", "6", "2"),
            "overdue": date.fromisoformat(row["due_on"]) < (agreed[number] if resolved else today),
            "days": (agreed[number] - found).days if resolved else None,
        }
        things.append((row["division_code"], found, labels("dispute_type")[row["category"]], facts))

    def count(group: list[dict[str, Any]]) -> tuple[Any, ...]:
        days = [max(facts["days"], 0) for facts in group if facts["days"] is not None]
        done = total(group, "resolved")
        settled = median(days) if days else None
        return len(group), done, total(group, "open"), total(group, "overdue"), done / len(group), settled

    return tally(things, count)


def hazards(rows: Rows, today: date) -> Counts:
    things = []
    for row in latest(rows, "hazard_no").values():
        done = bool(row["rectified_on"]) or row["status"] == "已销号"
        ended = day(row["rectified_on"]) if done else today
        late = ended is not None and ended > date.fromisoformat(row["due_on"])
        facts = {"done": done, "late": late, "burning": late and not done}
        grade = {"一般": "general", "重大": "major"}[row["grade"]]
        things.append((row["division_code"], date.fromisoformat(row["inspected_at"][:10]), grade, facts))

    def count(group: list[dict[str, Any]]) -> tuple[Any, ...]:
        size, done = len(group), total(group, "done")
        return size, done, size - done, total(group, "late"), done / size, not total(group, "burning")

    return tally(things, count)


def tasks(rows: Rows) -> Counts:
    things = []
    for row in latest(rows, "task_no").values():
        back = row["reported_back_at"]
        took = hours(row["issued_at"], back) if back else None
        facts = {"signed": bool(row["signed_at"]), "back": bool(back), "hours": took}
        facts["in_time"] = bool(back) and hours(back, row["due_at"]) >= 0
        things.append((row["division_code"], date.fromisoformat(row["issued_at"][:10]), "all", facts))

    def count(group: list[dict[str, Any]]) -> tuple[Any, ...]:
        back, in_time = total(group, "back"), total(group, "in_time")
        took = [facts["hours"] for facts in group if facts["hours"] is not None]
        size = len(group)
        middle = floor(median(took) * 100 + 0.5) / 100 if took else None
        return size, total(group, "signed"), back, in_time, back / size, in_time / size, middle

    # One group a division and month: each task stands in it twice, under its kind and under all.
    return tally([(d, m, "each", f) for d, m, _, f in things], count)


def petitions(rows: Rows, steps: Rows, today: date) -> Counts:
    done: dict[str, dict[str, date]] = defaultdict(dict)
    for step in latest(steps, "step_no").values():
        at = date.fromisoformat(step["handled_at"][:10])
        names = [
            *(["accepted"] if step["handling"] in ACCEPTING else []),
            *(["extended"] if step["handling"] == "延期" else []),
            *(["closed"] if step["handling"] in ("办结", "不予受理") else []),
        ]
        for name in names:
            done[step["petition_no"]][name] = min(at, done[step["petition_no"]].get(name, at))
    seen: set[str] = set()
    things = []
    petitions = latest(rows, "petition_no").values()
    for row in sorted(petitions, key=lambda row: (row["registered_at"], row["petition_no"])):
        number, registered = row["petition_no"], date.fromisoformat(row["registered_at"][:10])
        matter = row["matter_no"] if len(row["matter_no"] or "") >= 6 else number
        closed = day(row["closed_at"]) or done[number].get("closed")
        known = [at for at in (done[number].get("accepted"), closed) if at]
        accept_by, close_by = registered + timedelta(15), registered + timedelta(60)
        extended = done[number].get("extended")
        if extended and extended <= close_by:
            close_by += timedelta(30)
        facts = {
            "accept_due": accept_by < today,
            "accepted": accept_by < today and bool(known) and min(known) <= accept_by,
            "close_due": close_by < today,
            "closed": close_by < today and closed is not None and closed <= close_by,
            "extended": extended is not None,
            "again": matter in seen,
        }
        seen.add(matter)
        things.append((row["division_code"], registered, row["responsible_unit"] or "unknown", facts))

    def count(group: list[dict[str, Any]]) -> tuple[Any, ...]:
        due, accepted, closing, closed, extended, again = (
            total(group, name)
            for name in ("accept_due", "accepted", "close_due", "closed", "extended", "again")
        )
        rates = share(accepted, due), share(closed, closing)
        return len(group), due, accepted, rates[0], closing, closed, rates[1], extended, again

    return tally(things, count)


def coverage(batches: Mapping[date, Rows], activities: Rows, today: date) -> Counts:
    """`batches`: business date -> the rows of grids that came with it, in order of time."""
    acts = latest(activities, "activity_no").values()
    months = {date.fromisoformat(row["active_on"]).replace(day=1) for row in acts}
    months |= {when.replace(day=1) for when in (*batches, today)}
    things = []
    for month in months:
        standing: dict[str, Mapping[str, Any]] = {}
        for when, rows in sorted(batches.items()):
            for row in rows:
                if when.replace(day=1) <= month or row["grid_no"] not in standing:
                    standing[row["grid_no"]] = row
        for row in standing.values():
            if row["status"] == "1":
                full, part = (int(row[name] or 0) for name in ("full_time_members", "part_time_members"))
                facts = {"grid": 1, "full": full, "part": part, "bare": full + part == 0}
                things.append((row["division_code"], month, "each", facts))
    things += [
        (row["division_code"], date.fromisoformat(row["active_on"]), "each", {row["category"]: row["times"]})
        for row in acts
    ]

    def count(group: list[dict[str, Any]]) -> tuple[Any, ...]:
        grids, full, part, visits, told, helped, bare = (
            sum(int(facts.get(name) or 0) for facts in group)
            for name in ("grid", "full", "part", "走访", "宣传", "志愿服务", "bare")
        )
        return grids, full, part, full + part, visits, told, helped, bare

    return tally(things, count)


def counts(name: str, rows: Mapping[str, Rows], grids: Mapping[date, Rows], today: date) -> Counts:
    """What a mart must hold; one without kinds only the totals."""
    if name == "dispute_resolution":
        return disputes(rows["grid.dispute"], today)
    if name == "petition_timeliness":
        return petitions(rows["petition.petition"], rows["petition.progress"], today)
    if name == "hazard_rectification":
        return hazards(rows["emergency.hazard"], today)
    found = tasks(rows["grid.task"]) if name == "task_loop" else coverage(grids, rows["grid.activity"], today)
    return {key: figures for key, figures in found.items() if key[2] == "all"}


def of_mart(lakehouse: Lakehouse, name: str) -> Counts:
    """What it holds."""
    kind, columns = MARTS[name]
    found = lakehouse.rows(
        f"select division_code, month, {kind}, {', '.join(columns.split())} from lake.mart.{name}"
    )
    return {(code, month, kind): tuple(figures) for code, month, kind, *figures in found}


def build(lakehouse: Lakehouse, last_day: int) -> Lakehouse:
    """The loop marts of all batches delivered."""
    lakehouse.build(*(f"+{name}" for name in MARTS), "grid", day=last_day)
    return lakehouse
