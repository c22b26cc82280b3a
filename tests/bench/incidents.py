"""A raw object of 110 calls, one in a hundred of them spoiled, made by DuckDB in a few seconds."""

from pathlib import Path

import duckdb

from expectations.rules.division import DIVISIONS
from infra.lake import functions
from ingest.connectors import quote
from ingest.contract import load
from ingest.landing import Receipt

FEED = "police.incident"
TIME = "'%Y-%m-%d %H:%M:%S'"
SPOILED = {  # column -> (how many rows apart, the wrong value)
    "XZQHDM": (2_000, "'410199900000'"),
    "BJSJ": (3_000, "'2026-13-45'"),
    "BJDH": (900, "'1381234'"),
    "BJRZJHM": (1_100, "'110105194912310021'"),
    "JQDZ": (2_500, "'无'"),
    "BJNR": (4_000, quote("报警人称在建设路有人争吵请".encode().decode("gb18030", "ignore"))),
    "JQLBDM": (1_700, "'995100'"),
    "FXDWJD": (1_000, "'0'"),
    "JASJ": (5_000, f"strftime(t - INTERVAL 2 HOUR, {TIME})"),
}
COLUMNS = {
    "JJDBH": "'J' || lpad(i::VARCHAR, 14, '0')",
    "GLZJJDBH": "CASE WHEN i % 20 = 1 THEN 'J' || lpad((i - 1)::VARCHAR, 14, '0') END",
    "XZQHDM": "code12",
    "JJLX": "'110'",
    "BJSJ": f"strftime(t, {TIME})",
    "JJSJ": f"strftime(t + INTERVAL 1 MINUTE, {TIME})",
    "JJWCSJ": f"strftime(t + INTERVAL 3 MINUTE, {TIME})",
    "BJDH": "'138' || lpad((hash(i) % 100000000)::VARCHAR, 8, '0')",
    "BJRMC": "'张' || chr((19968 + hash(i) % 5000)::INTEGER)",
    "BJRXBDM": "CASE WHEN i % 50 = 7 THEN '男' ELSE (1 + i % 2)::VARCHAR END",
    "LXDH": "CASE WHEN i % 3 = 0 THEN '139' || lpad((hash(i + 1) % 100000000)::VARCHAR, 8, '0') END",
    "BJRZJDM": "'111'",
    "BJRZJHM": "CASE WHEN i % 5 <> 0 THEN body || _id_check(body) END",
    "JQDZ": "'河南省郑州市中原区建设路' || hash(i) % 900 || '号院' || i % 30 || '号楼附近'",
    "BJNR": "'报警人称在建设路' || hash(i) % 900 || '号院有人因停车发生争执，现场三人，请民警处理。'",
    "GXDWDM": "'410102000000'",
    "GXDWMC": "'建设路派出所'",
    "JQLBDM": "'0' || (1 + i % 9) || '0000'",
    "CSJQLBDM": "'0' || (1 + i % 9) || '0000'",
    "JQDJDM": "'03'",
    "JQCLZTDM": "'0' || (1 + i % 5)",
    "FXDWJD": "round(lon + (hash(i) % 1000) / 50000.0, 6)::VARCHAR",
    "FXDWWD": "round(lat + (hash(i + 2) % 1000) / 50000.0, 6)::VARCHAR",
    "GLLX": "CASE WHEN i % 20 = 1 THEN '1' END",
    "HBBS": "(i % 20 = 1)::INTEGER::VARCHAR",
    "WXBS": "'0'",
    "SCBS": "'0'",
    "SFBM": "'0'",
    "SFJA": "'1'",
    "JASJ": f"strftime(t + INTERVAL 2 HOUR, {TIME})",
    "JJLYLX": "'电话'",
    "JJLYBH": "CASE WHEN i % 50 = 0 THEN 'X' || i END",
    "GXSJ": f"strftime(t + INTERVAL 3 HOUR, {TIME}) || '.' || lpad((i % 1000000)::VARCHAR, 6, '0')",
    "RKSJ": f"strftime(t + INTERVAL 4 HOUR, {TIME})",
}


def prepared() -> duckdb.DuckDBPyConnection:
    """DuckDB with the shared functions, in the memory that a step has."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    con.execute("SET memory_limit = '1GB'")
    con.execute(functions())
    return con


def write(file: Path, rows: int) -> None:
    """Write the raw object."""
    con = prepared()
    seed = f"read_csv({quote(str(DIVISIONS))}, all_varchar = true)"
    con.execute(
        "CREATE TABLE town AS SELECT t.code12, c.lon::DOUBLE AS lon, c.lat::DOUBLE AS lat, "
        f"row_number() OVER (ORDER BY t.code12) - 1 AS k FROM {seed} AS t JOIN {seed} AS c "
        "ON c.code12 = t.parent_code12 WHERE t.level = 'township' AND t.code12 LIKE '4101%' "
        "AND c.code_system = 'NBS' AND c.lon IS NOT NULL"
    )
    con.execute(
        "CREATE TABLE base AS SELECT i, i % (SELECT count(*) FROM town) AS k, "
        "TIMESTAMP '2026-01-01' + to_seconds(i * 20 % 20000000) AS t, '410102' || "
        "strftime(DATE '1950-01-01' + (hash(i) % 20000)::INTEGER, '%Y%m%d') || "
        f"lpad((hash(i) % 99 + 101)::VARCHAR, 3, '0') AS body FROM range({rows}) AS r(i)"
    )
    columns = [
        f"CASE WHEN i % {SPOILED[name][0]} = {at} THEN {SPOILED[name][1]} ELSE {value} END AS {name}"
        if name in SPOILED
        else f"{value} AS {name}"
        for at, (name, value) in enumerate(COLUMNS.items())
    ]
    con.execute(
        f"COPY (SELECT {', '.join(columns)}, '{FEED}/bench' AS _batch_id, i + 1 AS _row_number, "
        f"'{FEED}:' || JJDBH AS _record_key, md5(i::VARCHAR) AS _content_hash, "
        "'postgresql://police/public.icc_t_jjdb' AS _source_uri, '2026-10-02 01:00:00' AS _pulled_at "
        f"FROM base JOIN town USING (k) ORDER BY i) TO {quote(str(file))} "
        "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)"
    )
    con.close()


def receipt(rows: int) -> Receipt:
    """The receipt that a pull of these rows would have left."""
    return Receipt(
        batch_id=f"{FEED}/bench",
        feed=FEED,
        platform="police",
        interval_start="2026-01-01T00:00:00+08:00",
        interval_end="2026-10-02T00:00:00+08:00",
        business_date="2026-10-01",
        attempt="0" * 32,
        contract_version=load(FEED).version,
        outcome="complete",
        rows=rows,
        bytes=1,
        sha256="0" * 64,
        object="s3://raw/bench.parquet",
        pulled_at="2026-10-02T01:00:00+08:00",
        seconds=1.0,
        columns=list(COLUMNS),
    )
