"""The plain rules of the benchmark decide as ours do, or the comparison would be worth nothing."""

from pathlib import Path

import duckdb
import pandas as pd

from expectations import suites
from expectations.validate import judge_file
from ingest.contract import load
from tests.bench import incidents, plain_suite

ROWS = 20_000
LENIENT = {"division_code_retired"}  # an unknown code is not present either


def test_plain_rules_find_what_ours_find(tmp_path: Path) -> None:
    file, verdicts = tmp_path / "raw.parquet", tmp_path / "verdicts.parquet"
    incidents.write(file, ROWS)
    contract, receipt = load(incidents.FEED), incidents.receipt(ROWS)
    judge_file(incidents.prepared(), contract, receipt, file, verdicts)
    with duckdb.connect() as con:
        counted = con.execute(
            f"SELECT rule || '/' || source_field, count(*) FROM '{verdicts}' GROUP BY ALL"
        ).fetchall()
    ours: dict[str, int] = {}
    for rule in suites.row_rules(contract, receipt):
        if rule.rule() not in LENIENT and rule.rule() != "order":
            ours[rule.name] = dict(counted).get(f"{rule.rule()}/{rule.column}", 0)
    plain = plain_suite.failures(pd.read_parquet(file))
    assert {name: plain[name] for name in ours} == ours
    assert sum(ours.values()) > ROWS / 200
