"""A source database of a test's own: one schema, one table, and a contract for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import yaml

from infra import lake, store
from ingest.connectors import quote
from ingest.interval import Interval, midnight
from ingest.landing import Receipt

DAY = date(2026, 10, 1)
NIGHT = Interval(midnight(DAY), midnight(DAY + timedelta(days=1)))
FEED = "police.sample"
COLUMNS = {"JJDBH": "varchar(30)", "BJNR": "text", "GXSJ": "timestamp"}


@dataclass(frozen=True)
class Source:
    """The platform's side (`uri` may write) and the contracts' folder."""

    uri: str
    schema: str
    contracts: Path

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL as the platform's owner, in the test's schema."""
        with psycopg.connect(self.uri, autocommit=True, options=f"-csearch_path={self.schema}") as con:
            cursor = con.execute(statement)  # type: ignore[call-overload]  # a test's own text
            return cursor.fetchall() if cursor.description else []

    def table(self, name: str, columns: Mapping[str, str] = COLUMNS) -> None:
        """Create an empty table; the first column is its key."""
        body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self.run(f'CREATE TABLE "{name}" ({body})')

    def contract(
        self, table: str, columns: Mapping[str, str] = COLUMNS, feed: str = FEED, **settings: Any
    ) -> str:
        """Write a contract for a table; `settings` add to the server's. Returns the feed."""
        custom = {"connection": "police", "watermark": "GXSJ", "overlap": "PT2H"} | settings
        document = {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": feed,
            "version": "1.0.0",
            "status": "active",
            "name": "样本",
            "domain": feed.partition(".")[0],
            "description": {"purpose": "A test."},
            "team": {"name": "试验科"},
            "servers": [
                {
                    "server": "source",
                    "type": "postgres",
                    "host": "${POLICE_HOST}",
                    "port": 5432,
                    "database": "jwzh",
                    "schema": self.schema,
                    "customProperties": [{"property": k, "value": v} for k, v in custom.items()],
                }
            ],
            "slaProperties": [
                {"property": "schedule", "value": "0 1 * * *"},
                {"property": "latestArrival", "value": "02:30"},
                {"property": "historyStart", "value": "2026-01-01"},
                {"property": "retention", "value": 3, "unit": "y"},
                {"property": "returnDue", "value": 5, "unit": "d"},
            ],
            "schema": [
                {
                    "name": "sample",
                    "physicalName": table,
                    "properties": [
                        {
                            "name": f"column_{number}",
                            "physicalName": column,
                            "businessName": column,
                            "logicalType": "string",
                            "primaryKey": number == 0,
                            "required": number == 0,
                            "classification": "internal",
                        }
                        for number, column in enumerate(columns)
                    ],
                }
            ],
        }
        self.contracts.mkdir(exist_ok=True)
        text = yaml.safe_dump(document, allow_unicode=True)
        (self.contracts / f"{feed}.odcs.yaml").write_text(text, encoding="utf-8")
        return feed


def raw(receipt: Receipt) -> str:
    """SQL relation of a batch's rows. The key holds `date=…`, which is a folder and no column."""
    assert receipt.object is not None
    return f"read_parquet({quote(receipt.object)}, hive_partitioning = false)"


def rows_of(receipt: Receipt, columns: str = "* EXCLUDE (_pulled_at, _row_number)") -> list[tuple[Any, ...]]:
    """The rows of a batch's raw object, sorted; without row numbers, which follow the table's pages."""
    with lake.connect() as con:
        return con.execute(f"SELECT {columns} FROM {raw(receipt)} ORDER BY ALL").fetchall()


def receipts(feed: str) -> list[str]:
    """Keys of the feed's receipts."""
    return list(store.list_keys("raw", f"_receipts/{feed.replace('.', '/')}/"))
