"""Small batches for the tests: rows as a source would send them, in a raw object as a pull would write it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from expectations.usual import Usual
from expectations.validate import NO_HISTORY, judge_file
from infra.lake import functions, set_pseudonym_key
from ingest import lineage
from ingest.connectors import Part, quote
from ingest.contract import Contract, load
from ingest.interval import Interval, midnight
from ingest.landing import Receipt, sha256_of

DAY = date(2026, 10, 1)
INTERVAL = Interval(midnight(date(2026, 1, 1)), midnight(date(2026, 10, 2)))
Row = Mapping[str, str | None]


def connect() -> duckdb.DuckDBPyConnection:
    """DuckDB with the shared functions, as infra.lake prepares it but for the stores."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    con.execute("SET memory_limit = '1GB'")
    set_pseudonym_key(con, bytes(range(32)))
    con.execute(functions())
    return con


def ask(con: duckdb.DuckDBPyConnection, expression: str, values: Sequence[str | None]) -> list[Any]:
    """The expression over a column x that holds the values, in their order."""
    con.register("given", pa.table({"x": pa.array(values, pa.string()), "n": range(len(values))}))
    try:
        return [row[0] for row in con.execute(f"SELECT {expression} FROM given ORDER BY n").fetchall()]
    finally:
        con.unregister("given")


def write_raw(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    rows: Sequence[Row],
    file: Path,
    uri: str = "s3://landing/x/one.csv",
) -> None:
    """A raw object of rows; a row may name its original in `_uri`."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != "_uri"))
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    uris = [row.get("_uri") or uri for row in rows]
    numbers = [uris[: at + 1].count(one) for at, one in enumerate(uris)]
    con.register("rows", pa.table({**columns, "_u": uris, "_n": numbers}))
    layout = [(name, "VARCHAR") for name in names]
    batch_id = f"{contract.feed}/{INTERVAL.text}"
    select = lineage.select(contract, Part("rows", "_u", "_n"), layout, batch_id, "2026-10-02 01:00:00")
    con.execute(f"COPY ({select}) TO {quote(str(file))} (FORMAT parquet)")
    con.unregister("rows")


def receipt_of(contract: Contract, file: Path, **changes: Any) -> Receipt:
    """The receipt that a pull would have written for a raw object."""
    with duckdb.connect() as con:
        source = f"read_parquet({quote(str(file))})"
        columns = [str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        rows = con.execute(f"SELECT count(*) FROM {source}").fetchone()
    known = [p.physical for p in contract.properties]
    seen = [name for name in columns if name not in lineage.LINEAGE]
    facts: dict[str, Any] = {
        "batch_id": f"{contract.feed}/{INTERVAL.text}",
        "feed": contract.feed,
        "platform": contract.platform,
        "interval_start": INTERVAL.start.isoformat(),
        "interval_end": INTERVAL.end.isoformat(),
        "business_date": INTERVAL.business_date.isoformat(),
        "attempt": "a" * 32,
        "contract_version": contract.version,
        "outcome": "complete",
        "rows": rows[0] if rows else 0,
        "bytes": file.stat().st_size,
        "sha256": sha256_of(file),
        "object": f"s3://raw/{file.name}",
        "pulled_at": "2026-10-02T01:00:00+08:00",
        "seconds": 1.0,
        "columns": seen,
        "unknown_columns": [name for name in seen if name not in known],
        "missing_columns": [
            p.physical for p in contract.properties if not p.may_be_absent and p.physical not in seen
        ],
    }
    return Receipt(**(facts | changes))


@dataclass(frozen=True)
class Judged:
    """What validation said of a small batch."""

    outcome: dict[str, Any]
    report: dict[str, Any]
    verdicts: list[dict[str, Any]]

    def of(self, row: int) -> set[tuple[str, str]]:
        """(rule, source field) of the verdicts on a row, 1-based."""
        return {(v["rule"], v["source_field"]) for v in self.verdicts if v["_row_number"] == row}


def judge_rows(
    feed: str,
    rows: Sequence[Row],
    folder: Path,
    contract: Contract | None = None,
    history: Usual = NO_HISTORY,
    **receipt: Any,
) -> Judged:
    """Judge rows by the contract of a feed, without a store."""
    contract = contract or load(feed)
    raw, verdicts = folder / "raw.parquet", folder / "verdicts.parquet"
    con = connect()
    write_raw(con, contract, rows, raw)
    batch = receipt_of(contract, raw, **receipt)
    outcome, report = judge_file(con, contract, batch, raw, verdicts, history)
    table = con.execute(f"SELECT * FROM read_parquet({quote(str(verdicts))})").to_arrow_table()
    con.close()
    return Judged(outcome, report, table.to_pylist())


@contextmanager
def changed(contract: Contract, **rules: Any) -> Iterator[Contract]:
    """A contract with some of its fields replaced."""
    from dataclasses import replace

    yield replace(contract, **rules)


INCIDENT: dict[str, str | None] = {
    "JJDBH": "J0000000001",
    "GLZJJDBH": None,
    "XZQHDM": "410102001000",
    "JJLX": "110",
    "BJSJ": "2026-09-30 08:00:00",
    "JJSJ": "2026-09-30 08:01:00",
    "JJWCSJ": "2026-09-30 08:03:00",
    "BJDH": "13812345678",
    "BJRMC": "张三丰",
    "BJRXBDM": "1",
    "LXDH": "0371-65551234",
    "BJRZJDM": "111",
    "BJRZJHM": "11010519491231002X",
    "JQDZ": "河南省郑州市中原区建设路1号",
    "BJNR": "报警人称有人争吵，请民警处理。",
    "GXDWDM": "410102000000",
    "GXDWMC": "某派出所",
    "JQLBDM": "060000",
    "CSJQLBDM": "060000",
    "JQDJDM": "03",
    "JQCLZTDM": "04",
    "FXDWJD": "113.60",
    "FXDWWD": "34.75",
    "GLLX": None,
    "HBBS": "0",
    "WXBS": "0",
    "SCBS": "0",
    "SFBM": "0",
    "SFJA": "1",
    "JASJ": "2026-09-30 10:00:00",
    "JJLYLX": "电话",
    "JJLYBH": None,
    "GXSJ": "2026-09-30 10:00:00.123456",
    "RKSJ": "2026-09-30 10:05:00",
}


def incident(number: int = 1, **changes: str | None) -> dict[str, str | None]:
    """A clean 110 call with some columns changed."""
    return {**INCIDENT, "JJDBH": f"J{number:010d}", **changes}
