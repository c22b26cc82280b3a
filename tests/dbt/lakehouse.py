"""A small lake for tests of the dbt project: batches made by hand, registered and built."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from infra import lake
from infra.lake import connect
from infra.nightly.build import REFERENCE, SEEDS
from infra.settings import STATE, settings
from ingest.contract import Contract, feeds, load
from ingest.interval import Interval, midnight
from tests import parsed

Row = Mapping[str, str | None]
FIRST = date(2026, 10, 1)
LINEAGE = ["_batch_id", "_record_key", "_content_hash", "_source_uri", "_pulled_at"]
# Nobody reads what these leave out.
FAST = ("--log-level-file", "none", "--no-write-json", "--cache-selected-only")
RUN_COLUMNS = ("_changed_on", "_changed_by", "_pulled_at")
BATCH = """
create table if not exists lake.ops.batch (
    batch_id varchar, feed varchar, platform varchar, interval_start timestamptz, interval_end timestamptz,
    business_date date, attempt varchar, raw_object varchar, verdict_object varchar, outcome varchar,
    received bigint, contract_version varchar, built_as varchar, is_pending boolean
)"""
RULE_RESULT = """
create table if not exists lake.ops.rule_result (
    batch_id varchar, rule varchar, scope varchar, field varchar, source_field varchar, dimension varchar,
    severity varchar, assessed bigint, failed bigint
)"""
DECISION = """
create table if not exists lake.ops.decision (
    entity_kind varchar, left_key varchar, right_key varchar, decision varchar, decided_by varchar,
    decided_at timestamptz, reason varchar
)"""

RETURN_DECISION = """
create table if not exists lake.ops.return_decision (
    return_item_id varchar, decision varchar, reason varchar, unit varchar, account varchar,
    decided_at timestamptz, decided_on date, fault_key varchar, last_batch_id varchar
)"""


@dataclass(frozen=True)
class Broken:
    """A verdict on the n-th row of a batch, from 1."""

    row: int
    rule: str
    severity: str = "refuse"
    dimension: str = "规范性"


@dataclass(frozen=True)
class Lakehouse:
    """Delivers batches, builds models, reads tables, on a catalogue of its own."""

    catalogue: str
    delivered: set[str] = field(default_factory=set)  # feeds that ever brought a batch
    published: list[int] = field(default_factory=list)  # snapshots that consumers came to read
    is_copy: bool = False  # of the pattern: all tables are there, and seeds and what is made of them alone

    def use(self) -> None:
        """Make this the lake that the settings name; every other method does so first."""
        os.environ["SANLING_PG_CATALOG"] = self.catalogue
        settings.cache_clear()

    def prepare(self) -> None:
        """Make every table, as a night does that no feed brought anything for."""
        with self.connected() as con:
            con.execute("create schema if not exists lake.ops")
            for table in (BATCH, RULE_RESULT, DECISION, RETURN_DECISION):
                con.execute(table)
        self._dbt(["build", "--quiet", "--exclude-resource-type", "unit_test", "test"], 1)

    def deliver(
        self,
        feed: str,
        day: int,
        rows: Sequence[Row],
        broken: Sequence[Broken] = (),
        *,
        refused: bool = False,
        columns: Sequence[str] | None = None,
    ) -> str:
        """Put the batch of the n-th day (from 1) into the store and register it; returns its id.

        Rows hold conformed names; what a row lacks gets a plain value. Delivering a day again is a new
        attempt. `columns`: conformed names that the source has, all by default.
        """
        contract = load(feed)
        self.delivered.add(feed)
        business_date = FIRST + timedelta(days=day - 1)
        interval = Interval(midnight(business_date), midnight(business_date + timedelta(days=1)))
        batch_id = f"{feed}/{interval.text}"
        key = f"{contract.platform}/{contract.name}/{interval.text}-{uuid4().hex}.parquet"
        raw = _raw(contract, batch_id, rows, columns)
        verdict = _verdicts(raw, broken)
        with self.connected() as con:
            _put(con, raw, f"s3://raw/{key}")
            _put(con, verdict, f"s3://verdicts/{key}")
            _count(con, batch_id, len(rows), broken, refused=refused)
            before = con.execute(
                "select built_as from lake.ops.batch where batch_id = ?", [batch_id]
            ).fetchone()
            con.execute("delete from lake.ops.batch where batch_id = ?", [batch_id])
            con.execute(
                "insert into lake.ops.batch values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, true)",
                [
                    batch_id, feed, contract.platform, interval.start, interval.end, business_date,
                    uuid4().hex, f"s3://raw/{key}" if rows else None, f"s3://verdicts/{key}",
                    "refused" if refused else "accepted", len(rows), contract.version,
                    before and before[0],
                ],
            )  # fmt: skip
            con.execute(
                "update lake.ops.batch set is_pending = true where feed = ? and interval_end > ?",
                [feed, interval.end],
            )
        return batch_id

    def build(self, *select: str, day: int = 1, whole: bool = False, tests: bool = False) -> float:
        """Build models for the n-th day, `select` as dbt takes it; AssertionError names what failed.

        Returns the seconds that the models took, without dbt's own start.
        """
        arguments = ["build", "--quiet", "--exclude-resource-type", "unit_test"]
        if not tests:
            arguments += ["--exclude-resource-type", "test"]
        if select:
            arguments += ["--select", *select]
        if self.is_copy:
            # Nothing changes in models of a feed without a batch, nor in those that only the code decides:
            # a night leaves those out too, unless the code has changed.
            idle = [name.replace(".", "__") for name in feeds() if name not in self.delivered]
            fixed = [] if whole or tests else [f"path:{SEEDS}", f"tag:{REFERENCE}"]
            arguments += [
                "--exclude",
                *(f"{kind}_{name}" for name in idle for kind in ("base", "stg")),
                *fixed,
            ]
        return self._dbt(arguments, day, whole=whole)

    def test(self, kind: str, day: int) -> None:
        """Run dbt's `unit` or `data` tests for the n-th day; the models they test must have been built."""
        self._dbt(["test", "--quiet", "--select", f"test_type:{kind}"], day)

    def _dbt(self, arguments: list[str], day: int, *, whole: bool = False) -> float:
        self.use()
        _close_others(self.catalogue)
        environment = {
            **lake.dbt_environment(),
            "SANLING_BUSINESS_DATE": (FIRST + timedelta(days=day - 1)).isoformat(),
            "SANLING_RUN_ID": f"test-{day}",
            "SANLING_WHOLE": "1" if whole else "0",
            "SANLING_PUBLISHED_SNAPSHOT": str(self.published[-1]) if self.published else "",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            result = dbtRunner(manifest=_manifest()).invoke([*arguments, *FAST])
        if result.exception:
            raise result.exception
        failed = [f"{r.node.name}: {r.message}" for r in result.result or () if r.status in ("error", "fail")]
        assert not failed, "\n".join(failed)
        return sum(r.execution_time for r in result.result or ())

    def publish(self) -> None:
        """Name the snapshot and mark all batches as built, as the publication does at its end."""
        self.published.append(self.snapshot())
        with self.connected() as con:
            con.execute("update lake.ops.batch set is_pending = false, built_as = attempt where is_pending")

    def night(self, *select: str, day: int = 1) -> None:
        """Build and publish."""
        self.build(*select, day=day)
        self.publish()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query on the lake gives."""
        with self.connected() as con:
            return con.execute(sql, list(values)).fetchall()

    def dump(self, *schemas: str) -> dict[str, list[Any]]:
        """Table -> all its rows in a fixed order, without the columns that say when a row came or changed."""
        found: dict[str, list[Any]] = {}
        names = self.tables(*schemas)
        with self.connected() as con:
            for name in names:
                present = {row[0] for row in con.execute(f"describe {name}").fetchall()}
                exclude = ", ".join(sorted(present.intersection(RUN_COLUMNS)))
                columns = f"* exclude ({exclude})" if exclude else "*"
                found[name] = con.execute(f"select {columns} from {name} order by all").fetchall()
        return found

    def tables(self, *schemas: str) -> list[str]:
        """Names of the tables of some schemas of the lake."""
        found = self.rows(
            "select 'lake.' || schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = 'lake' and schema_name in (select unnest(?)) order by 1",
            list(schemas),
        )
        return [name for (name,) in found]

    def snapshot(self) -> int:
        """The lake's latest snapshot."""
        return int(self.rows("select max(snapshot_id) from lake.snapshots()")[0][0])

    def changes_since(self, snapshot: int) -> list[str]:
        """Names of what later snapshots wrote."""
        found = self.rows("select changes from lake.snapshots() where snapshot_id > ?", snapshot)
        return [f"{kind}: {', '.join(names)}" for (changes,) in found for kind, names in changes.items()]

    def changed_tables(self, schema: str, since: int) -> list[str]:
        """Tables of a schema with rows in their change feed after a snapshot."""
        last = self.snapshot()
        names = [name.rsplit(".", 1)[1] for name in self.tables(schema)]
        feed = "select count(*) from ducklake_table_changes('lake', '{}', '{}', {}, {})"
        with self.connected() as con:
            counts = {n: con.execute(feed.format(schema, n, since + 1, last)).fetchone() for n in names}
        return [name for name, count in counts.items() if count != (0,)]

    @contextmanager
    def connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake's own connection, for everything that the caller does at once."""
        self.use()
        yield _connection(self.catalogue)


@lru_cache(maxsize=1)
def _connection(catalogue: str) -> duckdb.DuckDBPyConnection:
    """The lake that the settings name, attached once: each new connection takes a quarter of a second."""
    assert settings().pg_catalog == catalogue
    return connect(lake=True)


@lru_cache(maxsize=1)
def _close_others(catalogue: str) -> None:
    """dbt keeps its connection from one command to the next: another lake needs another one."""
    assert settings().pg_catalog == catalogue
    DuckDBConnectionManager.close_all_connections()


@lru_cache(maxsize=1)
def _manifest() -> Any:
    """The project, parsed once: it is the same for every catalogue."""
    result = dbtRunner().invoke(["parse", "--quiet"])
    if result.exception:
        raise result.exception
    parsed.keep(STATE)
    return result.result


def _put(con: duckdb.DuckDBPyConnection, table: pa.Table, uri: str) -> None:
    con.register("outgoing", table)
    con.execute(f"copy outgoing to '{uri}' (format parquet, compression zstd)")
    con.unregister("outgoing")


def _count(
    con: duckdb.DuckDBPyConnection, batch_id: str, rows: int, broken: Sequence[Broken], *, refused: bool
) -> None:
    """What registration writes of an outcome: each broken rule, and the one rule of whole batches."""
    con.execute("delete from lake.ops.rule_result where batch_id = ?", [batch_id])
    insert = "insert into lake.ops.rule_result values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    con.execute(insert, [batch_id, "schema", "batch", None, None, "规范性", "refuse", 1, int(refused)])
    for rule in {(b.rule, b.dimension, b.severity) for b in broken}:
        failed = sum((b.rule, b.dimension, b.severity) == rule for b in broken)
        con.execute(insert, [batch_id, rule[0], "row", "", "", rule[1], rule[2], rows, failed])


def _raw(contract: Contract, batch_id: str, rows: Sequence[Row], columns: Sequence[str] | None) -> pa.Table:
    wanted = [p for p in contract.properties if columns is None or p.name in columns]
    key = contract.primary_key[0].name
    uri = f"s3://landing/{contract.platform}/{contract.name}/{batch_id.partition('/')[2]}/rows"
    data: dict[str, list[Any]] = {
        p.physical: [row.get(p.name, plain(contract.feed, p.name, row.get(key))) for row in rows]
        for p in wanted
    }
    data |= {
        "_batch_id": [batch_id] * len(rows),
        "_row_number": list(range(1, len(rows) + 1)),
        "_record_key": [f"{contract.feed}:{row[key]}" if row.get(key) else None for row in rows],
        "_content_hash": [
            _hash([row.get(p.name, plain(contract.feed, p.name, row.get(key))) for p in wanted])
            for row in rows
        ],
        "_source_uri": [uri] * len(rows),
        "_pulled_at": ["2026-10-02T01:00:00+08:00"] * len(rows),
    }
    types = {"_row_number": pa.int64()}
    return pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in data.items()})


def _verdicts(raw: pa.Table, broken: Sequence[Broken]) -> pa.Table:
    names = ["_batch_id", "_source_uri", "_row_number", "_record_key"]
    rows = [{name: raw[name][b.row - 1].as_py() for name in names} for b in broken]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
    columns |= {
        "rule": [b.rule for b in broken],
        "severity": [b.severity for b in broken],
        "dimension": [b.dimension for b in broken],
        **{name: [""] * len(broken) for name in ("field", "source_field", "observed", "message_zh")},
    }
    text = {name: pa.array(values, pa.string()) for name, values in columns.items() if name != "_row_number"}
    return pa.table({**text, "_row_number": pa.array(columns["_row_number"], pa.int64())})


def _hash(values: Sequence[str | None]) -> str:
    return hashlib.md5(repr(values).encode(), usedforsecurity=False).hexdigest()


PLAIN = {  # a value that keeps every rule, by conformed name
    "division_code": "410102001000",
    "is_deleted": "0", "is_confidential": "0", "is_invalid": "0", "is_merged": "0", "is_cancelled": "0",
    "called_at": "2026-09-30 08:00:00", "received_at": "2026-09-30 08:01:00",
    "occurred_at": "2026-09-30 08:00:00", "reported_at": "2026-09-30 08:05:00",
    "happened_at": "2026-09-30 08:00:00", "registered_at": "2026-09-30 09:00:00",
    "petitioned_on": "2026-09-30", "posted_at": "2026/9/30 9:05:01", "updated_at": "2026-09-30 10:00:00",
    "place_text": "河南省郑州市中原区桐柏路25号",
    "handling_status": "03",
    "deaths": "0", "serious_injuries": "0", "grade": "04", "user_pseudonym": "A0001",
}  # fmt: skip


CODES = {
    "police.incident": {"category": "060000"},
    "police.resident": {"person_sex": "1", "birth_date": "19910101", "resident_kind": "01"},
    "police.address": {"address_kind": "01", "address_status": "1"},
    "police.organisation": {"organisation_name": "郑州安达建筑有限公司", "organisation_kind": "01"},
    "police.case": {"category": "0201", "nature": "02", "status": "03"},
    "petition.progress": {
        "petition_no": "XF2026100001",
        "step_number": "1",
        "handled_at": "2026-10-01 09:00:00",
        "handled_by_unit": "中原区信访局",
        "handling": "转送",
        "status": "待办理",
    },
    "petition.petition": {"category": "房产物业_物业服务", "status": "待办理", "form": "网信"},
    "emergency.accident": {
        "category": "高处坠落",
        "status": "快报",
        "grade": "一般",
        "coordinate_system": "CGCS2000",
    },
    "grid.grid": {
        "title": "桐柏路社区第一网格",
        "grid_type": "基础网格",
        "status": "1",
        "households": "300",
        "population": "900",
        "division_code": "410102001001",
        "leader_name": "王伟",
    },
    "grid.task": {
        "category": "事件处置",
        "status": "01",
        "issued_at": "2026-09-30 08:00:00",
        "due_at": "2026-10-03 18:00:00",
        "grid_no": "410102001001001",
        "division_code": "410102001001",
    },
    "grid.activity": {
        "category": "巡查",
        "active_on": "2026-09-30",
        "times": "1",
        "people_reached": "3",
        "grid_no": "410102001001001",
        "division_code": "410102001001",
    },
    "emergency.hazard": {
        "category": "消防安全",
        "grade": "一般",
        "status": "未销号",
        "inspected_at": "2026-09-30 09:00:00",
        "inspecting_office": "区应急管理局",
        "organisation_name": "某食品厂",
        "responsible_organisation": "某食品厂",
        "due_on": "2026-10-15",
    },
    "emergency.enterprise": {
        "industry": "C",
        "status": "正常",
        "organisation_name": "某食品厂",
        "credit_code": "91110000600037341L",
        "head_name": "王伟",
    },
    "grid.dispute": {
        "category": "邻里",
        "scale": "01",
        "status": "1",
        "people_count": "2",
        "division_code": "410102001001",
        "happened_on": "2026-09-30",
    },
    "grid.event": {"category": "家庭邻里", "status": "0", "division_code": "410102001001"},
}  # fmt: skip


def plain(feed: str, name: str, key: str | None = None) -> str | None:
    """A value for a column that a test does not care about; texts of different records share no words."""
    if name in TEXTS:
        digest = hashlib.sha256(f"{feed}:{key}".encode()).digest()
        return "".join(chr(0x4E00 + high * 79 + low % 79) for high, low in pairwise(digest[:13]))
    return CODES.get(feed, {}).get(name, PLAIN.get(name))


TEXTS = {"narrative", "content", "title", "subject"}
