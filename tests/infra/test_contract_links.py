"""`contract check` looks beyond the contract: code lists of its rules and of its staging model."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.contract_links import problems
from ingest.contract import Contract, feeds, load

FEED = "grid.task"


@pytest.mark.parametrize("feed", feeds())
def test_shipped_contracts_find_all_they_name(feed: str) -> None:
    assert problems(load(feed)) == []


def with_list(name: str, **more: str) -> Contract:
    """The contract, with another code list for its category."""
    contract = load(FEED)
    changed = tuple(
        replace(p, rules=(replace(p.rules[0], kwargs={"code_list": name, **more}),))
        if p.name == "category"
        else p
        for p in contract.properties
    )
    return replace(contract, properties=changed)


def test_a_rule_with_a_list_without_values_is_named() -> None:
    (found,) = problems(with_list("task_kind"))
    assert "'category'" in found
    assert "'task_kind' of platform 'grid'" in found


def test_a_list_of_another_platform_does_not_help() -> None:
    assert problems(with_list("accident_grade", platform="emergency")) == []
    assert len(problems(with_list("accident_grade"))) == 1


def test_a_staging_model_that_maps_what_the_crosswalk_lacks_is_named(tmp_path: Path) -> None:
    model = tmp_path / "stg_grid__task.sql"
    model.write_text(
        "with coded as ({{ coded('versions', 'grid', {\n    'category': 'grid_task_type',\n"
        "    'status': 'task_state'\n}, first_level=['category']) }})",
        encoding="utf-8",
    )
    (found,) = problems(load(FEED), model)
    assert "column 'status' of stg_grid__task.sql" in found
    assert "'task_state' of platform 'grid'" in found


def test_a_feed_without_a_staging_model_is_judged_by_its_rules(tmp_path: Path) -> None:
    assert problems(load(FEED), tmp_path / "stg_grid__task.sql") == []
