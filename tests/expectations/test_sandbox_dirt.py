"""A generated city with every kind of dirt: verdicts are the spoiled rows, row by row and kind by kind.

`--people 100000 --days 60` makes it a large one (docs/quality-of-validation.md); `-s` prints the table.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from expectations.validate import judge_file
from infra.sandbox import parameters
from infra.sandbox.feeds import FEEDS
from infra.sandbox.generator import generate
from infra.sandbox.parameters import Params
from ingest import lineage
from ingest.connectors import Part, quote
from ingest.contract import load
from tests.expectations.batches import connect, receipt_of

RULE = {
    "missing_required": {"present"}, "key_missing": {"present"}, "id_checksum": {"citizen_id"},
    "id_slip": {"citizen_id"}, "id_masked": {"citizen_id"},
    "id_placeholder": {"citizen_id"}, "id_precision": {"full_precision"}, "credit_checksum": {"credit_code"},
    "code_unmapped": {"code_mapped"}, "division_unknown": {"division_code"},
    "division_retired": {"division_code_retired"}, "date_unparsable": {"timestamp", "date"},
    "date_placeholder": {"timestamp", "date"}, "date_order": {"order"}, "mojibake": {"undamaged_text"},
    "number_unparsable": {"number"}, "number_range": {"between"}, "duplicate_key": {"unique_key"},
    "coordinates_swapped": {"coordinates"}, "coordinates_zero": {"coordinates"},
    "coordinates_projected": {"coordinates"}, "coordinates_outside": {"coordinates"}, "phone_bad": {"phone"},
    "grade_wrong": {"accident_grade"}, "closed_without": {"present_when"}, "id_in_name": {"person_name"},
    "parts_exceed": {"sum_at_most"}, "id_of_another": {"id_agrees"},
    "organisation_checksum": {"organisation_code"}, "grid_elsewhere": {"grid_code"},
}  # fmt: skip
AT_NIGHT = "reference_unknown"  # no batch can tell; tests of the night look for it


COUNTS = ("spoiled", "refusable", "to_warn", "missed", "said_wrongly")
# Of each kind: rows spoiled, and how the verdicts on them differ from the table of faults. A row that is not
# spoiled and has a verdict all the same is of the kind NULL.
TALLY = """
WITH verdict AS (
    SELECT id, list(DISTINCT rule) AS rules, list(DISTINCT severity) AS severities FROM said GROUP BY id
)
SELECT
    kind,
    count(truth.id) AS spoiled,
    count(*) FILTER (truth.is_refusable) AS refusable,
    count(*) FILTER (truth.is_warned) AS to_warn,
    count(*) FILTER (truth.id IS NOT NULL AND verdict.id IS NULL) AS missed,
    count(*) FILTER (verdict.id IS NOT NULL AND NOT coalesce(
        severities = [CASE WHEN truth.is_refusable THEN 'refuse' ELSE 'warn' END]
        AND list_has_all(rule_of.rules, verdict.rules), false
    )) AS said_wrongly
FROM truth FULL JOIN verdict USING (id) LEFT JOIN rule_of USING (kind)
GROUP BY kind ORDER BY kind
"""


def judge_city(folder: Path, feed: str, work: Path) -> tuple[dict[str, Any], duckdb.DuckDBPyConnection]:
    """Judge all that a feed of a city ever delivered, as one batch; `_source_uri` is the day."""
    contract, con = load(feed), connect()
    last = parameters.load(folder)[1]
    raw, verdicts = work / f"{feed}.raw.parquet", work / f"{feed}.verdicts.parquet"
    source = (
        "(SELECT * EXCLUDE (_op, filename, file_row_number), parse_filename(filename, true) AS _day, "
        f"file_row_number + 1 AS _n FROM read_parquet({quote(f'{folder}/outbox/{feed}/*.parquet')}, "
        "filename = true, file_row_number = true))"
    )
    columns = [
        (str(row[0]), str(row[1]))
        for row in con.execute(f"DESCRIBE SELECT * EXCLUDE (_day, _n) FROM {source}").fetchall()
    ]
    select = lineage.select(contract, Part(source, "_day", "_n"), columns, f"{feed}/all", "2026-11-01")
    con.execute(f"COPY ({select}) TO {quote(str(raw))} (FORMAT parquet)")
    receipt = receipt_of(contract, raw, interval_end=f"{last + timedelta(days=6)}T00:00:00+08:00")
    outcome, _ = judge_file(con, contract, receipt, raw, verdicts)
    con.execute(
        "CREATE TEMP TABLE said AS SELECT *, _source_uri || '#' || (_row_number - 1) AS id "
        f"FROM read_parquet({quote(str(verdicts))})"
    )
    con.execute(
        "CREATE TEMP TABLE truth AS SELECT kind, field, is_refusable, is_warned, source_row_id AS id "
        f"FROM read_parquet({quote(f'{folder}/truth/dirt.parquet')}) "
        f"WHERE feed = {quote(feed)} AND kind <> {quote(AT_NIGHT)}"
    )
    return outcome, con


@pytest.fixture(scope="module")
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    """People and days of the city; small unless the command line asks for more."""
    options = request.config.option
    return {"people": options.people or 3_000, "days": options.days or 14}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, size: dict[str, int]) -> Path:
    folder = tmp_path_factory.mktemp("city")
    generate(Params(seed=5, dirt=0.3, events_per_1000=25, **size), folder=folder)
    return folder


@pytest.fixture(scope="module")
def clean_city(tmp_path_factory: pytest.TempPathFactory, size: dict[str, int]) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    generate(Params(seed=6, dirt=0.0, noise=3.0, region="4213", **size), folder=folder)
    return folder


@pytest.fixture(scope="module")
def table() -> Iterator[list[dict[str, Any]]]:
    """What the feeds' tests found, a row a feed and kind; printed by kind when all are done."""
    rows: list[dict[str, Any]] = []
    yield rows
    print("\n| kind | rows spoiled | to be refused | to be warned of | missed | judged wrongly |")
    print("|---|---|---|---|---|---|")
    for kind in sorted({row["kind"] for row in rows}):
        sums = [f"{sum(row[n] for row in rows if row['kind'] == kind):,}" for n in COUNTS]
        print(f"| {kind} | {' | '.join(sums)} |")


@pytest.mark.slow
@pytest.mark.parametrize("feed", FEEDS)
def test_verdicts_are_the_spoiled_rows(
    city: Path, tmp_path: Path, feed: str, table: list[dict[str, Any]]
) -> None:
    outcome, con = judge_city(city, feed, tmp_path)
    assert outcome["outcome"] == "accepted"
    con.register(
        "rule_of", pa.table({"kind": list(RULE), "rules": [sorted(rules) for rules in RULE.values()]})
    )
    found = con.execute(TALLY).to_arrow_table().to_pylist()
    print(
        f"\n{feed}: {outcome['received']:,} rows,",
        ", ".join(f"{row['kind']} {row['spoiled']}" for row in found),
    )
    assert [row for row in found if row["kind"] is None or row["missed"] or row["said_wrongly"]] == []
    table += found
    assert outcome["refused_rows"] == sum(row["refusable"] for row in found)
    assert outcome["warned_rows"] == sum(row["to_warn"] for row in found)


@pytest.mark.slow
@pytest.mark.parametrize("feed", FEEDS)
def test_without_dirt_nothing_is_refused_or_warned_of(clean_city: Path, tmp_path: Path, feed: str) -> None:
    outcome, con = judge_city(clean_city, feed, tmp_path)
    print(f"\n{feed}: {outcome['received']:,} clean rows")
    assert con.execute("SELECT rule, source_field, count(*) FROM said GROUP BY ALL").fetchall() == []
    assert (outcome["refused_rows"], outcome["warned_rows"]) == (0, 0)
