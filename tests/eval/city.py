"""A sandbox city in a lake of its own, brought in without the platforms and without validation.

What validation would refuse is left out by the truth, so the models see what they would see of a real night.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from infra.lake import connect
from infra.sandbox.generator import generate
from infra.sandbox.parameters import Params
from ingest.contract import load
from ingest.interval import midnight
from tests.dbt.lakehouse import BATCH, DECISION, RULE_RESULT, Lakehouse

FEEDS = (
    *("police.incident", "police.case", "police.resident", "police.organisation", "petition.petition"),
    *("petition.message", "emergency.accident", "emergency.enterprise", "emergency.hazard", "grid.event"),
    "grid.dispute",
)


@contextmanager
def generated(params: Params) -> Iterator[Path]:
    """The folder of a city, for as long as it is needed."""
    with TemporaryDirectory(prefix="sanling-eval-") as folder:
        generate(params, folder=Path(folder))
        yield Path(folder)


def bring(
    lakehouse: Lakehouse,
    folder: Path,
    first: date,
    last: date,
    written: Mapping[str, str] | None = None,
    feeds: Collection[str] = FEEDS,
) -> int:
    """Register each feed's rows of some days as one batch; how many rows.

    written: source column -> SQL over the row that takes its place, for slips that the sandbox does not make.
    """
    lakehouse.use()
    lakehouse.delivered.update(feeds)
    with connect(lake=True) as con:
        con.execute("create schema if not exists lake.ops")
        for table in (BATCH, DECISION, RULE_RESULT):
            con.execute(table)
        return sum(_bring(con, folder, feed, first, last, written or {}) for feed in feeds)


def _bring(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    feed: str,
    first: date,
    last: date,
    written: Mapping[str, str],
) -> int:
    contract, days = load(feed), (last - first).days + 1
    every = [folder / "outbox" / feed / f"{first + timedelta(days=day)}.parquet" for day in range(days)]
    files = [str(file) for file in every if file.exists()]
    batch_id = f"{feed}/{midnight(first).isoformat()}--{midnight(last + timedelta(days=1)).isoformat()}"
    target = f"s3://raw/eval/{feed}/{first}-{last}-{os.getpid()}.parquet"
    columns = ", ".join(f'"{p.physical}"' for p in contract.properties)
    brought = ", ".join(
        f'{written[p.physical]} as "{p.physical}"' if p.physical in written else f'"{p.physical}"'
        for p in contract.properties
    )
    key = contract.primary_key[0].physical
    con.execute(
        f"""
        copy (
            select {brought}, ? as _batch_id, row_number() over () as _row_number,
                ? || ':' || nullif(trim("{key}"), '') as _record_key,
                md5(concat_ws('|', {columns})) as _content_hash,
                filename as _source_uri, '2026-01-01T00:00:00+08:00' as _pulled_at
            from read_parquet(?, filename = true, file_row_number = true)
            where _op = 'upsert' and (parse_filename(filename, true) || '#' || file_row_number) not in (
                select source_row_id from read_parquet(?) where feed = ? and is_refusable
            )
        ) to '{target}' (format parquet)""",
        [batch_id, feed, files, str(folder / "truth" / "dirt.parquet"), feed],
    )
    con.execute(
        "insert into lake.ops.batch (batch_id, feed, platform, interval_start, interval_end, business_date, "
        "attempt, raw_object, outcome, received, contract_version, is_pending) "
        "values (?, ?, ?, ?, ?, ?, 'eval', ?, 'accepted', 0, '1', true)",
        [
            *(batch_id, feed, contract.platform),
            *(midnight(first), midnight(last + timedelta(days=1)), last, target),
        ],
    )  # fmt: skip
    row = con.execute(f"select count(*) from read_parquet('{target}')").fetchone()
    return int(row[0]) if row else 0
