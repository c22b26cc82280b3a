"""The trained model in the repository is of the levels that the code compares by, and compiles."""

import json
import math
import re

import pytest
from jinja2 import Environment

from infra.fusion.person_levels import LEVELS
from infra.fusion.train_persons import MACRO

WEIGHTS = MACRO.parent / "weights.sql"
CONDITIONS = {name: [level.condition for level in levels] for name, levels in LEVELS.items()}


class Refused(Exception):
    """What dbt's compiler would say."""


def model() -> dict[str, list[dict[str, object]]]:
    source = MACRO.read_text(encoding="utf-8")
    text = re.search(r"'''(.*)'''", source, re.DOTALL)
    assert text
    found: dict[str, list[dict[str, object]]] = json.loads(text[1].replace("\\'", "'").replace("\\\\", "\\"))
    return found


def weight(trained: object) -> str:
    """The SQL of the macro for a model."""

    class Exceptions:
        @staticmethod
        def raise_compiler_error(message: str) -> None:
            raise Refused(message)

    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701
    environment.globals |= {"exceptions": Exceptions, "return": lambda value: value}
    return str(environment.from_string(WEIGHTS.read_text(encoding="utf-8")).module.match_weight(trained))  # type: ignore[attr-defined]


def test_levels_changed_without_training_show() -> None:
    trained = {one["name"]: [level["condition"] for level in one["levels"]] for one in model()["comparisons"]}  # type: ignore[attr-defined]
    assert trained == CONDITIONS, "run python -m infra.fusion.train_persons again"


def test_stronger_agreement_weighs_more() -> None:
    bits = {
        (one["name"], level["label"]): math.log2(level["m"] / level["u"])
        for one in model()["comparisons"]
        for level in one["levels"]  # type: ignore[attr-defined]
        if not level.get("is_null")
    }
    for comparison, labels in (
        ("name", ("same", "same sound", "masked, same surname", "same surname", "other")),
        ("id_and_birth", ("same number", "slip of two", "same birth date", "other", "two valid numbers")),
        ("phone", ("same", "other")),
        ("home", ("same door", "same site", "other")),
        ("sex", ("same", "other")),
    ):
        ordered = [bits[comparison, label] for label in labels]
        assert ordered == sorted(ordered, reverse=True), comparison


def test_a_level_without_m_or_u_does_not_compile() -> None:
    trained = model()
    assert "log2(" in weight(trained)
    del trained["comparisons"][0]["levels"][-1]["u"]  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="lacks an m or u"):
        weight(trained)
