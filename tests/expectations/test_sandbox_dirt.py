"""A generated city with every kind of dirt: verdicts are the spoiled rows, row by row and kind by kind."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.validate import judge_file
from infra.sandbox.feeds import FEEDS
from infra.sandbox.generator import generate
from infra.sandbox.parameters import Params
from ingest import lineage
from ingest.connectors import Part, quote
from ingest.contract import load
from tests.expectations.batches import connect, receipt_of

DAYS = 14
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
    "organisation_checksum": {"organisation_code"},
}  # fmt: skip


def judge_city(folder: Path, feed: str, work: Path) -> tuple[dict[str, Any], duckdb.DuckDBPyConnection]:
    """Judge all that a feed of a city ever delivered, as one batch; `_source_uri` is the day."""
    contract, con = load(feed), connect()
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
    receipt = receipt_of(contract, raw, interval_end="2026-10-20T00:00:00+08:00")
    outcome, _ = judge_file(con, contract, receipt, raw, verdicts)
    con.execute(
        "CREATE TEMP TABLE said AS SELECT *, _source_uri || '#' || (_row_number - 1) AS id "
        f"FROM read_parquet({quote(str(verdicts))})"
    )
    con.execute(
        "CREATE TEMP TABLE truth AS SELECT kind, field, is_refusable, is_warned, source_row_id AS id "
        f"FROM read_parquet({quote(f'{folder}/truth/dirt.parquet')}) WHERE feed = {quote(feed)}"
    )
    return outcome, con


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    generate(Params(seed=5, people=3_000, days=DAYS, dirt=0.3, events_per_1000=25), folder=folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("feed", FEEDS)
def test_verdicts_are_the_spoiled_rows(city: Path, tmp_path: Path, feed: str) -> None:
    outcome, con = judge_city(city, feed, tmp_path)
    assert outcome["outcome"] == "accepted"
    invented = con.execute("SELECT rule, source_field, id FROM said WHERE id NOT IN (SELECT id FROM truth)")
    assert invented.fetchall() == []
    found = con.execute(
        "SELECT t.kind, t.field, t.id, t.is_refusable, list(DISTINCT s.rule), list(DISTINCT s.severity) "
        "FROM truth AS t LEFT JOIN said AS s USING (id) GROUP BY ALL"
    ).fetchall()
    wrong = [
        (kind, field, row, rules)
        for kind, field, row, is_refusable, rules, severities in found
        if not set(rules) <= RULE[kind] or severities != ["refuse" if is_refusable else "warn"]
    ]
    assert wrong == []
    counts = con.execute("SELECT kind, count(*) FROM truth GROUP BY kind ORDER BY kind").fetchall()
    print(f"\n{feed}: precision and recall 1.0 of", ", ".join(f"{kind} {n}" for kind, n in counts))
    assert outcome["refused_rows"] == sum(1 for row in found if row[3])
    assert outcome["warned_rows"] == sum(1 for row in found if not row[3])


@pytest.mark.parametrize("feed", FEEDS)
def test_without_dirt_nothing_is_refused_or_warned_of(tmp_path: Path, feed: str) -> None:
    generate(Params(seed=6, people=1_200, days=6, dirt=0.0, noise=3.0, region="4213"), folder=tmp_path)
    outcome, con = judge_city(tmp_path, feed, tmp_path)
    assert con.execute("SELECT rule, source_field, observed FROM said").fetchall() == []
    assert (outcome["refused_rows"], outcome["warned_rows"]) == (0, 0)
