"""The swap and those who read while it happens."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from infra.nightly import publication, swap
from infra.serving import connect_serving

DAY = date(2026, 10, 1)


def fill(value: int) -> None:
    """Make `mart_next` with one table and one row."""
    swap.clear_next()
    with connect_serving() as con:
        con.execute("CREATE TABLE mart_next.event AS SELECT %s::int AS n", (value,))


def publish(value: int) -> None:
    fill(value)
    swap.swap(lambda con: publication.record(con, f"run-{value}", DAY, value, "code", {"event": 1}))


def read(con: psycopg.Connection) -> int:
    row = con.execute("SELECT n FROM mart.event").fetchone()
    assert row is not None, "a reader saw an empty mart"
    return int(row[0])


def schemas() -> list[str]:
    with connect_serving() as con:
        rows = con.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mart%' ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]


@pytest.fixture
def reader(night: object) -> Iterator[psycopg.Connection]:
    publish(1)
    con = connect_serving()
    yield con
    con.close()


@pytest.mark.usefixtures("night")
def test_each_publication_is_recorded_with_its_marts() -> None:
    assert publication.last() is None
    publish(1)
    publish(2)
    last = publication.last()
    assert last is not None
    assert (last.run_id, last.snapshot, last.marts) == ("run-2", 2, {"event": 1})
    assert publication.snapshot_of("2026-10-01") == 2
    with pytest.raises(LookupError, match="published: 2026-10-01"):
        publication.snapshot_of("2026-10-02")


@pytest.mark.usefixtures("night")
def test_former_marts_are_swept_away() -> None:
    for value in (1, 2, 3):
        publish(value)
    assert swap.sweep() == []
    assert schemas() == ["mart"]


def test_a_plain_transaction_is_not_stopped_and_then_reads_the_new_marts(reader: psycopg.Connection) -> None:
    assert read(reader) == 1
    publish(2)
    assert read(reader) == 2
    reader.rollback()


def test_tables_that_a_reader_holds_are_kept_until_he_lets_go(reader: psycopg.Connection) -> None:
    assert read(reader) == 1
    publish(2)
    assert len(swap.sweep()) == 1
    assert len(schemas()) == 2
    reader.rollback()
    assert swap.sweep() == []
    assert schemas() == ["mart"]


@pytest.mark.parametrize("has_read", [True, False])
def test_a_reader_with_an_old_snapshot_is_waited_for_and_named(
    reader: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, has_read: bool
) -> None:
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute("SELECT n FROM mart.event" if has_read else "SELECT 1").fetchall()
    monkeypatch.setenv(swap.WAIT, "1")
    with pytest.raises(swap.ReadersInTheWay, match=r"old marts stay.*sanling"):
        publish(2)
    assert read(reader) == 1
    reader.rollback()
    publish(3)
    assert read(reader) == 3


def test_views_of_consumers_follow(reader: psycopg.Connection) -> None:
    reader.execute("CREATE SCHEMA dashboard")
    reader.execute("CREATE VIEW dashboard.total AS SELECT sum(n) AS n FROM mart.event")
    reader.execute("CREATE VIEW dashboard.twice AS SELECT 2 * n AS n FROM dashboard.total")
    reader.commit()
    publish(2)
    assert swap.sweep() == []
    row = reader.execute("SELECT n FROM dashboard.twice").fetchone()
    assert row == (4,)


def test_a_view_that_cannot_follow_is_named_and_keeps_what_it_reads(reader: psycopg.Connection) -> None:
    reader.execute("CREATE MATERIALIZED VIEW public.copy AS SELECT n FROM mart.event")
    reader.commit()
    fill(2)
    assert swap.swap(lambda _: None) == ["public.copy"]
    assert len(swap.sweep()) == 1
    reader.execute("REFRESH MATERIALIZED VIEW public.copy")
    assert reader.execute("SELECT n FROM public.copy").fetchone() == (1,)
    reader.execute("DROP MATERIALIZED VIEW public.copy")
    reader.commit()
    assert swap.sweep() == []
    assert read(reader) == 2
