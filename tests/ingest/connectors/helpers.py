"""Small contracts and pulls for the tests of connectors."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import yaml

from infra import lake
from ingest import batch, landing
from ingest.connectors import Fetch, connector
from ingest.contract import Contract, parse
from ingest.interval import Interval, midnight

DAY = date(2026, 10, 1)
NIGHT = Interval(midnight(DAY), midnight(DAY + timedelta(days=1)))


def contract(
    server: dict[str, Any], columns: Sequence[str], feed: str | None = None, **settings: Any
) -> Contract:
    """A contract of text columns; the first is the key. Each call makes a feed of its own."""
    name, text = contract_text(server, columns, feed, **settings)
    return parse(text, f"{name}.odcs.yaml")


def contract_text(
    server: dict[str, Any], columns: Sequence[str], feed: str | None = None, **settings: Any
) -> tuple[str, str]:
    """(feed, YAML) of such a contract."""
    feed = feed or f"try.f{uuid4().hex[:8]}"
    custom = [{"property": name, "value": value} for name, value in settings.items()]
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": feed,
        "version": "1.0.0",
        "status": "active",
        "name": "试验",
        "domain": feed.partition(".")[0],
        "description": {"purpose": "A test."},
        "team": {"name": "试验科"},
        "servers": [{"server": "source", **server, "customProperties": custom}],
        "slaProperties": [
            {"property": "schedule", "value": "0 1 * * *"},
            {"property": "latestArrival", "value": "03:00"},
            {"property": "historyStart", "value": "2026-01-01"},
            {"property": "retention", "value": 3, "unit": "y"},
            {"property": "returnDue", "value": 5, "unit": "d"},
        ],
        "schema": [
            {
                "name": "thing",
                "physicalName": "thing",
                "properties": [
                    {
                        "name": f"c{i}",
                        "physicalName": name,
                        "businessName": name,
                        "logicalType": "string",
                        "primaryKey": i == 0,
                        "required": i == 0,
                        "classification": "internal",
                    }
                    for i, name in enumerate(columns)
                ],
            }
        ],
    }
    return feed, yaml.safe_dump(document, allow_unicode=True)


class Pulled:
    """What one connector brought: rows as dicts with `_source_uri` and `_row_number`, and the Fetch."""

    def __init__(self, fetch: Fetch, rows: list[dict[str, Any]]) -> None:
        self.fetch, self.rows = fetch, rows

    def values(self, *columns: str) -> list[tuple[Any, ...]]:
        """Chosen columns of the rows, in the order of originals and row numbers."""
        return [tuple(row.get(column) for column in columns) for row in self.rows]


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    """One for all tests of a session: loading the extensions is what takes time."""
    return lake.connect()


def pull(given: Contract, workdir: Path, interval: Interval = NIGHT) -> Pulled:
    """Run a connector as `ingest.pull` does, but into memory."""
    folder = workdir / uuid4().hex
    folder.mkdir(parents=True)
    con, file = _connection(), folder / "raw.parquet"
    with connector(given)(given, interval, con, landing.Landing(given.feed, interval), folder) as fetch:
        batch.write(given, interval, con, fetch, file)
    found = con.execute(f"SELECT * FROM '{file}'").to_arrow_table() if file.exists() else None
    rows = found.to_pylist() if found else []
    for row in rows:
        row.pop("_pulled_at", None)  # differs from pull to pull
    rows.sort(key=lambda row: (row["_source_uri"], row["_row_number"]))
    return Pulled(fetch, rows)


def receipt(given: Contract, fetch: Fetch, interval: Interval = NIGHT) -> None:
    """Make the batch exist, as the end of a pull does."""
    bounds = {"interval_start": interval.start.isoformat(), "interval_end": interval.end.isoformat()}
    landing.write_receipt(
        landing.Receipt(
            batch_id=landing.batch_id(given.feed, interval),
            feed=given.feed,
            platform=given.platform,
            business_date=interval.business_date.isoformat(),
            attempt=uuid4().hex,
            contract_version="1.0.0",
            outcome="complete",
            rows=0,
            bytes=0,
            sha256=None,
            object=None,
            pulled_at="2026-10-02T01:00:00+08:00",
            seconds=0.0,
            originals=fetch.originals,
            **bounds,
        ),
        interval,
    )
