"""`python -m tests.eval.public_sets`: our clustering on sets of persons that the literature uses.

Febrl 2 and 3 (records spoiled by a generator, truth in rec_id) and Splink's fake_1000. Splink trains a model
without labels and weighs pairs, as for our own persons; infra.fusion.clustering makes persons of the pairs.
The weight from which pairs count is chosen on Febrl 2 and reported on Febrl 3.
"""

import logging
from dataclasses import dataclass
from typing import Any

import duckdb

from infra.fusion.clustering import cluster_keys
from infra.settings import ROOT
from tests.eval.score import Score, scores

FOLDER = ROOT.parent / "shared" / "data" / "person_benchmarks"  # optional, not part of the project
WEIGHTS = (-2.0, 0.0, 2.0, 5.0, 10.0)
FEBRL = """
select
    rec_id as unique_id, regexp_extract(rec_id, 'rec-([0-9]+)', 1) as truth,
    nullif(given_name, '') as given_name, nullif(surname, '') as surname,
    nullif(given_name, '') || ' ' || nullif(surname, '') as full_name,
    nullif(street_number, '') as street_number, nullif(address_1, '') as address_1,
    nullif(suburb, '') as suburb, nullif(postcode, '') as postcode,
    nullif(date_of_birth, '') as date_of_birth, nullif(soc_sec_id, '') as soc_sec_id
from (select {trimmed} from read_csv('{file}', all_varchar = true))
"""
FAKE = """
select
    unique_id, "cluster" as truth, nullif(trim(first_name), '') as first_name,
    nullif(trim(surname), '') as surname, nullif(dob, '') as dob, nullif(city, '') as city,
    nullif(email, '') as email
from read_csv('{file}', all_varchar = true)
"""


@dataclass(frozen=True)
class PublicSet:
    """One set: how it is read, blocked and compared."""

    file: str
    sql: str
    blocks: tuple[tuple[str, ...], ...]
    meetings: tuple[str, ...]  # within which the model learns

    def comparisons(self) -> list[Any]:
        """Splink's comparisons for the set's columns."""
        import splink.comparison_library as cl

        if self.sql is FAKE:
            return [
                cl.JaroWinklerAtThresholds("first_name", [0.9, 0.7]).configure(
                    term_frequency_adjustments=True
                ),
                cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]).configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("dob", [1, 2]),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("email", [0.9, 0.7]),
            ]
        return [
            cl.JaroWinklerAtThresholds("full_name", [0.95, 0.85, 0.7]),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("street_number", [1]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.8]),
        ]


FEBRL_BLOCKS = (
    ("date_of_birth",), ("soc_sec_id",), ("given_name", "surname"), ("surname", "postcode"),
    ("given_name", "postcode"), ("address_1", "street_number"), ("given_name", "suburb"),
    ("surname", "suburb"),
)  # fmt: skip
SETS = {
    "Febrl 2": PublicSet("dataset2.csv", FEBRL, FEBRL_BLOCKS, ("date_of_birth", "postcode")),
    "Febrl 3": PublicSet("dataset3.csv", FEBRL, FEBRL_BLOCKS, ("date_of_birth", "postcode")),
    "fake_1000": PublicSet(
        "fake_1000_from_splink_demos.csv", FAKE,
        (("first_name", "surname"), ("surname", "dob"), ("first_name", "dob"), ("email",), ("dob",),
         ("first_name", "city"), ("surname", "city")), ("dob", "email"),
    ),
}  # fmt: skip


def pairs_of(chosen: PublicSet, con: duckdb.DuckDBPyConnection) -> None:
    """Tables `record` and `pair` (left, right, weight) of a set."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = con.execute(
        "select column_name from (describe select * from read_csv(?, all_varchar = true))",
        [str(FOLDER / chosen.file)],
    ).fetchall()
    trimmed = ", ".join(f'trim("{name}") as {name.strip()}' for (name,) in columns)
    con.execute(f"create table record as {chosen.sql.format(file=FOLDER / chosen.file, trimmed=trimmed)}")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=chosen.comparisons(),
        blocking_rules_to_generate_predictions=[block_on(*each) for each in chosen.blocks],
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(DuckDBAPI(connection=con).register("record"), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*each) for each in chosen.blocks[:3]], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for column in chosen.meetings:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    predicted = linker.inference.predict(threshold_match_weight=min(WEIGHTS))
    con.execute(
        "create table pair as select cast(unique_id_l as varchar) as left, "
        f"cast(unique_id_r as varchar) as right, match_weight as weight from {predicted.physical_name}"
    )


def clustered(con: duckdb.DuckDBPyConnection, least: float) -> Score:
    """Pairwise score of our clusters of the pairs from a weight on."""
    nodes = con.execute(
        "select unique_id as key, null::varchar as anchor, null::varchar as mark from record"
    ).to_arrow_table()
    edges = con.execute("select * from pair where weight >= ?", [least]).to_arrow_table()
    none = con.execute("select '' as left, '' as right, '' as decision where false").to_arrow_table()
    labels, _ = cluster_keys(nodes, edges, none)
    con.register("label", nodes.append_column("found", labels).select(["key", "found"]))
    con.execute(
        "create or replace table judged as select found, truth from label join record on key = unique_id"
    )
    con.unregister("label")
    return scores(con, "judged")[0]


def main() -> None:
    """Print a row for each set and weight as Markdown."""
    logging.getLogger("splink").setLevel(logging.WARNING)
    print("| set | least weight | P | R | F1 |", "|---|---|---|---|---|", sep="\n")
    for name, chosen in SETS.items():
        with duckdb.connect() as con:
            pairs_of(chosen, con)
            for least in WEIGHTS:
                found = clustered(con, least)
                print(
                    f"| {name} | {least:g} | {found.precision:.4f} | {found.recall:.4f} | {found.f1:.4f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
