"""The access log tells who read which mart, and nothing of what was asked."""

import time
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from infra.consumers import access_log, roles
from infra.serving import connect_serving
from infra.settings import STATE


def noted(role: str) -> list[object]:
    access_log.collect()
    return [row["object"] for row in access_log.accesses(role)]


def appears(role: str, wanted: list[str]) -> bool:
    """The server's log reaches its file a moment after the query's answer."""
    deadline = time.monotonic() + 5
    while sorted(map(str, noted(role))) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return sorted(map(str, noted(role))) == wanted


@pytest.mark.usefixtures("readers")
def test_each_query_of_each_mart_is_noted_without_its_text() -> None:
    roles.add("log_office", "governance", "4101")
    with psycopg.connect(roles.uri("log_office"), autocommit=True) as con:
        con.execute("SELECT event_id FROM mart.event WHERE event_id IN ('E-1', 'E-secret-value')")
        con.execute("SELECT e.event_id FROM mart.event e, mart.organisation")
        con.execute("EXPLAIN SELECT event_id FROM mart.event")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            con.execute("SELECT * FROM mart.untold")
    expected = ["connection", "mart.event", "mart.event", "mart.organisation"]
    assert appears("log_office", expected), noted("log_office")
    assert "E-secret-value" not in (STATE / "logs" / "postgres.log").read_text(encoding="utf-8")
    assert access_log.collect() == 0
    tomorrow = date.today() + timedelta(days=2)
    assert access_log.accesses("log_office", tomorrow) == []
    roles.remove("log_office")
    assert len(access_log.accesses("log_office")) == len(expected)


@pytest.mark.usefixtures("readers")
def test_our_own_reads_are_not_noted() -> None:
    with connect_serving() as con:
        con.execute("SELECT count(*) FROM mart.event")
    assert noted("sanling_writer") == []


@pytest.mark.usefixtures("readers")
def test_a_forged_line_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serving: object) -> None:
    """What a client chooses, its application's name, cannot begin a line of its own."""
    database = connect_serving().info.dbname
    good = f"2020-01-01 08:00:00.000 CST 7 old_office {database} LOG:  sanling read mart.event"
    other = good.replace(database, "other")
    file = tmp_path / "postgres.log"
    file.write_text(f"{good}\n{other}\nx {good}\n", encoding="utf-8")
    monkeypatch.setenv(access_log.LOG, str(file))
    assert access_log.collect() == 1
    (row,) = access_log.accesses("old_office")
    assert str(row["accessed_at"]) == "2020-01-01 08:00:00+08:00"
