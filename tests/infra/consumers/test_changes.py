"""Deltas for consumers, files for consumers, and a maintenance that takes nothing they still need."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb
import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg import sql

from infra.consumers import changes, export, roles
from infra.lake import connect
from infra.nightly import maintenance, positions, publication
from infra.nightly.snapshots import current_snapshot
from infra.serving import connect_serving
from infra.settings import Settings, settings
from infra.stack import credentials
from infra.store import ensure_buckets
from tests.infra.consumers.conftest import MARTS

DAY = date(2026, 10, 1)
OURS, THEIRS = "410102001001", "410103001001"


@pytest.fixture
def lake(serving: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A lake of its own with the mart `event`: E-1 in our county, E-2 in the next."""
    name = f"test_catalog_{uuid4().hex[:8]}"
    with psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True) as con:
        own = sql.Identifier(name), sql.Identifier(serving.pg_user)
        con.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*own))
    monkeypatch.setenv("SANLING_PG_CATALOG", name)
    monkeypatch.setattr(changes, "marts", lambda: MARTS)
    settings.cache_clear()
    ensure_buckets()
    con = connect(lake=True)
    con.execute("CREATE SCHEMA IF NOT EXISTS lake.mart")
    con.execute(
        "CREATE TABLE lake.mart.event AS FROM (VALUES ('E-1', $ours, '1', 'h'), ('E-2', $theirs, '2', 'h')) "
        "t(event_id, division_code, note, _row_hash)",
        {"ours": OURS, "theirs": THEIRS},
    )
    yield con
    con.close()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def office(readers: object) -> Iterator[str]:
    roles.add("delta_office", "governance", "410102")
    yield "delta_office"
    roles.remove("delta_office")


@pytest.fixture
def published(lake: duckdb.DuckDBPyConnection) -> Callable[[], int]:
    def publish() -> int:
        snapshot = current_snapshot(lake)
        with connect_serving() as con:
            publication.ensure(con)
            publication.record(con, f"run-{snapshot}", DAY, snapshot, "code", {})
        return snapshot

    return publish


def seen(consumer: str) -> list[tuple[str, str]]:
    rows = changes.read("event", consumer).rows.to_pylist()
    return [(row["change_type"], row["event_id"]) for row in rows]


def test_a_consumer_gets_what_changed_in_its_division_until_it_acknowledges(
    lake: duckdb.DuckDBPyConnection, published: Callable[[], int], office: str
) -> None:
    first = published()
    begun = changes.read("event", office)
    assert (begun.since, begun.until, begun.rows["event_id"].to_pylist()) == (None, first, ["E-1"])
    assert {"note", "_row_hash"}.isdisjoint(begun.rows.column_names)
    changes.acknowledge("event", office, first)
    assert seen(office) == []
    moves = "UPDATE lake.mart.event SET division_code = ?, _row_hash = 'moved' WHERE event_id = ?"
    lake.execute(moves, [OURS, "E-2"])
    lake.execute(moves, [THEIRS, "E-1"])
    assert seen(office) == [], "what is not published is not told"
    second = published()
    moved = [("update_postimage", "E-2"), ("update_preimage", "E-1")]
    assert seen(office) == moved
    assert seen(office) == moved, "reading alone moves nothing"
    changes.acknowledge("event", office, second)
    assert seen(office) == []
    with pytest.raises(positions.NotAPosition, match="further"):
        changes.acknowledge("event", office, first)
    with pytest.raises(positions.NotAPosition, match="never published"):
        changes.acknowledge("event", office, second + 99)
    for mart, who in (("return_item", office), ("event", "nobody"), ("event", "city_statistics")):
        with pytest.raises(changes.NothingForYou):
            changes.read(mart, who)


def test_maintenance_keeps_what_a_consumer_needs_and_no_more(
    lake: duckdb.DuckDBPyConnection,
    published: Callable[[], int],
    office: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(maintenance.KEEP, "0")
    first = published()
    changes.acknowledge("event", office, first)
    for number in (1, 2):
        lake.execute(f"INSERT INTO lake.mart.event VALUES ('E-1{number}', '{OURS}', '', 'h')")
    lake.execute("DELETE FROM lake.mart.event WHERE event_id = 'E-11'")
    second = published()
    expected = [("insert", "E-11"), ("insert", "E-12"), ("delete", "E-11")]
    lake.close()
    said = maintenance.maintain(timedelta(0))
    assert (said["needed"], said["snapshots"] > 0) == (first, True)
    assert seen(office) == expected
    changes.acknowledge("event", office, second)
    monkeypatch.setenv(maintenance.KEEP, "90")
    assert maintenance.maintain(timedelta(0))["snapshots"] == 0, "nothing is old yet"
    monkeypatch.setenv(maintenance.KEEP, "0")
    said = maintenance.maintain(timedelta(0))
    assert (said["needed"], said["snapshots"]) == (second, second - first)
    assert seen(office) == []
    con = connect(lake=True, read_only=True)
    assert con.execute("SELECT count(*) FROM lake.mart.event").fetchone() == (3,)
    with pytest.raises(duckdb.Error):
        con.execute(f"SELECT count(*) FROM lake.mart.event AT (VERSION => {first})")
    con.close()


def test_maintenance_merges_files_and_changes_nothing_that_is_told(
    lake: duckdb.DuckDBPyConnection, published: Callable[[], int], office: str
) -> None:
    """DuckLake's own feed does change: updates fall apart, and rows of files written anew are told of."""
    first = published()
    changes.acknowledge("event", office, first)
    for number in range(5):
        night(lake, number)
    published()
    told, files = seen(office), file_count(lake)
    versions = [
        lake.execute(f"FROM lake.mart.event AT (VERSION => {at}) ORDER BY ALL").fetchall()
        for at in range(first, current_snapshot(lake) + 1)
    ]
    assert {kind for kind, _ in told} == {"insert", "delete", "update_preimage", "update_postimage"}
    lake.execute("CALL ducklake_merge_adjacent_files('lake')")  # after which updates are told of in two parts
    lake.close()
    maintenance.maintain(timedelta(0))
    con = connect(lake=True)
    try:
        assert file_count(con) < files / 2
        now = [
            con.execute(f"FROM lake.mart.event AT (VERSION => {first + n}) ORDER BY ALL").fetchall()
            for n in range(len(versions))
        ]
        assert now == versions
        with connect_serving() as serving:
            publication.record(serving, "after", DAY, current_snapshot(con), "code", {})
    finally:
        con.close()
    assert seen(office) == told


def night(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Rows come, change and go in one transaction, as a model of dbt leaves them."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE made AS SELECT 'E-' || i AS event_id, '{OURS}' AS division_code, "
        f"'' AS note, 'h{number}' AS _row_hash FROM range({number * 3}, {number * 3 + 7}) AS r(i)"
    )
    con.execute("BEGIN")
    con.execute(
        f"DELETE FROM lake.mart.event WHERE event_id = 'E-{number}' "
        "AND event_id NOT IN (SELECT event_id FROM made)"
    )
    con.execute(
        "MERGE INTO lake.mart.event AS old USING made ON old.event_id = made.event_id "
        "WHEN MATCHED THEN UPDATE SET note = made.note, _row_hash = made._row_hash "
        "WHEN NOT MATCHED THEN INSERT (event_id, division_code, note, _row_hash) "
        "VALUES (made.event_id, made.division_code, made.note, made._row_hash)"
    )
    con.execute("COMMIT")


def file_count(con: duckdb.DuckDBPyConnection) -> int:
    found = con.execute(
        "SELECT file_count + delete_file_count FROM ducklake_table_info('lake') WHERE table_name = 'event'"
    ).fetchone()
    assert found is not None
    return int(found[0])


def test_files_hold_what_the_role_reads_and_no_more(readers: object, tmp_path: Path) -> None:
    written = export.export("county_office", str(tmp_path))
    assert written == {"mart.division": 4, "mart.event": 3, "mart.organisation": 0}
    events = pq.read_table(tmp_path / "mart.event.parquet")
    assert sorted(events["event_id"].to_pylist()) == ["E-1", "E-2", "E-3"]
    assert "note" not in events.column_names
    assert export.export("city_statistics", str(tmp_path)) == {"mart.division": 4, "statistics.closure": 4}
    with pytest.raises(roles.NotARole):
        export.export("nobody", str(tmp_path))


def test_files_go_to_the_object_store_too(readers: object) -> None:
    ensure_buckets()
    assert export.export("village_office", "s3://returns/exchange")["mart.event"] == 1
    con = connect()
    rows = con.execute("FROM 's3://returns/exchange/mart.event.parquet'").fetchall()
    con.close()
    assert [row[0] for row in rows] == ["E-1"]
