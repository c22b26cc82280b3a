"""Division codes against the whole of the seed: every one of today resolves, every retired one warns."""

import csv
import re
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest

from expectations.rules.division import DIVISIONS, resolve, table
from infra.settings import ROOT
from ingest.connectors import quote

PUBLIC = ROOT.parent / "shared" / "data" / "divisions"
SEED = f"read_csv({quote(str(DIVISIONS))}, all_varchar = true)"


@pytest.fixture(scope="module")
def resolved(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    con.execute(f"CREATE OR REPLACE TEMP TABLE all_codes AS SELECT DISTINCT code12 AS code FROM {SEED}")
    for statement in resolve("code"):
        con.execute(statement.replace("{batch}", "all_codes"))
    return con


def ask(con: duckdb.DuckDBPyConnection, question: str) -> int:
    found = con.execute(question.replace("{t}", table("code"))).fetchone()
    assert found is not None
    return int(found[0])


def test_every_code_of_the_seed_is_known(resolved: duckdb.DuckDBPyConnection) -> None:
    assert ask(resolved, "SELECT count(*) FROM {t}") == ask(resolved, "SELECT count(*) FROM all_codes")
    assert ask(resolved, "SELECT count(*) FROM {t} WHERE NOT is_known") == 0


def test_retired_are_those_that_no_list_of_today_has(resolved: duckdb.DuckDBPyConnection) -> None:
    retired = f"SELECT code12 FROM {SEED} GROUP BY code12 HAVING bool_and(valid_to IS NOT NULL)"
    assert ask(resolved, f"SELECT count(*) FROM ({retired})") > 1000
    assert ask(resolved, f"SELECT count(*) FROM {{t}} WHERE is_retired <> (code IN ({retired}))") == 0
    assert ask(resolved, "SELECT count(*) FROM {t} WHERE code = '410171000000' AND NOT is_retired") == 1
    found = resolved.execute(f"SELECT successors FROM {table('code')} WHERE raw = '429001000000'").fetchone()
    assert found == ("421302000000",)


def test_the_reach_of_a_county_spans_its_neighbours_and_not_the_country(
    resolved: duckdb.DuckDBPyConnection,
) -> None:
    assert ask(resolved, "SELECT count(*) FROM {t} WHERE reach_km < 25") == 0
    urban = "SELECT max(reach_km) FROM {t} WHERE raw IN ('410102000000', '410105000000', '411602000000')"
    assert ask(resolved, urban) < 80
    # the largest counties of the country are hundreds of kilometres across
    assert ask(resolved, "SELECT max(reach_km) FROM {t} WHERE raw = '652824000000'") > 250


def public(name: str) -> Iterator[dict[str, str]]:
    """Rows of a published list, read without the seed."""
    if not PUBLIC.is_dir():
        pytest.skip("the public set divisions is not beside the checkout")
    with (PUBLIC / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def judged(con: duckdb.DuckDBPyConnection, codes: list[str]) -> dict[str, tuple[bool, bool, str | None]]:
    """Code -> (is known, is retired, successors)."""
    con.register("given_codes", pa.table({"given": codes}))
    for statement in resolve("given"):
        con.execute(statement.replace("{batch}", "given_codes"))
    found = con.execute(f"SELECT raw, is_known, is_retired, successors FROM {table('given')}").fetchall()
    return {raw: (known, retired, successors) for raw, known, retired, successors in found}


@pytest.mark.parametrize(
    ("name", "column"), [("divisions_5regions.csv", "code12"), ("nbs2023_streets.csv", "code")]
)
def test_every_published_division_is_known_and_present(
    con: duckdb.DuckDBPyConnection, name: str, column: str
) -> None:
    codes = [row[column] for row in public(name)]
    found = judged(con, codes)
    assert [code for code in codes if found[code][:2] != (True, False)] == []


def test_every_retired_code_of_the_history_leads_to_its_successors(con: duckdb.DuckDBPyConnection) -> None:
    """A split leads to several, which the warning lists."""
    rows = list(public("areacodes_history_1981_2024.csv"))
    today = {row["code"][:6] for row in public("nbs2023_areas.csv")} | {
        row["代码"] for row in rows if row["状态"] == "在用"
    }
    last: dict[str, dict[str, str]] = {}
    for row in rows:  # a code may have been used, retired and used again: its last end counts
        if row["代码"] not in today and row["变更/弃用时间"] >= last.get(row["代码"], row)["变更/弃用时间"]:
            last[row["代码"]] = row
    found = judged(con, list(last))
    assert [code for code in last if found[code][:2] != (True, True)] == []
    expected = {
        code: {f"{one:0<12}" for one in re.sub(r"\[[0-9]+\]", "", row["新代码"]).split(";") if one}
        for code, row in last.items()
    }
    wrong = {code for code in last if set(filter(None, (found[code][2] or "").split("、"))) != expected[code]}
    assert wrong == set()
    assert sum(len(successors) > 1 for successors in expected.values()) > 50
