"""Night by night, at once, out of order or twice: the lake is the same, and only changes are written."""

from collections.abc import Callable

import pytest

from tests.dbt.city import deliver
from tests.dbt.lakehouse import Lakehouse

pytestmark = pytest.mark.slow
DERIVED = ("staging", "intermediate", "mart")
LAST = 3


@pytest.fixture(scope="module")
def nightly(lakehouse: Lakehouse) -> Lakehouse:
    """Three nights, one after the other."""
    for day in range(1, LAST + 1):
        deliver(lakehouse, day)
        lakehouse.night(day=day)
    return lakehouse


def differing(one: Lakehouse, other: Lakehouse) -> list[str]:
    """Names of the tables that differ, apart from when rows were pulled and when they changed."""
    mine, theirs = one.dump(*DERIVED), other.dump(*DERIVED)
    assert len(mine) > 25
    return [name for name in mine if mine[name] != theirs[name]]


def test_a_repeated_night_writes_nothing(nightly: Lakehouse) -> None:
    before = nightly.snapshot()
    nightly.build(day=LAST)
    assert nightly.changes_since(before) == []


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


def test_a_day_pulled_again_changes_no_mart(nightly: Lakehouse) -> None:
    before = nightly.snapshot()
    deliver(nightly, 2)
    nightly.night(day=LAST)
    assert nightly.changed_tables("mart", before) == []
