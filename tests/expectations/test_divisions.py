"""Division codes against the whole of the seed: every one of today resolves, every retired one warns."""

import duckdb
import pytest

from expectations.rules.division import DIVISIONS, resolve, table
from ingest.connectors import quote

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
