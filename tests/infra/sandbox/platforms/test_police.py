"""The police platform in a real PostgreSQL: types, versions, soft deletes, who may do what."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest

from infra.sandbox.platforms import bulk, intake, load_again, load_all, police
from infra.sandbox.platforms.police_table import (
    ADDRESS,
    CASE,
    INCIDENT,
    ORGANISATION,
    RESIDENT,
    TABLES,
    Table,
)
from infra.settings import Settings, connection
from tests.infra.sandbox.platforms.small_city import FIRST, RARE, SECOND, call, write_day

Row = tuple[object, ...]


@pytest.fixture
def database(stack: Settings, city: Path) -> Iterator[psycopg.Connection]:
    """A reader's connection to the empty platform."""
    police.reset(INCIDENT)
    with psycopg.connect(connection("police"), autocommit=True) as con:
        yield con


def rows(con: psycopg.Connection, columns: str = '"JJDBH", "BJNR", "SCBS"') -> list[Row]:
    return con.execute(f'SELECT {columns} FROM {INCIDENT.name} ORDER BY "JJDBH"').fetchall()


def test_rows_have_their_types_and_keep_every_character(database: psycopg.Connection) -> None:
    write_day(
        "police.incident", FIRST, [call("J1"), call("J2", JASJ="", LXDH="", HBBS=None, FXDWJD="0.000000")]
    )
    assert police.load(INCIDENT, FIRST) == 2
    first, second = rows(database, '"GXSJ", "FXDWJD", "BJRMC", "BJNR", "JASJ", "LXDH", "HBBS"')
    text = call("J1")["BJNR"]
    assert first == (datetime(2026, 10, 1, 9), Decimal("113.612345"), f"王{RARE}", text, None, None, None)
    assert second[1:2] == (Decimal("0.000000"),)
    assert second[4:] == (None, "", None)


def test_later_versions_replace_and_deleted_calls_stay_with_their_flag(database: psycopg.Connection) -> None:
    write_day(
        "police.incident",
        FIRST,
        [call("J1"), call("J2"), call("J3", BJNR="旧"), call("J3", GXSJ="2026-10-01 10:00:00")],
    )
    later = "2026-10-02 08:00:00"
    write_day(
        "police.incident", SECOND, [call("J1", _op="delete", GXSJ=later), call("J2", BJNR="改", GXSJ=later)]
    )
    for _ in range(2):
        police.load(INCIDENT, FIRST)
        police.load(INCIDENT, SECOND)
        assert [(row[0], row[2]) for row in rows(database)] == [("J1", "1"), ("J2", "0"), ("J3", "0")]
        assert [row[1] for row in rows(database)][1:] == ["改", call("J3")["BJNR"]]


def test_load_all_and_load_again_agree(database: psycopg.Connection) -> None:
    write_day("police.incident", FIRST, [call("J1")])
    write_day("police.incident", SECOND, [call("J1", BJNR="改", GXSJ="2026-10-02 08:00:00")])
    assert [each.day for each in load_all(None, ("police.incident",))] == [FIRST, SECOND]
    before = rows(database, "*")
    assert [each.day for each in load_again(FIRST, ("police.incident",))] == [FIRST, SECOND]
    assert rows(database, "*") == before
    write_day("police.incident", FIRST, [call("K9")])  # another city
    assert len(load_all(None, ("police.incident",))) == 2
    assert [row[0] for row in rows(database)] == ["J1", "K9"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"GXSJ": "十月三日"}, "GXSJ"), ({"SCBS": "yes"}, "SCBS"), ({"FXDWJD": "38465698.5"}, "FXDWJD")],
)
def test_what_the_types_cannot_hold_is_named_but_not_shown(
    database: psycopg.Connection, changes: dict[str, str], column: str
) -> None:
    write_day("police.incident", FIRST, [call("J1"), call("J2", **changes)])
    with pytest.raises(
        intake.OutboxUnfit, match=rf"police.incident 2026-10-01: column {column}, row"
    ) as caught:
        police.load(INCIDENT, FIRST)
    assert changes[column] not in str(caught.value)
    assert rows(database) == []


def test_the_reader_may_only_read(database: psycopg.Connection) -> None:
    write_day("police.incident", FIRST, [call("J1")])
    police.load(INCIDENT, FIRST)
    for statement in (
        f"DELETE FROM {INCIDENT.name}",
        f"UPDATE {INCIDENT.name} SET \"SCBS\" = '1'",
        "CREATE TABLE mine (a int)",
        f"DROP TABLE {INCIDENT.name}",
    ):
        database.execute("RESET default_transaction_read_only")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            database.execute(statement)
        database.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(statement)


def test_a_wrong_password_is_refused(database: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(connection("police"), password="guess")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(connection("police"), dbname="sanling_lake")


TYPES = {
    "police.incident": {
        "GXSJ": "timestamp(0) without time zone",
        "FXDWJD": "numeric(10,6)",
        "SCBS": "character(1)",
        "JJDBH": "character varying(100)",
    },
    "police.case": {"PASJ": "timestamp(0) without time zone", "ZARS": "integer", "SFMA": "character(1)"},
    "police.address": {"ZXDJD": "numeric(10,6)", "TYSJ": "timestamp(0) without time zone"},
    "police.organisation": {"CYRS": "integer", "SFWHQY": "character(1)"},
    "police.resident": {"CSRQ": "character varying(100)", "ZXBZ": "character(1)"},
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.feed)
def test_columns_are_those_of_the_contract_with_chinese_comments(
    database: psycopg.Connection, table: Table
) -> None:
    write_day(table.feed, FIRST, [])
    assert police.load(table, FIRST) == 0
    found = database.execute(
        "SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) "
        "FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
        (table.name,),
    ).fetchall()
    assert [(name, label) for name, _, label in found] == table.columns()
    types = {name: kind for name, kind, _ in found}
    assert TYPES[table.feed].items() <= types.items()
    title = database.execute("SELECT obj_description(%s::regclass)", (table.name,)).fetchone()
    assert title is not None
    assert title[0]


ROWS: list[tuple[Table, dict[str, str | None], Row]] = [
    (
        CASE,
        {"AJBH": "A1", "ZARS": "2", "ZTRS": "", "PASJ": "", "FASJ": "2026-10-01 08:00:00", "SFMA": "0"},
        (2, None, None, datetime(2026, 10, 1, 8), "0"),
    ),
    (
        RESIDENT,
        {"RYBH": "R1", "XM": f"李{RARE}", "CSRQ": "19490229", "HH": "", "ZXBZ": "0"},
        (f"李{RARE}", "19490229", "", "0"),
    ),
    (
        ADDRESS,
        {"DZBM": "D1", "LZH": "无", "ZXDJD": "113.612345", "ZXDWD": "", "QYSJ": "2019-03-01 00:00:00"},
        ("无", Decimal("113.612345"), None, datetime(2019, 3, 1)),
    ),
    (ORGANISATION, {"DWBH": "O1", "DWMC": RARE, "ZZJGDM": "", "CYRS": "12"}, (RARE, "", 12)),
]


@pytest.mark.parametrize(("table", "row", "expected"), ROWS, ids=lambda value: getattr(value, "feed", ""))
def test_each_table_holds_its_rows(
    database: psycopg.Connection, table: Table, row: dict[str, str | None], expected: Row
) -> None:
    police.reset(table)
    write_day(table.feed, FIRST, [{"GXSJ": "2026-10-01 09:00:00", **row}])
    assert [each.rows for each in load_all(None, (table.feed,))] == [1]
    names = ", ".join(f'"{name}"' for name in list(row)[1:])
    assert database.execute(f"SELECT {names} FROM {table.name}").fetchall() == [expected]


def test_many_rows_load_in_one_stream(database: psycopg.Connection) -> None:
    assert bulk.police_rows(50_000) == 50_000
    assert database.execute(f'SELECT count(*), count(DISTINCT "JJDBH") FROM {INCIDENT.name}').fetchone() == (
        50_000,
        50_000,
    )


def test_the_city_replaces_rows_for_measurements(database: psycopg.Connection) -> None:
    bulk.police_rows(10)
    write_day("police.incident", FIRST, [call("J1")])
    assert len(load_all(None, ("police.incident",))) == 1
    assert [row[0] for row in rows(database)] == ["J1"]


def test_duckdb_splits_the_table_by_pages(database: psycopg.Connection) -> None:
    """What a partitioned table would lose: page counts, by which the scanner shares the work."""
    bulk.police_rows(50_000)
    pages = database.execute(
        "SELECT relpages FROM pg_class WHERE oid = %s::regclass", (INCIDENT.name,)
    ).fetchone()
    assert pages is not None
    assert pages[0] > 1000
    with duckdb.connect() as con:
        con.load_extension("postgres_scanner")
        con.execute(f"ATTACH '{connection('police')}' AS police (TYPE postgres, READ_ONLY)")
        assert con.execute(f"SELECT count(*) FROM police.{INCIDENT.name}").fetchone() == (50_000,)
