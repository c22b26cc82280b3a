"""Linkage that does otherwise than at the last publication is told of; small numbers, new feeds are not."""

from collections.abc import Iterator

import duckdb
import pytest

from infra import lookup
from infra.lake import attach_lake, connect
from infra.nightly import link_drift
from infra.nightly.snapshots import current_snapshot

Count = tuple[str, str, str, int, int]
BEFORE: list[Count] = [
    ("event", "records_by_rule", "single", 600, 1000),
    ("event", "records_by_rule", "likeness", 400, 1000),
    ("person", "unlinkable_by_feed", "police.incident", 10, 1000),
    ("person", "unlinkable_by_feed", "grid.event", 1, 90),
]


@pytest.fixture
def mart(night: object) -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect(lake=True)
    con.execute("CREATE SCHEMA IF NOT EXISTS lake.mart")
    put(con, BEFORE)
    yield con
    con.close()


def put(con: duckdb.DuckDBPyConnection, counts: list[Count]) -> None:
    con.execute(
        "CREATE TABLE IF NOT EXISTS lake.mart.link_quality "
        "(entity_kind VARCHAR, measure VARCHAR, item VARCHAR, value BIGINT, base BIGINT, share DOUBLE)"
    )
    con.execute("DELETE FROM lake.mart.link_quality")
    for count in counts:
        con.execute(
            "INSERT INTO lake.mart.link_quality VALUES (?, ?, ?, ?, ?, ?)", [*count, count[3] / count[4]]
        )


def test_a_share_that_moved_too_far_is_named_with_both_values(mart: duckdb.DuckDBPyConnection) -> None:
    published = current_snapshot(mart)
    put(
        mart,
        [
            ("event", "records_by_rule", "single", 640, 1000),  # by 0.04: less than the list allows
            ("event", "records_by_rule", "likeness", 340, 1000),  # by 0.06
            ("event", "records_by_rule", "decision", 20, 1000),
            ("person", "unlinkable_by_feed", "police.incident", 500, 1000),
            ("person", "unlinkable_by_feed", "grid.event", 80, 90),  # too few to tell
            ("person", "unlinkable_by_feed", "grid.dispute", 900, 1000),  # a new feed
        ],
    )
    found = {each["node"]: each["message"] for each in link_drift.warnings(mart, published)}
    assert set(found) == {
        "linkage of event: records_by_rule likeness",
        "linkage of person: unlinkable_by_feed police.incident",
    }
    assert found["linkage of event: records_by_rule likeness"].startswith(
        "34.0% of all, 40.0% at the last publication"
    )


def test_a_lake_attached_at_its_snapshot_as_the_audit_does_says_the_same(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    published = current_snapshot(mart)
    put(mart, [("event", "records_by_rule", "single", 1000, 1000)])
    with connect() as con:
        attach_lake(con, read_only=True, snapshot=current_snapshot(mart))
        assert len(link_drift.warnings(con, published)) == 2


def test_nothing_is_said_before_there_is_something_to_compare_with(mart: duckdb.DuckDBPyConnection) -> None:
    put(mart, [("event", "records_by_rule", "single", 1000, 1000)])
    assert link_drift.warnings(mart, None) == []
    assert link_drift.warnings(mart, 0) == []
    assert link_drift.warnings(mart, current_snapshot(mart)) == []


def test_every_threshold_says_where_it_comes_from() -> None:
    rows = lookup.read(link_drift.LIST, ("entity_kind", "measure"))
    assert all(0 < float(row["moves_by"]) < 1 and int(row["least_base"]) > 0 for row in rows)
