"""The project's own promises: generated files are fresh, marts are described, nothing is secret in it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.generate import PROJECT, base_name, feed_seed, render, staging_file, stale
from infra.settings import ROOT
from ingest.contract import load_all

CHINESE = re.compile(r"[一-鿿]")
LATIN = re.compile(r"[a-zA-Z]{3,}")
MARTS = [
    pytest.param(model, id=model["name"])
    for path in sorted((PROJECT / "models" / "marts").rglob("*.yml"))
    for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
]
PURPOSES = {"governance", "statistics", "quality", "audit"}
PERSONAL = {
    "name",
    "person_name",
    "id_no",
    "phone",
    "person_phone",
    "address",
    "place_text",
    "narrative",
    "title",
}


def test_generated_files_are_fresh() -> None:
    assert stale(render()) == [], "run `sanling contract generate`"


def test_a_changed_contract_makes_generated_files_stale() -> None:
    contracts = load_all()
    named = {path.name for path in stale(render(contracts[1:]))}
    assert f"{base_name(contracts[0])}.sql" in named, "the file of a contract that is gone"


def test_the_seed_says_which_keys_are_personal() -> None:
    """A platform may number its records by ID number; marts then mask the key."""
    contract = load_all()[0]
    personal = [replace(p, classification="restricted") for p in contract.properties if p.primary_key]
    rows = [feed_seed([each]).splitlines()[1] for each in (contract, replace(contract, properties=personal))]
    assert [row.rsplit(",", 1)[1] for row in rows] == ["internal", "restricted"]


@pytest.mark.parametrize("contract", load_all(), ids=lambda contract: contract.feed)
def test_every_feed_has_a_staging_model(contract: Any) -> None:
    assert staging_file(contract).is_file()


def test_dbt_runs_on_one_thread() -> None:
    """DuckLake is unsafe under concurrency inside one process."""
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    assert [output["threads"] for output in profile["sanling"]["outputs"].values()] == [1]


def test_the_profile_holds_no_secret_and_is_the_same_for_every_installation() -> None:
    """With a port or a catalogue's name in it, dbt would parse the project anew for every stack."""
    text = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    assert "env_var" not in text
    assert not re.search(r"password\s*[:=]|secret\s*:|key_id", text.split("\n\n", 1)[-1], re.IGNORECASE)


def test_every_mart_is_described() -> None:
    files = {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")}
    assert files == {param.values[0]["name"] for param in MARTS}


@pytest.mark.parametrize("mart", MARTS)
def test_mart_says_its_purpose_and_owner_and_every_column_in_both_languages(mart: dict[str, Any]) -> None:
    meta = mart["config"]["meta"]
    assert meta["owner"]
    assert meta["purpose"]
    for described in (mart, *mart["columns"]):
        assert CHINESE.search(described["description"]), described["name"]
        assert LATIN.search(described["description"]), described["name"]


@pytest.mark.parametrize("mart", MARTS)
def test_mart_says_who_may_read_it_and_by_which_division(mart: dict[str, Any]) -> None:
    meta, columns = mart["config"]["meta"], {column["name"] for column in mart["columns"]}
    assert set(meta["read_by"]) <= PURPOSES
    assert "audit" in meta["read_by"]
    assert meta.get("division_column", min(columns)) in columns
    if "division_code" in columns:
        assert meta["division_column"] == "division_code", "rows would be shown to all or to nobody"


@pytest.mark.parametrize("mart", MARTS)
def test_mart_has_no_column_for_personal_values(mart: dict[str, Any]) -> None:
    assert PERSONAL.isdisjoint(column["name"] for column in mart["columns"])


def test_models_are_short() -> None:
    written = [path for path in (PROJECT / "models").rglob("*.sql") if "_generated" not in path.parts]
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in written}
    assert {name: n for name, n in lengths.items() if n > 120} == {}


def test_no_machine_path_in_the_project() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in PROJECT.rglob("*")
        if path.suffix in {".sql", ".yml", ".py"} and _names_a_place(path)
    ]
    assert found == []


def _names_a_place(path: Path) -> bool:
    return bool(re.search(r"/(home|root|tmp|Users|work)/", path.read_text(encoding="utf-8")))
