"""`sanling returns`: files and items by department, before and after the first publication."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from typer.testing import CliRunner

from infra import store
from infra.cli.main import app
from infra.serving import connect_serving
from ingest.contract import load
from tests.infra.nightly.conftest import night  # noqa: F401  # an empty store and databases
from tests.infra.nightly.papers import interval, path

FEED, OTHER = "police.incident", "grid.event"
ITEMS = f"""
CREATE SCHEMA mart;
CREATE TABLE mart.return_item AS SELECT * FROM (VALUES
    ('{FEED}', '{FEED}:1', 'citizen_id', 'overdue', '{FEED}/{interval(1).text}', date '2026-10-01'),
    ('{FEED}', '{FEED}:2', 'phone', 'closed', '{FEED}/{interval(1).text}', date '2026-10-01'),
    ('{OTHER}', NULL, 'schema', 'open', '{OTHER}/{interval(2).text}', date '2026-10-02')
) t (feed, record_key, rule, status, opening_batch_id, first_seen_on);
ALTER TABLE mart.return_item ADD owner_zh text DEFAULT '某局', ADD source_field text,
    ADD severity text DEFAULT 'refuse', ADD due_on date DEFAULT '2026-10-07', ADD closed_on date,
    ADD closed_how text,
    ADD return_item_id text DEFAULT 'i',
    ADD times_returned int DEFAULT 1;
"""


def give_back(feed: str, day: int, refused: int, warned: int) -> None:
    """Return files of a batch, and the outcome that they belong to."""
    for ending in ("csv", "xlsx", "json"):
        key = path(feed, day).removesuffix("json") + ending
        store.client().put_object("returns", key, BytesIO(b"x"), 1)
    said = {"outcome": "accepted", "refused_rows": refused, "warned_rows": warned}
    store.write_json("verdicts", f"_outcomes/{path(feed, day)}", said)


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, ["returns", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def _given_back(night: object) -> Iterator[None]:  # noqa: F811
    for key in list(store.list_keys("returns", "")):
        store.client().remove_object("returns", key)
    give_back(FEED, 1, refused=2, warned=1)
    give_back(FEED, 2, refused=0, warned=4)
    give_back(OTHER, 2, refused=3, warned=0)
    yield
    for key in list(store.list_keys("returns", "")):
        store.client().remove_object("returns", key)


def test_before_the_first_publication_files_are_listed_without_a_status() -> None:
    rows = run()
    assert {(r["feed"], r["day"]) for r in rows} == {
        (OTHER, "2026-10-02"),
        (FEED, "2026-10-02"),
        (FEED, "2026-10-01"),
    }
    assert [r["department"] for r in rows] == sorted(r["department"] for r in rows)
    latest, first = (row for row in rows if row["feed"] == FEED)
    assert latest["warned"] == 4
    assert (first["department"], first["refused"], first["warned"]) == (load(FEED).owner_zh, 2, 1)
    assert (first["due"], first["open"]) == ("2026-10-07", None)
    assert first["batch_files"].endswith(f"{interval(1).text}.{{csv,json,xlsx}}")
    result = CliRunner().invoke(app, ["returns", "--items"])
    assert result.exit_code == 1


def test_a_batch_counts_the_items_that_it_opened() -> None:
    with connect_serving() as con:
        con.execute(ITEMS.encode())
    found = {(r["feed"], r["day"]): (r["open"], r["overdue"], r["closed"]) for r in run()}
    assert found == {
        (OTHER, "2026-10-02"): (1, 0, 0),
        (FEED, "2026-10-02"): (0, 0, 0),
        (FEED, "2026-10-01"): (0, 1, 1),
    }
    assert [r["day"] for r in run(FEED, "--limit", "1")] == ["2026-10-02"]
    assert [r["feed"] for r in run("--day", "2026-10-01")] == [FEED]
    assert [r["status"] for r in run("--items")] == ["open", "overdue", "closed"]
    assert [r["record_key"] for r in run("--status", "overdue")] == [f"{FEED}:1"]
    assert run("--status", "open", "--day", "2026-10-01") == []
