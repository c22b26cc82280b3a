"""The database connector against a real PostgreSQL: windows, exact values, errors that say how to mend."""

import threading
import time
from datetime import timedelta
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg import sql

from infra.settings import connection
from infra.stack.credentials import database_uri
from infra.stack.postgres import SUPERUSER
from ingest import batch
from ingest import pull as verb
from ingest.connectors import SourceError, SourceUnavailable
from ingest.interval import Interval, midnight
from tests.ingest.source import COLUMNS, DAY, FEED, NIGHT, Source, rows_of

KEYS = 'list("JJDBH" ORDER BY "JJDBH")'
HISTORY = Interval(midnight(DAY - timedelta(days=200)), NIGHT.end)


def keys(source: Source, interval: Interval = NIGHT) -> list[str]:
    receipt = verb.pull(FEED, interval)
    return rows_of(receipt, KEYS)[0][0] if receipt.rows else []


def fill(source: Source, table: str, *rows: tuple[str, str | None]) -> None:
    values = ", ".join(f"('{key}', 'x', {'NULL' if t is None else repr(t)})" for key, t in rows)
    source.run(f'INSERT INTO "{table}" VALUES {values}')


@pytest.mark.parametrize("filler", [0, 400], ids=["most_of_the_table", "a_few_rows"])
@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date"])
def test_the_window_is_half_open_with_an_overlap(source: Source, kind: str, filler: int) -> None:
    """The same rows whether the table is read whole or asked for the window."""
    source.table("t", COLUMNS | {"GXSJ": kind})
    source.contract("t")
    fill(
        source,
        "t",
        ("1 too early", "2026-09-29 23:59:59.999999"),
        ("2 overlap", "2026-09-30 22:00:00"),
        ("3 start", "2026-10-01 00:00:00"),
        ("4 last", "2026-10-01 23:59:59.999999"),
        ("5 end", "2026-10-02 00:00:00"),
        ("6 none", None),
    )
    source.run(f"""INSERT INTO t SELECT 'z' || i, 'x', '2026-08-01' FROM generate_series(1, {filler}) i""")
    source.run("ANALYZE t")
    assert keys(source) == ["2 overlap", "3 start", "4 last", "6 none"]


def test_without_an_overlap_the_window_is_the_interval(source: Source) -> None:
    source.table("t")
    source.contract("t", overlap="PT0S")
    fill(source, "t", ("1", "2026-09-30 23:59:59"), ("2", "2026-10-01 00:00:00"))
    assert keys(source) == ["2"]


VALUES = {
    "n": ("numeric", "12345678901234567890.123456789"),
    "wide": ("numeric(50,3)", "1234567890123456789012345678901234567890.125"),
    "declared": ("numeric(10,6)", "113.500000"),
    "scaled": ("numeric(5,-2)", "12300"),
    "float": ("double precision", "0.1"),
    "whole": ("bigint", "9223372036854775807"),
    "flag": ("boolean", "true"),
    "moment": ("timestamp", "2026-10-01 12:00:00.123456"),
    "zoned": ("timestamptz", "2026-10-01 12:00:00"),
    "day": ("date", "2026-02-28"),
    "clock": ("time", "23:59:59"),
    "words": ("text", " 全角\t'quoted' \"double\" \\ "),
    "empty": ("varchar(5)", ""),
    "code": ("char(1)", "1"),
    "document": ("jsonb", '{"a": 1}'),
    "array": ("integer[]", "[1,2]"),
    "uuid": ("uuid", "00000000-0000-0000-0000-000000000001"),
    'odd "name': ("text", "x"),
}


@pytest.mark.parametrize("names", [list(VALUES), [n for n in VALUES if n not in ("n", "wide", "scaled")]])
def test_every_type_arrives_to_the_letter(source: Source, names: list[str]) -> None:
    """Once with numbers that only the source can make into text, once without."""
    columns = COLUMNS | {name.replace('"', '""'): VALUES[name][0] for name in names}
    source.table("t", columns)
    source.contract("t", COLUMNS)
    given = [VALUES[name][1].replace("'", "''") for name in names]
    given = [text.replace("[", "{").replace("]", "}") if text == "[1,2]" else text for text in given]
    values = ", ".join(f"'{text}'" for text in given)
    source.run(f"INSERT INTO t VALUES ('1', 'x', '2026-10-01 12:00', {values})")
    source.run("INSERT INTO t VALUES ('2', 'x', '2026-10-01 12:00')")
    receipt = verb.pull(FEED, NIGHT)
    wanted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    filled, nulls = rows_of(receipt, f'"JJDBH", {wanted}')
    assert dict(zip(names, filled[1:], strict=True)) == {name: VALUES[name][1] for name in names}
    assert set(nulls[1:]) == {None}
    assert receipt.unknown_columns == names


def test_nan_in_a_declared_number_is_never_read_as_zero(source: Source) -> None:
    columns = COLUMNS | {"lon": "numeric(10,6)"}
    source.table("t", columns)
    source.contract("t", columns)
    source.run(
        "INSERT INTO t VALUES ('1', 'x', '2026-10-01 12:00', 'NaN'), ('2', 'x', '2026-10-01 12:00', 0)"
    )
    with pytest.raises(SourceError, match="exactNumbers"):
        verb.pull(FEED, NIGHT)
    source.contract("t", columns, exactNumbers=True)
    assert rows_of(verb.pull(FEED, NIGHT), '"JJDBH", lon') == [("1", "NaN"), ("2", "0.000000")]


def test_zeros_are_zeros(source: Source) -> None:
    columns = COLUMNS | {"lon": "numeric(10,6)"}
    source.table("t", columns)
    source.contract("t", columns)
    source.run("INSERT INTO t VALUES ('1', 'x', '2026-10-01 12:00', 0)")
    assert rows_of(verb.pull(FEED, NIGHT), "lon") == [("0.000000",)]


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_will_do(source: Source, kind: str) -> None:
    source.table("t")
    fill(source, "t", ("1", "2026-10-01 12:00"))
    source.run(f"CREATE {kind} v AS SELECT * FROM t")
    source.run("GRANT SELECT ON v TO sanling_reader")
    source.contract("v")
    assert keys(source) == ["1"]


def test_a_partitioned_table_will_do(source: Source) -> None:
    source.run('CREATE TABLE t ("JJDBH" text, "BJNR" text, "GXSJ" timestamp) PARTITION BY RANGE ("GXSJ")')
    for month in (9, 10):
        source.run(
            f"CREATE TABLE t{month} PARTITION OF t "
            f"FOR VALUES FROM ('2026-{month:02}-01') TO ('2026-{month + 1:02}-01')"
        )
    fill(source, "t", ("1", "2026-09-05"), ("2", "2026-10-01 12:00"))
    source.contract("t")
    assert keys(source, HISTORY) == ["1", "2"]
    assert keys(source) == ["2"]


def test_a_database_kept_in_gb2312_arrives_as_utf8(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{source.schema}_euc"
    admin = database_uri(SUPERUSER, "jwzh")
    with psycopg.connect(admin, autocommit=True) as con:
        con.execute(
            sql.SQL(
                "CREATE DATABASE {} ENCODING 'EUC_CN' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
            ).format(sql.Identifier(name))
        )
    uri = database_uri(SUPERUSER, name)
    try:
        with psycopg.connect(uri, autocommit=True, client_encoding="UTF8") as con:
            con.execute('CREATE TABLE t ("JJDBH" text, "BJNR" text, "GXSJ" timestamp)')
            con.execute("INSERT INTO t VALUES ('1', '报警人称', '2026-10-01 12:00')")
        monkeypatch.setenv("SANLING_CONN_POLICE", uri)
        source.contract("t", schema="public")
        assert rows_of(verb.pull(FEED, NIGHT), '"BJNR"') == [("报警人称",)]
    finally:
        with psycopg.connect(admin, autocommit=True) as con:
            con.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_row_numbers_count_the_rows(source: Source) -> None:
    """A table of several page ranges, so that several connections read it."""
    source.table("t")
    source.contract("t")
    source.run("""
        INSERT INTO t SELECT i::text, repeat('x', 1000), timestamp '2026-10-01' + i * interval '1 s'
        FROM generate_series(1, 12000) i""")
    source.run("ANALYZE t")
    receipt = verb.pull(FEED, NIGHT)
    numbers = (
        'count(*), count(DISTINCT _row_number), min(_row_number), max(_row_number), count(DISTINCT "JJDBH")'
    )
    assert rows_of(receipt, numbers) == [(12000, 12000, 1, 12000, 12000)]
    assert {row[0] for row in rows_of(receipt, "_source_uri")} == {f"postgresql://police/{source.schema}.t"}


WRONG: list[Any] = [
    pytest.param({"watermark": "JJDBH"}, {}, "is of type varchar", id="text_watermark"),
    pytest.param({}, {"table": "nothing"}, "there is no table", id="missing_table"),
]


@pytest.mark.parametrize(("settings", "other", "said"), WRONG)
def test_what_a_contract_has_wrong(
    source: Source, settings: dict[str, str], other: dict[str, str], said: str
) -> None:
    source.table("t")
    source.contract(other.get("table", "t"), **settings)
    with pytest.raises(SourceError, match=f"{FEED}.*{said}"):
        verb.pull(FEED, NIGHT)


def test_a_missing_watermark_column(source: Source) -> None:
    source.table("t", {"JJDBH": "text", "BJNR": "text", "CJSJ": "timestamp"})
    source.contract("t")
    with pytest.raises(SourceError, match=r"police.*no watermark column 'GXSJ'.*JJDBH, BJNR, CJSJ"):
        verb.pull(FEED, NIGHT)


def test_a_missing_column_is_said_by_the_receipt(source: Source) -> None:
    source.table("t", {"JJDBH": "text", "GXSJ": "timestamp", "BZ": "text"})
    source.contract("t")
    source.run("INSERT INTO t VALUES ('1', '2026-10-01 12:00')")
    receipt = verb.pull(FEED, NIGHT)
    assert (receipt.missing_columns, receipt.unknown_columns) == (["BJNR"], ["BZ"])


def test_no_right_to_read(source: Source) -> None:
    source.table("t")
    source.run("REVOKE ALL ON t FROM sanling_reader")
    source.contract("t")
    with pytest.raises(SourceError, match="may not read"):
        verb.pull(FEED, NIGHT)


@pytest.mark.parametrize(
    ("part", "other", "error", "said"),
    [
        (":{password}@", ":wrong-secret@", SourceError, "user or password refused"),
        ("/jwzh", "/nowhere", SourceError, "the database does not exist"),
        ("@127.0.0.1", "@127.0.0.2", SourceUnavailable, "does not answer"),
    ],
    ids=["password", "database", "host"],
)
def test_a_wrong_connection_is_named_without_its_secret(
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    other: str,
    error: type[Exception],
    said: str,
) -> None:
    source.table("t")
    source.contract("t")
    uri = connection("police")
    password = uri.partition("@")[0].rpartition(":")[2]
    monkeypatch.setenv("SANLING_CONN_POLICE", uri.replace(part.format(password=password), other))
    monkeypatch.setattr(verb, "ATTEMPTS", 1)
    with pytest.raises(error, match=said) as caught:
        verb.pull(FEED, NIGHT)
    shown = str(caught.getrepr(chain=True, showlocals=False, style="short"))
    assert "'police'" in str(caught.value)
    assert password not in shown
    assert "wrong-secret" not in shown


def test_a_broken_line_is_tried_again(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source ends our session while the copy runs; the second attempt brings everything."""
    source.table("t")
    source.run("""
        INSERT INTO t SELECT i::text, 'x', timestamp '2026-10-01' + i * interval '1 s'
        FROM generate_series(1, 1000) i""")
    source.run("""
        CREATE VIEW slow AS
        SELECT "JJDBH", "BJNR" || coalesce(pg_sleep(0.001)::text, '') AS "BJNR", "GXSJ" FROM t""")
    source.contract("slow")
    ended: list[bool] = []

    def end_session() -> None:
        """End the session that copies; only a superuser sees another role's query."""
        with psycopg.connect(database_uri(SUPERUSER, "jwzh"), autocommit=True) as con:
            while not ended:
                ended.extend(
                    row[0]
                    for row in con.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE application_name = 'sanling' AND query LIKE 'COPY%' AND state = 'active'"
                    )
                )
                time.sleep(0.01)

    steps: list[str] = []
    monkeypatch.setattr(verb, "FIRST_WAIT", 0.05)
    thread = threading.Thread(target=end_session, daemon=True)
    thread.start()
    receipt = verb.pull(FEED, NIGHT, steps.append)
    thread.join(10)
    assert ended == [True]
    assert "attempt 2" in steps
    assert receipt.rows == 1000


def test_a_session_that_ends_before_the_copy_counts_as_a_broken_line() -> None:
    """DuckDB then says so with its plainest error, no IOException."""
    said = 'Failed to prepare COPY "COPY (SELECT 1) TO STDOUT": server closed the connection unexpectedly'
    with pytest.raises(SourceUnavailable, match="closed the connection"), batch.clear_faults(FEED):
        raise duckdb.Error(said)


def test_the_source_is_read_only(source: Source) -> None:
    """Our sessions cannot write: the pull of a view that writes fails, at once and without its values."""
    source.table("t")
    fill(source, "t", ("1", "2026-10-01 12:00"))
    source.run(f"""
        CREATE FUNCTION touch() RETURNS timestamp LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO {source.schema}.t VALUES ('2'); RETURN '2026-10-01 12:00'; END $$""")
    source.run("""CREATE VIEW v AS SELECT "JJDBH", "BJNR", touch() AS "GXSJ" FROM t""")
    source.contract("v")
    with pytest.raises(SourceError, match="cannot execute INSERT in a read-only transaction"):
        verb.pull(FEED, NIGHT)
    assert source.run("SELECT count(*) FROM t") == [(1,)]


def test_an_error_of_the_source_does_not_quote_a_value(source: Source) -> None:
    source.table("t")
    source.run("INSERT INTO t VALUES ('1', '王伟13800000000', '2026-10-01 12:00')")
    source.run("""CREATE VIEW v AS SELECT "JJDBH", "BJNR"::integer AS "BJNR", "GXSJ" FROM t""")
    source.contract("v")
    with pytest.raises(SourceError, match="invalid input syntax for type integer") as caught:
        verb.pull(FEED, NIGHT)
    assert "王伟" not in str(caught.getrepr(chain=True, style="short"))
