"""Which batches are pending, whatever happened to their papers."""

import pytest

from infra.lake import connect
from infra.nightly.locks import raw_objects
from infra.nightly.register import NothingToBuild, mark_built, register
from infra.nightly.snapshots import current_snapshot
from ingest.lock import FeedBusy, feed_lock
from tests.infra.nightly.papers import deliver, interval, judge, receive, withdraw

FEED, OTHER = "police.incident", "grid.event"


def ids(feed: str, *days: int) -> list[str]:
    return [f"{feed}/{interval(day).text}" for day in days]


def publish_all() -> None:
    con = connect(lake=True)
    con.execute("BEGIN")
    mark_built(con, current_snapshot(con))
    con.execute("COMMIT")
    con.close()


def rows(sql: str) -> list[tuple[object, ...]]:
    con = connect(lake=True, read_only=True)
    try:
        return con.execute(sql).fetchall()
    finally:
        con.close()


@pytest.mark.usefixtures("night")
class TestRegister:
    def test_without_any_batch_it_says_what_to_do(self) -> None:
        receive(FEED, 1)
        with pytest.raises(NothingToBuild, match="run the feeds first"):
            register()

    def test_a_batch_counts_when_the_outcome_judged_its_attempt(self) -> None:
        receive(FEED, 1)
        deliver(OTHER, 1)
        judge(FEED, 1, "another attempt")
        assert register()["pending"] == ids(OTHER, 1)

    def test_registering_again_writes_nothing(self) -> None:
        deliver(FEED, 1)
        register()
        before = rows("SELECT max(snapshot_id) FROM lake.snapshots()")
        assert register() == {"registered": 0, "pending": ids(FEED, 1), "withdrawn": []}
        assert rows("SELECT max(snapshot_id) FROM lake.snapshots()") == before

    def test_what_is_published_is_not_pending(self) -> None:
        deliver(FEED, 1)
        register()
        publish_all()
        deliver(FEED, 2)
        assert register()["pending"] == ids(FEED, 2)

    def test_a_batch_pulled_again_takes_the_later_ones_of_its_feed_with_it(self) -> None:
        for day in (1, 2, 3):
            deliver(FEED, day)
        deliver(OTHER, 3)
        register()
        publish_all()
        deliver(FEED, 2)
        assert register()["pending"] == ids(FEED, 2, 3)

    def test_a_batch_judged_again_is_pending(self) -> None:
        attempt = receive(FEED, 1)
        judge(FEED, 1, attempt)
        register()
        publish_all()
        judge(FEED, 1, attempt, "refused")
        assert register()["pending"] == ids(FEED, 1)

    def test_a_published_batch_that_is_pulled_anew_stays_until_it_is_judged(self) -> None:
        deliver(FEED, 1, rows=5)
        register()
        publish_all()
        withdraw(FEED, 1)
        assert register() == {"registered": 0, "pending": [], "withdrawn": ids(FEED, 1)}
        attempt = receive(FEED, 1, rows=7)
        assert register()["pending"] == []
        assert rows("SELECT received, outcome FROM lake.ops.batch") == [(5, "accepted")]
        judge(FEED, 1, attempt)
        assert register() == {"registered": 1, "pending": ids(FEED, 1), "withdrawn": []}
        assert rows("SELECT received FROM lake.ops.batch") == [(7,)]

    def test_an_unpublished_batch_that_vanished_is_built_as_empty_and_then_forgotten(self) -> None:
        deliver(FEED, 1)
        deliver(FEED, 2)
        register()
        withdraw(FEED, 2)
        assert register()["pending"] == ids(FEED, 1, 2)
        assert rows(
            f"SELECT received, raw_object FROM lake.ops.batch WHERE batch_id = '{ids(FEED, 2)[0]}'"
        ) == [(0, None)]
        publish_all()
        assert rows("SELECT batch_id FROM lake.ops.batch") == [(ids(FEED, 1)[0],)]

    def test_a_batch_that_changes_while_it_is_published_is_pending_again(self) -> None:
        deliver(FEED, 1)
        register()
        con = connect(lake=True)
        built = current_snapshot(con)
        con.close()
        deliver(FEED, 1)
        register()
        con = connect(lake=True)
        con.execute("BEGIN")
        mark_built(con, built)
        con.execute("COMMIT")
        con.close()
        assert register()["pending"] == ids(FEED, 1)

    def test_the_rules_counts_follow_the_papers(self) -> None:
        counts = "SELECT batch_id, rule, scope, assessed, failed FROM lake.ops.rule_result ORDER BY batch_id"
        deliver(FEED, 1)
        deliver(FEED, 2)
        register()
        first, second = ids(FEED, 1, 2)
        assert rows(counts) == [(b, "citizen_id", "row", 3, 1) for b in (first, second)]
        publish_all()
        judge(FEED, 1, receive(FEED, 1), failed=2)
        register()
        assert rows(counts) == [(first, "citizen_id", "row", 3, 2), (second, "citizen_id", "row", 3, 1)]
        withdraw(FEED, 2)
        register()
        assert len(rows(counts)) == 2, "a published batch stands until it is judged anew"

    def test_a_lake_without_the_rules_counts_reads_the_papers_again(self) -> None:
        deliver(FEED, 1)
        register()
        publish_all()
        con = connect(lake=True)
        con.execute("DROP TABLE lake.ops.rule_result")
        con.close()
        assert register() == {"registered": 1, "pending": [], "withdrawn": []}
        assert rows("SELECT count(*) FROM lake.ops.rule_result") == [(1,)]

    def test_a_feed_that_is_being_pulled_is_left_out(self) -> None:
        deliver(FEED, 1)
        deliver(OTHER, 1)
        with feed_lock(FEED), raw_objects([FEED, OTHER]) as busy:
            assert busy == {FEED}
            assert register(without=busy)["pending"] == ids(OTHER, 1)
        assert register()["pending"] == ids(OTHER, 1) + ids(FEED, 1)

    def test_while_raw_objects_are_read_nobody_replaces_them(self) -> None:
        with raw_objects([FEED]), pytest.raises(FeedBusy), feed_lock(FEED, wait=0.1):
            pass
        with feed_lock(FEED, wait=0.1):
            pass
