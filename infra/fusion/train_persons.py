"""`python -m infra.fusion.train_persons <profiles.parquet …>`: learn the weights of persons with Splink.

The files hold mentions with the columns of int_person__mention, as `python -m tests.eval --keep` writes them;
labels are not used. Splink estimates how often each level occurs among strangers (u, by sampling) and within
one person (m, by expectation maximisation over three ways to meet). The result is a dbt macro that returns
JSON, which macros/linkage/weights.sql turns into SQL: nothing of Splink is needed at night. A level too rare
to sample takes what person_levels gives; one that is left without m or u stops here.
"""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

import duckdb

from infra.fusion.person_levels import LEVELS, Level
from infra.settings import ROOT

MACRO = ROOT / "dbt_project" / "macros" / "linkage" / "person_model.sql"
NOTE = "Written by `python -m infra.fusion.train_persons`; do not edit."
COLUMNS = "name, name_sound, is_masked, id_no, id_text, sex, birth_date, phone, home_site, home_unit"
MEETINGS = (("id_no",), ("name", "phone"), ("name", "birth_date"))
SAMPLE = 3e6  # pairs; more takes longer and tells little more
SEED = 1
LEAST = 1e-6  # a share that no sample has shown is not zero


class Untrained(RuntimeError):
    """A level has no m or no u."""


def train(files: Sequence[str]) -> dict[str, Any]:
    """The model: its comparisons and levels with m and u."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    con = duckdb.connect()
    con.execute(
        f"create table profile as select row_number() over () as unique_id, {COLUMNS} "
        f"from (select distinct {COLUMNS} from read_parquet(?))",
        [list(files)],
    )
    rows = con.execute("select count(*), count(distinct coalesce(id_no, name)) from profile").fetchone()
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparison(name, levels) for name, levels in LEVELS.items()],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in MEETINGS],
    )
    linker = Linker(DuckDBAPI(connection=con).register("profile"), settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=SEED)
    for columns in MEETINGS:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    trained = linker.misc.save_model_to_json()
    found = {one["output_column_name"]: one["comparison_levels"] for one in trained["comparisons"]}
    return {
        "entity": "person",
        "profiles": rows[0] if rows else 0,
        "comparisons": [
            {"name": name, "levels": [_level(name, *pair) for pair in zip(levels, found[name], strict=True)]}
            for name, levels in LEVELS.items()
        ],
    }


def comparison(name: str, levels: Sequence[Level]) -> dict[str, Any]:
    """Splink's description of a comparison."""
    return {
        "output_column_name": name,
        "comparison_levels": [
            {
                "sql_condition": re.sub(r"\b([lr])\.(\w+)", r'"\2_\1"', level.condition),
                "label_for_charts": level.label,
                "is_null_level": level.is_null,
            }
            for level in levels
        ],
    }


def _level(comparison: str, level: Level, trained: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"label": level.label, "condition": level.condition}
    if level.is_null:
        return said | {"is_null": True}
    m = level.m or trained.get("m_probability")
    u = level.u or trained.get("u_probability")
    if m is None or u is None:
        raise Untrained(f"{comparison}, level {level.label!r}: no m or u; train on more, or give it one")
    return said | {"m": round(max(m, LEAST), 8), "u": round(max(u, LEAST), 8)}


def write(model: dict[str, Any]) -> None:
    """Write the model as a macro; its text is what decides, so it is kept readable."""
    text = json.dumps(model, ensure_ascii=False, indent=2).replace("\\", "\\\\").replace("'", "\\'")
    MACRO.write_text(
        f"{{#- {NOTE} -#}}\n{{% macro person_model() -%}}\n    {{{{ return(fromjson('''{text}''')) }}}}\n"
        "{%- endmacro %}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    write(train(sys.argv[1:]))
