"""A catalogue and a serving database of their own in a city, where steps can be killed at their work."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import psycopg
from psycopg import sql

from infra.settings import ROOT
from infra.stack import envfile
from tests.end_to_end.city import SANLING, City
from tests.end_to_end.originals import client

PATIENCE = 120.0  # seconds until a moment must have come
RUN_COLUMNS = {"_as_of", "_run_id", "_snapshot", "_changed_on", "_changed_by"}
NIGHT = """
import sys
from datetime import date
from infra.nightly import audit, build, feed, publish
from infra.nightly.register import register
from ingest import landing, pull

day, run_id, source, last = date.fromisoformat(sys.argv[1]), *sys.argv[2:5]
for name in sys.argv[5:]:
    batch = landing.batch_id(name, pull.plan(name, day))
    if source == "pull":
        feed.pull_step(name, day)
    feed.return_step(name, batch, feed.validate_step(name, batch))
register()
for layer in build.LAYERS:
    build.build(layer, day, run_id)
    if layer == last:
        sys.exit()
audit.audit(day, run_id)
publish.publish(day, run_id)
"""
STAGED = """
import json, sys
from infra.lake import connect

ROWS = '''
SELECT count(*), md5(string_agg(t::varchar, '|' ORDER BY t::varchar))
FROM (SELECT COLUMNS(c -> NOT c LIKE '_changed%') FROM lake.staging.{}) t
'''
BATCHES = '''
SELECT feed, business_date::varchar, received, count(*) FILTER (_disposition <> '')
FROM lake.ops.batch JOIN lake.staging.{} ON batch_id = _batch_id GROUP BY ALL ORDER BY ALL
'''
con = connect(lake=True, read_only=True)
tables = [kind + feed for feed in sys.argv[1:] for kind in ("base_", "stg_")]
rows = {table: con.execute(ROWS.format(table)).fetchone() for table in tables}
batches = [row for table in tables[::2] for row in con.execute(BATCHES.format(table)).fetchall()]
print(json.dumps({"rows": rows, "batches": batches}))
"""
Moment = AbstractContextManager[Callable[[], bool]]  # asked again and again: has it come?
Marts = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class World:
    """One history of the lake and its marts. Object stores and sources are the city's."""

    city: City
    name: str

    def uri(self, kind: str) -> str:
        """The database of the `lake`'s catalogue or of the `mart`s, with all rights."""
        return uri(self.city, f"{self.name}_{kind}")

    @property
    def databases(self) -> dict[str, str]:
        """The variables that lead a step into this world."""
        return {
            "SANLING_PG_CATALOG": f"{self.name}_lake",
            "SANLING_PG_SERVING": f"{self.name}_mart",
            "SANLING_READERS_WAIT_SECONDS": "30",
        }

    def night(self, day: date, *feeds: str, source: str = "pull", last: str = "publish") -> None:
        """An undisturbed night in one process. `source`: `pull`, or `there`: was pulled before. `last`: the
        step with which it ends.
        """
        arguments = (day.isoformat(), "by-hand", source, last, *feeds)
        self.city.run(sys.executable, "-c", NIGHT, *arguments, variables=self.databases)

    def staged(self, *feeds: str) -> dict[str, Any]:
        """Rows and digest of the staging tables of some feeds; rows received and disposed of, by batch."""
        names = [feed.replace(".", "__") for feed in feeds]
        said = self.city.run(sys.executable, "-c", STAGED, *names, variables=self.databases).stdout
        return cast("dict[str, Any]", json.loads(said))

    def do(self, *command: str, day: date) -> None:
        """Run a step to its end."""
        self.city.run(SANLING, *command, "--date", day.isoformat(), variables=self.databases)

    def kill(self, *command: str, day: date, when: Moment) -> None:
        """Start a step and kill -9 it as soon as a moment has come, which must be before it ends."""
        deadline = time.monotonic() + PATIENCE
        with (
            when as has_come,
            subprocess.Popen(
                [SANLING, *command, "--date", day.isoformat()],
                cwd=ROOT,
                env={**self.city.environment(), **self.databases},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process,
        ):
            while process.poll() is None and not has_come() and time.monotonic() < deadline:
                time.sleep(0.005)
            process.kill()
        assert process.returncode == -signal.SIGKILL, f"{command} ended before its moment"
        assert time.monotonic() < deadline, f"the moment of {command} did not come"

    def marts(self) -> Marts:
        """Rows and a digest of every mart, without the columns that name the run."""
        with psycopg.connect(self.uri("mart")) as con:
            columns: dict[str, list[str]] = {}
            for table, column in con.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_schema = 'mart' ORDER BY table_name, ordinal_position"
            ):
                columns.setdefault(table, []).append(column)
            return {table: _digest(con, table, names) for table, names in columns.items()}

    def as_of(self) -> set[date]:
        """The business dates that the marts show now; one, unless half a night can be seen."""
        with psycopg.connect(self.uri("mart")) as con:
            tables = con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'mart'").fetchall()
            one = sql.SQL("SELECT _as_of FROM {}")
            parts = [one.format(sql.Identifier("mart", table)) for (table,) in tables]
            return {day for (day,) in con.execute(sql.SQL(" UNION ").join(parts)).fetchall()}

    def is_at_work(self, kind: str) -> Moment:
        """A session of a step in one of this world's databases: it has begun."""
        query = (
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{self.name}_{kind}' "
            "AND usename = 'sanling_writer'"
        )
        return self._grows("postgres", query, 1)

    def has_committed(self, times: int) -> Moment:
        """So many new snapshots of the lake."""
        return self._grows(f"{self.name}_lake", "SELECT count(*) FROM ducklake_snapshot", times)

    def has_copied(self, tables: int) -> Moment:
        """So many tables of the marts that are to come."""
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'mart_next'"
        return self._grows(f"{self.name}_mart", query, tables)

    def has_swapped(self) -> Moment:
        """The new marts can be seen; the batches are not yet marked as built."""
        return self._grows(f"{self.name}_mart", "SELECT count(*) FROM sanling.publication", 1)

    @contextmanager
    def holds(self, bucket: str, prefix: str) -> Iterator[Callable[[], bool]]:
        """A first object under a prefix."""
        store = client(self.city)

        def some() -> bool:
            return any(True for _ in store.list_objects(bucket, prefix, recursive=True))

        assert not some(), f"{bucket}/{prefix} is there before the step"
        yield some

    @contextmanager
    def _grows(self, database: str, query: str, by: int) -> Iterator[Callable[[], bool]]:
        """A number in a database that has grown."""
        with psycopg.connect(uri(self.city, database), autocommit=True) as con:

            def number() -> int:
                return int((con.execute(query.encode()).fetchone() or (0,))[0])

            before = number()
            yield lambda: number() >= before + by


def uri(city: City, database: str) -> str:
    """A database of the city as its administrator reaches it."""
    s = city.settings()
    password = envfile.read(city.state / "secrets.env")["pg_postgres"]
    return f"postgresql://postgres:{password}@{s.pg_host}:{s.pg_port}/{database}"


def make(city: City, name: str, like: World | None = None) -> World:
    """A new world: an empty one, or one like another, whose sessions have all ended."""
    with psycopg.connect(uri(city, "postgres"), autocommit=True) as con:
        for kind in ("lake", "mart"):
            template = sql.Identifier(f"{like.name}_{kind}" if like else "template1")
            statement = sql.SQL("CREATE DATABASE {} OWNER sanling_writer TEMPLATE {}")
            con.execute(statement.format(sql.Identifier(f"{name}_{kind}"), template))
    return World(city, name)


def _digest(con: psycopg.Connection, table: str, columns: list[str]) -> tuple[int, str]:
    kept = sql.SQL(", ").join(sql.Identifier(name) for name in columns if name not in RUN_COLUMNS)
    query = sql.SQL(
        "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') "
        "FROM (SELECT {} FROM {}) t"
    )
    row = con.execute(query.format(kept, sql.Identifier("mart", table))).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])
