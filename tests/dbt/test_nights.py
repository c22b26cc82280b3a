"""Night by night, at once, out of order or twice: the lake is the same, and only changes are written."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.dbt.city import deliver
from tests.dbt.lakehouse import RUN_COLUMNS, Lakehouse

pytestmark = pytest.mark.slow
DERIVED = ("staging", "intermediate", "mart")
LAST = 3
MEMBER_KEYS = {
    "person": "mention_key",
    "event": "_record_key",
    "organisation": "mention_key",
    "place": "mention_key",
}
IDS = (*(f"{kind}_id" for kind in MEMBER_KEYS), "unit_id", "party_id", "event_ids")


@pytest.fixture(scope="module")
def nightly(city: Lakehouse) -> Lakehouse:
    """Three nights, one after the other."""
    deliver(city, LAST)
    city.night(day=LAST)
    return city


def differing(one: Lakehouse, other: Lakehouse) -> list[str]:
    """Names of the tables that differ, apart from when rows were pulled and when they changed.

    An ID stays with the records that had it first, so which one an entity bears, and what became of IDs on
    the way, depends on the way; which records are one entity does not. IDs are compared by their records.
    """
    mine, theirs = comparable(one), comparable(other)
    assert len(mine) > 25
    return [name for name in mine if mine[name] != theirs[name]]


def comparable(lakehouse: Lakehouse) -> dict[str, list[Any]]:
    """All derived tables, each ID replaced by the smallest key among the records of its entity."""
    stand_in = {
        entity: key
        for kind, name in MEMBER_KEYS.items()
        for entity, key in lakehouse.rows(
            f"select {kind}_id, min({name}) from lake.intermediate.int_{kind}__member group by 1"
        )
    }

    def by_records(value: Any) -> Any:
        return sorted(map(by_records, value)) if isinstance(value, list) else stand_in.get(value, value)

    found = lakehouse.dump(*DERIVED)
    for name in ("entity_history", "three_zero_revision"):  # what became of things on the way
        del found[f"lake.mart.{name}"]
    for name in found:
        columns = [column for column, *_ in lakehouse.rows(f"describe {name}")]
        if not any(column.endswith(IDS) for column in columns):
            continue
        hashed = [c for c in columns if c not in RUN_COLUMNS].index("_row_hash")
        rows = [[by_records(v) for at, v in enumerate(row) if at != hashed] for row in found[name]]
        found[name] = sorted(rows, key=repr)
    return found


def test_comparing_the_whole_lake_finds_nothing_to_change(nightly: Lakehouse) -> None:
    """So the incremental models have missed nothing."""
    before = nightly.snapshot()
    nightly.build(day=LAST, whole=True)
    assert nightly.changes_since(before) == []


def test_all_days_at_once_give_the_same(nightly: Lakehouse, new_lakehouse: Callable[[], Lakehouse]) -> None:
    at_once = new_lakehouse()
    for day in range(1, LAST + 1):
        deliver(at_once, day)
    at_once.build(day=LAST)
    assert differing(nightly, at_once) == []


def test_order_of_arrival_does_not_matter(nightly: Lakehouse, new_lakehouse: Callable[[], Lakehouse]) -> None:
    out_of_order = new_lakehouse()
    for days in ((2, 3), (1,)):
        for day in days:
            deliver(out_of_order, day)
        out_of_order.night(day=LAST)
    assert differing(nightly, out_of_order) == []


def test_a_day_pulled_again_changes_no_mart_and_a_repeated_night_nothing(nightly: Lakehouse) -> None:
    before = nightly.snapshot()
    deliver(nightly, 2)
    nightly.build(day=LAST)
    assert nightly.changed_tables("mart", before) == []
    built = nightly.snapshot()
    nightly.build("path:models/staging", "path:models/intermediate", day=LAST)
    assert nightly.changes_since(built) == []
