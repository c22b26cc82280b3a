"""The score of each feed, day and dimension: A / B by hand, days without a batch, grade and trend."""

from datetime import timedelta

import pytest

from tests.dbt.lakehouse import FIRST, Broken, Lakehouse, Row

pytestmark = pytest.mark.slow
FEED, LATE, NEVER = "police.incident", "grid.event", "petition.petition"
LAST = 9
CLEAN: list[Row] = [{"incident_no": str(n)} for n in range(10)]
DIRTY = {3: 1, 9: 5}  # day -> rows that break a rule of accuracy
COLUMNS = "assessed, met, score, grade, trend"


@pytest.fixture(scope="module")
def scored(lakehouse: Lakehouse) -> Lakehouse:
    """Nine days of one feed, the first and the last of another."""
    for day in range(1, LAST + 1):
        broken = [Broken(row, "citizen_id", dimension="准确性") for row in range(1, DIRTY.get(day, 0) + 1)]
        lakehouse.deliver(FEED, day, CLEAN, broken or [Broken(1, "phone", "warn", "一致性")])
        if day in (1, LAST):
            lakehouse.deliver(LATE, day, [{"event_no": str(day)}])
    lakehouse.build("+data_quality", day=LAST)
    lakehouse.build("data_quality", day=LAST, tests=True)
    return lakehouse


def row(scored: Lakehouse, feed: str, day: int, dimension: str) -> tuple[object, ...]:
    (found,) = scored.rows(
        f"select {COLUMNS} from lake.mart.data_quality "
        "where feed = ? and business_date = ? and dimension = ?",
        feed, FIRST + timedelta(days=day - 1), dimension,
    )  # fmt: skip
    return found


def test_every_feed_and_day_has_six_dimensions(scored: Lakehouse) -> None:
    found = scored.rows(
        "select feed, count(distinct business_date), count(*) from lake.mart.data_quality group by 1"
    )
    assert {feed: (days, n) for feed, days, n in found if feed in (FEED, LATE, NEVER)} == {
        FEED: (LAST, LAST * 6),
        LATE: (LAST, LAST * 6),
        NEVER: (1, 6),
    }


def test_a_score_is_what_keeps_its_rules_of_what_was_assessed(scored: Lakehouse) -> None:
    assert row(scored, FEED, 3, "accuracy") == (10, 9, 0.9, 3, None)
    assert row(scored, FEED, 9, "accuracy") == (10, 5, 0.5, 5, -0.4), (
        "one day of the seven before has a score"
    )
    assert row(scored, FEED, 1, "consistency") == (10, 9, 0.9, 3, None)
    assert row(scored, FEED, 1, "conformity") == (1, 1, 1.0, 1, None), "the rule of the whole batch"


def test_where_nothing_was_assessed_there_is_no_score(scored: Lakehouse) -> None:
    assert row(scored, FEED, 1, "completeness") == (0, 0, None, None, None)


def test_a_day_without_a_batch_is_late_and_could_not_be_had(scored: Lakehouse) -> None:
    for dimension in ("timeliness", "accessibility"):
        assert row(scored, LATE, 1, dimension) == (1, 1, 1.0, 1, None)
        assert row(scored, LATE, 2, dimension) == (1, 0, 0.0, 5, -1.0)
        assert row(scored, LATE, 9, dimension) == (1, 1, 1.0, 1, 1.0), "seven days before, not the first"
        assert row(scored, NEVER, LAST, dimension)[:3] == (1, 0, 0.0)


def test_building_again_writes_nothing(scored: Lakehouse) -> None:
    before = scored.snapshot()
    scored.build("data_quality", day=LAST)
    assert scored.changes_since(before) == []
