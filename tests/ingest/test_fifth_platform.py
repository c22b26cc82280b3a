"""Platforms that nobody here knew, by contract alone: real sets load with every row accounted for."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.validate import judge_file
from infra.settings import ROOT, settings
from ingest import batch, landing
from ingest.connectors import connector
from ingest.contract import Contract, parse
from tests.expectations.batches import connect
from tests.ingest.connectors.helpers import NIGHT

pytestmark = [pytest.mark.usefixtures("stack"), pytest.mark.slow]
SHANGHAI_MS = 8 * 3_600_000
DATA, CONTRACTS = ROOT.parent / "shared" / "data", ROOT / "tests" / "fixtures" / "contracts"


def fifth(feed: str, file: str) -> Contract:
    """The contract of a feed whose only file lies in the drop folder."""
    source = DATA / file
    if not source.exists():
        pytest.skip(f"the public set {file} is not beside the checkout")
    drop = settings().drop / feed
    drop.mkdir(parents=True)
    shutil.copyfile(source, drop / source.name)
    return parse((CONTRACTS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"), f"{feed}.odcs.yaml")


def judged(given: Contract, folder: Path) -> tuple[dict[str, Any], duckdb.DuckDBPyConnection]:
    """Pull, judge, and offer the rows as `raw` and the verdicts as `said`."""
    con, work, raw, verdicts = connect(), folder / "work", folder / "raw.parquet", folder / "verdicts.parquet"
    work.mkdir()
    archive = landing.Landing(given.feed, NIGHT)
    with connector(given)(given, NIGHT, con, archive, work) as fetch:
        receipt = batch.write(given, NIGHT, con, fetch, raw)
    outcome, _ = judge_file(con, given, receipt, raw, verdicts)
    con.execute(f"CREATE VIEW raw AS FROM '{raw}'; CREATE VIEW said AS FROM '{verdicts}'")
    return outcome, con


def test_earthquakes_as_geojson(tmp_path: Path) -> None:
    """Epoch milliseconds, nested properties, fields that the contract does not know."""
    given = fifth("geology.earthquake", "earthquakes/earthquakes.json")
    document = json.loads((DATA / "earthquakes" / "earthquakes.json").read_text(encoding="utf-8"))
    outcome, con = judged(given, tmp_path)
    told = {one["id"]: one["properties"] for one in document["features"]}
    incomplete = {key for key, one in told.items() if one["mag"] is None or not (one["place"] or "").strip()}
    assert (outcome["outcome"], outcome["received"]) == ("accepted", document["metadata"]["count"])
    refused = con.execute("SELECT DISTINCT _record_key FROM said WHERE severity = 'refuse'").fetchall()
    assert {key.partition(":")[2] for (key,) in refused} == incomplete
    read = con.execute('SELECT id, epoch_ms(parse_timestamp_cn("properties.time")) FROM raw').fetchall()
    assert {key: ms - SHANGHAI_MS for key, ms in read} == {key: one["time"] for key, one in told.items()}


def test_universities_under_title_and_group_rows(tmp_path: Path) -> None:
    given = fifth("education.university", "universities/全国高等学校名单.xls")
    outcome, con = judged(given, tmp_path)
    assert (outcome["outcome"], outcome["received"], outcome["refused_rows"]) == ("accepted", 2919, 0)
    groups = con.execute(
        "SELECT 省份, count(*) = regexp_extract(省份, '([0-9]+)所', 1)::INT FROM raw GROUP BY 省份"
    ).fetchall()
    assert len(groups) == 31
    assert all(is_right for _, is_right in groups), "each heading says how many follow"
