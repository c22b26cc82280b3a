"""Platforms that nobody here knew, by contract alone: real sets load with every row accounted for."""

import csv
import json
import shutil
from collections import Counter
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
    """The contract of a feed whose files, by a pattern, lie in the drop folder."""
    sources = sorted(DATA.glob(file))
    if not sources:
        pytest.skip(f"the public set {file} is not beside the checkout")
    drop = settings().drop / feed
    shutil.rmtree(drop, ignore_errors=True)
    drop.mkdir(parents=True)
    for source in sources:
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


LONDON = {"london.street_crime": ("Crime ID",), "london.stop_and_search": ("Type", "Date")}
DISPOSITIONS = """
SELECT
    count(*) FILTER (WHERE said.row IS NULL AND nth = 1),
    count(*) FILTER (WHERE said.row IS NOT NULL),
    count(*) FILTER (WHERE said.row IS NULL AND nth > 1)
FROM (SELECT *, row_number() OVER (PARTITION BY _record_key, _content_hash) AS nth FROM raw) AS raw
LEFT JOIN (SELECT DISTINCT (_source_uri, _row_number) AS row FROM said WHERE severity = 'refuse') AS said
    ON said.row = (raw._source_uri, raw._row_number)
"""


def counted(files: list[Path], key: tuple[str, ...]) -> tuple[Counter[str], set[str]]:
    """What a reader of the files would make of each row, and the keys that two rows of a file disagree on."""
    found: Counter[str] = Counter()
    torn: set[str] = set()
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = [tuple(row.items()) for row in csv.DictReader(opened)]
        keys = ["|".join(dict(row)[name].strip() for name in key) for row in rows]
        contents: dict[str, set[Any]] = {}
        for one, row in zip(keys, rows, strict=True):
            contents.setdefault(one, set()).add(row)
        for one, times in Counter(keys).items():
            if not all(one.split("|")):
                found["without key"] += times
            elif len(contents[one]) > 1:
                found["torn"] += times
                torn.add(one)
            else:
                found.update({"accepted": 1, "repeated": times - 1})
    return found, torn


@pytest.mark.parametrize("feed", LONDON)
def test_london_rows_are_accepted_refused_or_repeated(tmp_path: Path, feed: str) -> None:
    """Rows without a key go back, and all rows of a key that says different things in one file.

    Nobody can tell which of them holds: a crime may have two outcomes, or two places.
    """
    kind = "street" if feed.endswith("crime") else "stop-and-search"
    given = fifth(feed, f"london_police/{kind}/*.csv")
    told, torn = counted(sorted((DATA / "london_police" / kind).glob("*.csv")), LONDON[feed])
    outcome, con = judged(given, tmp_path)
    accepted, refused, repeated = con.execute(DISPOSITIONS).fetchall()[0]
    assert (accepted, repeated) == (told["accepted"], told["repeated"])
    assert refused == outcome["refused_rows"] == told["without key"] + told["torn"]
    assert outcome["received"] == accepted + refused + repeated == told.total()
    said = con.execute("SELECT DISTINCT rule, _record_key FROM said WHERE severity = 'refuse'").fetchall()
    assert {key.removeprefix(f"{feed}:") for rule, key in said if rule == "unique_key"} == torn
    assert {rule for rule, _ in said} == (
        {"unique_key", "present"} if told["without key"] else {"unique_key"}
    )
    print(f"\n{feed}: {dict(told)}, {len(torn)} keys say different things")


def test_columns_that_nobody_may_ask_for_are_told_of_and_not_kept(tmp_path: Path) -> None:
    """The publisher's full files also describe the person who was searched."""
    given = fifth("london.stop_and_search", "london_police/stop-and-search/2018-04*.csv")
    file = next((settings().drop / given.feed).iterdir())
    header, *rows = file.read_text(encoding="utf-8-sig").splitlines()
    more = "Officer-defined ethnicity,Religion,Weather"
    lines = [f"{header},{more}", *(f"{row},Other,None stated,dry" for row in rows)]
    file.write_text("\n".join(lines), encoding="utf-8")
    outcome, con = judged(given, tmp_path)
    columns = {name for name, *_ in con.execute("DESCRIBE raw").fetchall()}
    assert columns.isdisjoint({"Officer-defined ethnicity", "Religion"})
    assert "Weather" in columns
    assert outcome["outcome"] == "accepted"
    assert all(name in " ".join(outcome["warnings"]) for name in more.split(","))
