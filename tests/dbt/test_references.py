"""A number that names a record of another feed: told of when that feed could know it, closed when it does."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from expectations.rules.reference import ExpectRefersTo
from infra import store
from infra.nightly import findings
from ingest.contract import load
from tests.dbt.lakehouse import FIRST, Broken, Lakehouse, Row

pytestmark = pytest.mark.slow
TASK, GRID, EVENT = "grid.task", "grid.grid", "grid.event"
DUE = load(TASK).sla.return_due_days + 1
LAST = DUE + 2
BUILT = (1, 2, 3, 4, 6, LAST)  # nights that ran
MODELS = ("+return_item", "+data_quality")
TESTED = ("int_reference__dangling", "int_reference__assessed", "int_return__reference", "return_item")
TASKS: dict[int, list[tuple[str, str, str]]] = {  # day -> task, grid that it names, more
    1: [
        ("known", "G1", ""), ("never", "G9", ""), ("same-night", "G2", ""), ("later", "G3", ""),
        ("corrected", "G8", ""), ("refused-target", "G4", ""), ("full-width", "Ｇ１", ""),
        ("none", "无", ""), ("two-columns", "G9", "E9"), ("again-wrong", "G8", ""),
    ],
    2: [("corrected", "G1", ""), ("again-wrong", "G7", "")],
    3: [("while-late", "G5", ""), ("while-late-never", "G6", "")],
    4: [("relapse", "G9", "")],
    5: [("relapse", "G1", "")],
    6: [("relapse", "G9", "")],
}  # fmt: skip
GRIDS: dict[int, list[str] | None] = {1: ["G1", "G2", "G4"], 2: ["G3"], 3: None, 4: ["G5"]}


def on(day: int) -> date:
    return FIRST + timedelta(days=day - 1)


def deliver(lakehouse: Lakehouse, day: int) -> None:
    """Tasks first, then the grids that they name; on the third day no batch of grids comes."""
    rows: list[Row] = [{"task_no": n, "grid_no": g, "related_no": e} for n, g, e in TASKS.get(day, [])]
    lakehouse.deliver(TASK, day, rows)
    lakehouse.deliver(EVENT, day, [{"event_no": "E1", "grid_code": "G1"}] if day == 1 else [])
    grids = GRIDS.get(day, [])
    if grids is not None:
        broken = [Broken(n, "present") for n, grid in enumerate(grids, 1) if grid == "G4"]
        lakehouse.deliver(GRID, day, [{"grid_no": grid} for grid in grids], broken)


@pytest.fixture(scope="module")
def nightly(lakehouse: Lakehouse) -> Lakehouse:
    """Night after night; what each said of two tasks is kept in SAID."""
    for day in range(1, LAST + 1):
        deliver(lakehouse, day)
        if day in BUILT:
            lakehouse.build(*MODELS, day=day)
            lakehouse.publish()
            SAID[day] = {
                n: [i["status"] for i in items(lakehouse, n)] for n in ("never", "later", "while-late")
            }
    lakehouse.build(*TESTED, day=LAST, tests=True)
    return lakehouse


SAID: dict[int, dict[str, list[str]]] = {}


def items(lakehouse: Lakehouse, number: str, feed: str = TASK) -> list[dict[str, Any]]:
    columns = (
        "rule", "field", "dimension", "severity", "status", "first_seen_on", "last_seen_on", "due_on",
        "closed_on", "opening_batch_id", "closing_batch_id", "times_returned",
    )  # fmt: skip
    found = lakehouse.rows(
        f"select {', '.join(columns)} from lake.mart.return_item "
        "where feed = ? and record_key = ? order by first_seen_on, field",
        feed,
        f"{feed}:{number}",
    )
    return [dict(zip(columns, row, strict=True)) for row in found]


@pytest.mark.parametrize("number", ["known", "same-night", "full-width", "none"])
def test_what_is_known_or_names_nothing_is_no_finding(nightly: Lakehouse, number: str) -> None:
    assert items(nightly, number) == []


def test_an_unknown_record_is_an_item_that_becomes_overdue(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "never")
    assert (item["rule"], item["field"], item["severity"]) == (ExpectRefersTo.rule(), "grid_no", "warn")
    assert item["dimension"] == ExpectRefersTo.dimension
    assert item["severity"] == ExpectRefersTo.default_severity
    assert (item["first_seen_on"], item["due_on"]) == (on(1), on(1) + timedelta(days=DUE))
    assert (item["closed_on"], item["closing_batch_id"]) == (None, None)
    assert {day: said["never"] for day, said in SAID.items()} == {
        day: ["overdue" if day > DUE else "open"] for day in BUILT
    }


def test_it_closes_when_the_other_record_arrives(nightly: Lakehouse) -> None:
    assert [SAID[day]["later"] for day in (1, 2)] == [["open"], ["closed"]]
    (item,) = items(nightly, "later")
    assert (item["first_seen_on"], item["closed_on"]) == (on(1), on(2))
    assert item["closing_batch_id"].startswith(f"{GRID}/20261002")


def test_it_closes_when_the_record_is_corrected(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "corrected")
    assert (item["status"], item["closed_on"], item["times_returned"]) == ("closed", on(2), 1)
    assert item["closing_batch_id"].startswith(f"{TASK}/20261002")


def test_a_wrong_correction_goes_on_and_a_relapse_is_new(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "again-wrong")
    assert (item["first_seen_on"], item["last_seen_on"], item["times_returned"]) == (on(1), on(2), 2)
    first, second = items(nightly, "relapse")
    assert (first["first_seen_on"], first["closed_on"]) == (on(4), on(5))
    assert (second["first_seen_on"], second["status"]) == (on(6), "open")


def test_a_refused_target_is_unknown(nightly: Lakehouse) -> None:
    (item,) = items(nightly, "refused-target")
    assert item["status"] == "overdue"


def test_each_column_is_an_item(nightly: Lakehouse) -> None:
    assert [item["field"] for item in items(nightly, "two-columns")] == ["grid_no", "related_no"]


def test_a_late_feed_is_not_held_against_those_who_refer_to_it(nightly: Lakehouse) -> None:
    assert SAID[3]["while-late"] == SAID[4]["while-late"] == [] == items(nightly, "while-late")
    (item,) = items(nightly, "while-late-never")
    assert (item["first_seen_on"], item["opening_batch_id"][:18]) == (on(4), f"{TASK}/20261003")
    assert item["due_on"] == on(4) + timedelta(days=DUE), "the days count from when it was told"


def test_findings_count_in_the_days_score(nightly: Lakehouse) -> None:
    (row,) = nightly.rows(
        "select assessed, met from lake.mart.data_quality "
        "where feed = ? and business_date = ? and dimension = 'consistency'",
        TASK,
        on(1),
    )
    # Nine tasks name a grid and one an event; G9, G3, G8 (twice), G4, G9 and E9 are not known on that day.
    assert row == (10, 3)


def test_no_finding_holds_what_was_named(nightly: Lakehouse) -> None:
    held = nightly.rows("select cast(d as varchar) from lake.intermediate.int_reference__dangling as d")
    assert held
    assert not any(name in text for (text,) in held for name in ("G9", "G8", "E9"))


def test_departments_get_a_file_of_what_a_night_found(nightly: Lakehouse) -> None:
    nightly.use()
    written = findings.write(on(4))
    assert [uri.rpartition(".")[2] for uri in written] == ["csv", "json"]
    assert all(uri.startswith(f"s3://returns/grid/task/date={on(4)}/references/") for uri in written)
    csv, json_text = (store.read_bytes(*store.split(uri)) or b"" for uri in written)
    told = csv.decode("utf-8-sig").splitlines()[1]
    assert "“网格编码”所引用的编号在“网格”中查不到" in told
    assert (on(4) + timedelta(days=DUE)).isoformat() in told
    assert "G9" not in csv.decode() + json_text.decode()
    said = json.loads(json_text)
    assert (said["feed"], said["business_date"]) == (TASK, on(4).isoformat())
    assert {each["record"] for each in said["problems"]} == {"while-late-never", "relapse"}
    assert findings.write(on(LAST)) == []


def test_a_repeated_night_writes_nothing(nightly: Lakehouse) -> None:
    before = nightly.snapshot()
    nightly.build(*MODELS, day=LAST)
    nightly.build(*MODELS, day=LAST, whole=True)
    assert nightly.changes_since(before) == []


def test_all_days_at_once_give_the_same(nightly: Lakehouse, new_lakehouse: Callable[[], Lakehouse]) -> None:
    at_once = new_lakehouse()
    for day in range(1, LAST + 1):
        deliver(at_once, day)
    at_once.build(*MODELS, day=LAST)
    one, other = (lake.dump("intermediate", "mart") for lake in (nightly, at_once))
    assert one["lake.intermediate.int_reference__dangling"]
    assert [name for name in one if one[name] != other[name]] == []


def test_a_target_that_is_pulled_again_and_gone_opens_the_item(nightly: Lakehouse) -> None:
    """Last: it changes the lake."""
    nightly.deliver(GRID, 2, [])
    nightly.night(*MODELS, day=LAST)
    (item,) = items(nightly, "later")
    assert (item["status"], item["closed_on"]) == ("overdue", None)
    nightly.deliver(GRID, 1, [{"grid_no": grid} for grid in ("G1", "G2", "G3", "G9")])
    nightly.night(*MODELS, day=LAST)
    assert items(nightly, "later") == items(nightly, "never") == []
    assert [item["field"] for item in items(nightly, "two-columns")] == ["related_no"]
