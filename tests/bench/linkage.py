"""Persons of a generated city: our models beside Splink alone, on the same records and ways to meet.

Splink alone learns its own weights, predicts, and joins whatever lies above a threshold: the one that does
best against the truth, which nobody could choose without it. Ours reads the weights that the project keeps.
"""

import logging
import time
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from infra.fusion.person_levels import LEVELS
from infra.fusion.train_persons import MEETINGS, SAMPLE, SEED, comparison
from infra.sandbox.parameters import Params
from tests.dbt.grammar import macros
from tests.eval import persons
from tests.eval.score import Score, scores

TITLE = "Persons of a generated city, our models and Splink alone"
PEOPLE, DAYS, EVENTS, CITY = 50_000, 10, 100.0, 31
BLOCKS: list[list[str]] = literal_eval(str(macros("linkage/person_rules.sql").person_blocks()).strip())
WEIGHTS = (0.0, 2.0, 5.0, 8.0, 12.0, 16.0)


def measure(folder: Path, scale: float, rounds: int) -> list[dict[str, Any]]:
    """A row a round and way; the city is the same in all rounds."""
    params = Params(seed=CITY, people=int(PEOPLE * scale), days=DAYS, events_per_1000=EVENTS)
    return [row for _ in range(rounds) for row in _round(folder, params)]


def _round(folder: Path, params: Params) -> Iterator[dict[str, Any]]:
    mentions = folder / "mentions.parquet"
    ours = persons.measure(params, keep=mentions)
    yield _row("ours: pairs, clusters, persons", ours.records, ours.seconds, ours.pairs)
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE record AS SELECT mention_key AS unique_id, *, right(coalesce(id_no, id_text), 4) "
            f"AS id_tail FROM read_parquet('{mentions}')"
        )
        yield from _splink(con, ours)


def _splink(con: duckdb.DuckDBPyConnection, ours: persons.Found) -> Iterator[dict[str, Any]]:
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)  # its import has set another
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[*(comparison(*each) for each in LEVELS.items()), cl.ExactMatch("account")],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in BLOCKS],
        retain_intermediate_calculation_columns=False,
    )
    began = time.perf_counter()
    linker = Linker(DuckDBAPI(connection=con).register("record"), settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=SEED)
    for columns in MEETINGS:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    trained = time.perf_counter()
    predicted = linker.inference.predict(threshold_match_weight=min(WEIGHTS))
    told = time.perf_counter()
    found: dict[float, Score] = {}
    for least in WEIGHTS:
        joined = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=least
        )
        con.execute(
            "CREATE OR REPLACE TABLE telling AS SELECT cluster_id AS found, one.truth FROM "
            f"{joined.physical_name} JOIN (FROM record WHERE {persons.TELLING}) AS one USING (unique_id)"
        )
        found[least] = scores(con, "telling")[0]
    clustered = (time.perf_counter() - told) / len(WEIGHTS)
    best = max(found, key=lambda least: found[least].f1)
    seconds = told - trained + clustered
    yield _row(f"Splink alone, weight {best:g}", ours.records, seconds, found[best], ours)
    yield _row("Splink alone, with its training", ours.records, seconds + trained - began, found[best], ours)


def _row(
    case: str, records: int, seconds: float, score: Score, ours: persons.Found | None = None
) -> dict[str, Any]:
    is_kept = ours is None or ours.pairs.f1 > score.f1
    return {
        "case": case,
        "records": records,
        "wall_s": round(seconds, 1),
        "records_per_s": round(records / seconds),
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
        "goal": "" if ours is None else f"F1 below ours {'kept' if is_kept else 'MISSED'}",
    }
