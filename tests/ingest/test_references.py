"""References between feeds: what they name must be declared, in a contract that is there."""

import re
from dataclasses import replace
from typing import Any

import pytest

from infra.generate import reference_macro
from ingest.contract import Contract, load, load_all
from ingest.references import RULE, problems, references

FEED = "grid.task"


def referring(**kwargs: Any) -> Contract:
    """grid.task, whose grid refers to something else."""
    contract = load(FEED)
    severity = kwargs.pop("severity", "warn")
    changed = [
        replace(p, rules=tuple(replace(rule, kwargs=kwargs, severity=severity) for rule in p.rules))
        if p.name == "grid_no"
        else p
        for p in contract.properties
    ]
    return replace(contract, properties=tuple(changed))


def test_shipped_references_name_what_is_there() -> None:
    assert {found.feed: problems(load(found.feed)) for found in references(load_all())} == {
        "emergency.accident": [], "emergency.hazard": [], "grid.activity": [], "grid.event": [],
        "grid.task": [], "petition.progress": [], "police.case": [], "police.incident": [],
        "police.organisation": [], "police.resident": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"feed": "grid.nothing", "key": "grid_no"}, "there is no contract for feed 'grid.nothing'"),
        ({"feed": "grid.grid", "key": "grid_number"}, "grid.grid has no property 'grid_number'"),
        ({"feed": "grid.grid"}, "needs key"),
        ({"feed": "grid.grid", "key": "grid_no", "severity": "refuse"}, "severity warn"),
        ({"feed": FEED, "key": "nothing"}, "has no property 'nothing'"),
    ],
)
def test_a_reference_to_nothing_is_named(kwargs: dict[str, Any], said: str) -> None:
    (found,) = problems(referring(**kwargs))
    assert "'grid_no'" in found
    assert re.search(said, found), found


def test_a_feed_may_refer_to_itself() -> None:
    assert problems(referring(feed=FEED, key="task_no")) == []


def test_the_models_get_the_references_of_the_contracts_at_hand() -> None:
    task, grid = load(FEED), load("grid.grid")
    assert reference_macro([task, grid]).count("'feed'") == 1, "the one to grid.event has no model here"
    assert "'target': 'grid__grid', 'key': 'grid_no'" in reference_macro([task, grid])
    assert sum(rule.name == RULE for p in task.properties for rule in p.rules) == 2
