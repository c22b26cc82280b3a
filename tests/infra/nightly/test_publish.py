"""Publication from a small lake made by hand, and the audit before it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import psycopg
import pytest

from infra.lake import connect
from infra.nightly import audit, facts, journal, publication, publish
from infra.nightly.marts import Mart
from infra.nightly.register import register
from infra.serving import connect_serving
from infra.settings import Settings
from tests.infra.nightly.papers import deliver

DAY, RUN = date(2026, 10, 1), "run-1"
FEED = "police.incident"
MARTS = [
    Mart(
        "event",
        ("event_id",),
        "事件 / events",
        {"event_id": "编号 / id", "place_id": "地点 / place"},
        ("event_id",),
    ),
    Mart(
        "event_report",
        ("record_key",),
        "报告 / reports",
        {"record_key": "键 / key", "event_id": "编号 / id"},
        (),
    ),
    Mart("feed_ledger", ("feed", "business_date"), "台账 / ledger", {"feed": "数据集 / feed"}, ()),
    Mart(
        "dispute_resolution",
        ("division_code", "month", "dispute_type"),
        "化解率 / resolution",
        {"division_code": "区划 / division", "month": "月 / month", "found_count": "发现 / found"},
        ("found_count",),
        read_by=("governance", "statistics"),
        division_column="division_code",
        count_columns=("found_count", "resolved_count", "open_count"),
        kind_column="dispute_type",
        adds_up={"found_count": ("resolved_count", "open_count")},
    ),
    Mart("person", ("person_id",), "人 / persons", {"person_id": "编号 / id", "sex": "性别 / sex"}, ()),
]
# A hash may hold eleven or eighteen digits in a row that look like a phone or an ID number.
HASHES = ("410ac3b1cccb9607e112c15749382730", "c3b1c11010519491231002197e112c1f")
WRONG = {  # change of the lake -> check and subject that must speak up
    "UPDATE lake.mart.feed_ledger SET refused = 0": ("ledger", f"{FEED} 2026-10-01"),
    "UPDATE lake.mart.feed_ledger SET received = 4, accepted = 2": ("ledger", f"{FEED} 2026-10-01"),
    "DELETE FROM lake.mart.feed_ledger": ("ledger", f"{FEED} 2026-10-01"),
    "INSERT INTO lake.mart.person VALUES ('P-1', '2')": ("unique", "person"),
    "INSERT INTO lake.mart.person VALUES (NULL, '2')": ("unique", "person"),
    "UPDATE lake.mart.event_report SET event_id = 'E-9'": ("reference", "event_report.event_id"),
    "UPDATE lake.mart.person SET sex = '11010519491231002X'": ("personal", "person.sex"),
    "UPDATE lake.mart.person SET sex = '电话13800138000。'": ("personal", "person.sex"),
}
LAKE = f"""
CREATE SCHEMA IF NOT EXISTS lake.mart;
CREATE TABLE lake.mart.event AS SELECT * FROM (VALUES
    ('E-1', 'L-1', timestamptz '2026-10-01 08:00:00+08', ['a', 'b'], 'h1'), ('E-2', NULL, NULL, NULL, 'h2')
) t(event_id, place_id, occurred_at, tags, _row_hash);
CREATE TABLE lake.mart.event_report AS SELECT * FROM (VALUES
    ('{FEED}:410102202610010001', 'E-1'), ('grid.event:7', 'E-1'), ('grid.event:8', 'E-2')
) t(record_key, event_id);
CREATE TABLE lake.mart.dispute_resolution AS
    WITH village AS (SELECT * FROM (VALUES
        ('410102001001', 'land', 20, 3), ('410102001001', 'debt', 30, 30), ('410102001002', 'land', 40, 25),
        ('410102001002', 'debt', 50, 40)) t(division_code, dispute_type, found, resolved)),
    level AS (SELECT * FROM (VALUES ('village', 12), ('township', 9)) t(division_level, digits))
    SELECT rpad(division_code[:digits], 12, '0') AS division_code, division_level, DATE '2026-10-01' AS month,
        kind AS dispute_type, sum(found) AS found_count, sum(resolved) AS resolved_count,
        sum(found - resolved) AS open_count, sum(resolved) / sum(found) AS resolution_rate,
        list(dispute_type) AS event_ids
    FROM village, level, (VALUES ('all'), ('land'), ('debt')) k(kind)
    WHERE kind IN ('all', dispute_type) GROUP BY ALL;
CREATE TABLE lake.mart.person AS SELECT 'P-' || i AS person_id, '1' AS sex FROM range(20) r(i);
CREATE TABLE lake.mart.feed_ledger AS SELECT '{FEED}' AS feed, DATE '2026-10-01' AS business_date,
    3::BIGINT AS received, 1::BIGINT AS accepted, 1::BIGINT AS refused, 1::BIGINT AS repeated;
"""


@pytest.fixture
def lake(night: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """Four marts and one batch, built by a run whose dbt tests passed."""
    monkeypatch.setattr(audit, "marts", lambda: MARTS)
    monkeypatch.setattr(publish, "marts", lambda: MARTS)
    deliver(FEED, 1, rows=3)
    register()
    journal.write(DAY, RUN, "build_marts", {"failed_tests": [], "skipped": []})
    con = connect(lake=True)
    con.execute(LAKE)
    yield con
    con.close()


def one(sql: str) -> Any:
    with connect_serving() as con:
        row = con.execute(sql.encode()).fetchone()
        return row[0] if row and len(row) == 1 else row


def published(run_id: str = RUN) -> dict[str, Any]:
    audit.audit(DAY, run_id)
    return publish.publish(DAY, run_id)


def failures(error: pytest.ExceptionInfo[audit.AuditFailed]) -> list[tuple[str, str]]:
    assert journal.read(DAY, RUN, "audit") is not None
    said = journal.read(DAY, RUN, "audit") or {}
    assert said["passed"] is False
    assert "the old marts stay" in str(error.value)
    return [(fact["check"], fact["subject"]) for fact in said["failures"]]


@pytest.mark.usefixtures("lake")
class TestPublish:
    def test_marts_arrive_with_keys_comments_and_run_columns(self) -> None:
        said = published()
        assert said["marts"] == {
            "dispute_resolution": 9, "event": 2, "event_report": 3, "feed_ledger": 1, "person": 20,
        }  # fmt: skip
        assert one("SELECT count(*) FROM mart.event") == 2
        assert one("SELECT tags FROM mart.event WHERE event_id = 'E-1'") == ["a", "b"]
        assert one("SELECT (_as_of, _run_id, _snapshot)::text FROM mart.event LIMIT 1") == (
            f"(2026-10-01,{RUN},{said['snapshot']})"
        )
        assert (
            one("SELECT occurred_at = '2026-10-01 08:00+08' FROM mart.event WHERE event_id = 'E-1'") is True
        )
        assert one("SELECT col_description('mart.event'::regclass, 1)") == "编号 / id"
        assert (
            one("SELECT count(*) FROM pg_indexes WHERE schemaname = 'mart' AND indexdef LIKE '%(place_id)%'")
            == 1
        )
        with connect_serving() as con, pytest.raises(psycopg.errors.UniqueViolation):
            con.execute("INSERT INTO mart.person SELECT * FROM mart.person LIMIT 1")
        columns = one(
            "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = 'mart.event'::regclass"
        )
        assert "_row_hash" not in columns
        assert {"_as_of", "_run_id", "_snapshot"} < {*columns}

    def test_statistics_come_beside_them_without_small_cells(self) -> None:
        published()
        assert one("SELECT count(*) FROM mart.dispute_resolution WHERE resolved_count = 3") == 1
        assert one("SELECT min(resolved_count) FROM statistics.dispute_resolution") >= 5
        said = one(
            "SELECT (found_count, resolved_count, resolution_rate, is_suppressed)::text "
            "FROM statistics.dispute_resolution WHERE division_code = '410102001001' "
            "AND dispute_type = 'land'"
        )
        assert said.endswith(",,t)")
        assert one("SELECT count(*) FROM statistics.dispute_resolution WHERE NOT is_suppressed") > 0
        assert one(
            "SELECT bool_and(resolution_rate IS NOT NULL AND found_count = resolved_count + open_count) "
            "FROM statistics.dispute_resolution WHERE NOT is_suppressed"
        )
        columns = one(
            "SELECT array_agg(attname::text) FROM pg_attribute "
            "WHERE attrelid = 'statistics.dispute_resolution'::regclass"
        )
        assert "event_ids" not in columns
        tables = "SELECT array_agg(tablename::text) FROM pg_tables WHERE schemaname = 'statistics'"
        assert one(tables) == ["dispute_resolution"]
        assert (
            one("SELECT has_table_privilege('sanling_statistics', 'mart.dispute_resolution', 'SELECT')")
            is False
        )
        assert one(
            "SELECT has_table_privilege('sanling_statistics', 'statistics.dispute_resolution', 'SELECT')"
        )

    def test_the_snapshot_carries_run_and_date_and_can_be_read(self, lake: duckdb.DuckDBPyConnection) -> None:
        said = published()
        lake.execute("DELETE FROM lake.mart.person")
        row = lake.execute(
            "SELECT author, commit_message, commit_extra_info FROM lake.snapshots() WHERE snapshot_id = ?",
            [said["snapshot"]],
        ).fetchone()
        assert row == (publish.AUTHOR, "marts of 2026-10-01", '{"run_id": "run-1", "as_of": "2026-10-01"}')
        assert publication.snapshot_of(DAY) == said["snapshot"]
        at = f"SELECT count(*) FROM lake.mart.person AT (VERSION => {said['snapshot']})"
        assert lake.execute(at).fetchone() == (20,)

    def test_batches_are_built_only_then(self) -> None:
        assert len(register()["pending"]) == 1
        assert published()["batches"] == 1
        assert register()["pending"] == []

    def test_grants_outlive_the_swap(self) -> None:
        published()
        with connect_serving() as con:
            con.execute("GRANT USAGE ON SCHEMA mart TO sanling_reader")
            con.execute("GRANT SELECT ON mart.event TO sanling_reader")
        published()
        assert one("SELECT has_table_privilege('sanling_reader', 'mart.event', 'SELECT')") is True
        assert one("SELECT has_schema_privilege('sanling_reader', 'mart', 'USAGE')") is True
        assert one("SELECT has_table_privilege('sanling_reader', 'mart.person', 'SELECT')") is False

    def test_a_run_without_an_audit_is_not_published(self) -> None:
        with pytest.raises(audit.NotAudited, match="run `audit` before `publish`"):
            publish.publish(DAY, RUN)

    def test_a_lake_that_changed_after_its_audit_is_not_published(
        self, lake: duckdb.DuckDBPyConnection
    ) -> None:
        audit.audit(DAY, RUN)
        lake.execute("INSERT INTO lake.mart.person VALUES ('P-99', '2')")
        with pytest.raises(audit.NotAudited, match="audit again"):
            publish.publish(DAY, RUN)

    def test_publishing_again_after_a_stop_half_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        audit.audit(DAY, RUN)
        with monkeypatch.context() as stop:
            stop.setattr(publish.swap, "swap", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                publish.publish(DAY, RUN)
        assert publication.last() is None
        assert len(register()["pending"]) == 1
        assert publish.publish(DAY, RUN)["batches"] == 1


@pytest.mark.usefixtures("lake")
class TestAudit:
    def test_it_passes_what_is_right_and_stores_no_value(self) -> None:
        said = audit.audit(DAY, RUN)
        assert {check["check"] for check in said["checks"] if check["assessed"]} == {*audit.CHECKS}
        assert said["failures"] == []

    def test_each_check_finds_what_it_is_for(self, lake: duckdb.DuckDBPyConnection) -> None:
        for change, expected in WRONG.items():
            lake.execute("BEGIN")
            lake.execute(change)
            found = facts.collect(lake, MARTS, DAY, RUN)
            lake.execute("ROLLBACK")
            assert expected in [(f.check, f.subject) for f in found if f.measured > f.allowed], change

    @pytest.mark.parametrize("number", ["410102202610010001138001380001", *HASHES])
    def test_numbers_of_other_things_are_not_personal(
        self, lake: duckdb.DuckDBPyConnection, number: str
    ) -> None:
        lake.execute("UPDATE lake.mart.person SET sex = ?", [number])
        assert all(f.measured <= f.allowed for f in facts.collect(lake, MARTS, DAY, RUN))

    def test_an_entity_must_not_shrink(
        self, lake: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        published()
        lake.execute("DELETE FROM lake.mart.person WHERE person_id IN ('P-1', 'P-2')")
        audit.audit(DAY, RUN)
        lake.execute("DELETE FROM lake.mart.person WHERE person_id = 'P-3'")
        with pytest.raises(audit.AuditFailed, match="20 rows published, 17 left") as error:
            audit.audit(DAY, RUN)
        assert failures(error) == [("drop", "person")]
        monkeypatch.setenv(facts.MAX_DROP, "0.5")
        audit.audit(DAY, RUN)

    def test_a_failed_dbt_test_is_one_reason_among_others(self, lake: duckdb.DuckDBPyConnection) -> None:
        test = {"node": "unique of event.event_id", "failures": 2, "message": "Got 2 results"}
        journal.write(DAY, RUN, "build_marts", {"failed_tests": [test], "skipped": ["event_report"]})
        lake.execute("INSERT INTO lake.mart.person VALUES ('P-1', '2')")
        with pytest.raises(audit.AuditFailed) as error:
            audit.audit(DAY, RUN)
        assert failures(error) == [
            ("unique", "person"), ("dbt tests", "unique of event.event_id"), ("dbt tests", "skipped models"),
        ]  # fmt: skip

    def test_marts_that_this_run_did_not_build_are_refused(self) -> None:
        with pytest.raises(audit.AuditFailed, match="run other has not built the marts"):
            audit.audit(DAY, "other")

    def test_an_audit_of_nothing_is_no_pass(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit, "marts", lambda: [replace(MARTS[-1], columns={})])
        with pytest.raises(audit.AuditBroken, match="nothing was measured for reference"):
            audit.audit(DAY, RUN)
