"""What a contract must find elsewhere in the repository: feeds that it refers to, codes of its lists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from expectations.rules.code_list import CROSSWALK, values
from expectations.suites import CODED
from infra.generate import staging_file
from ingest import references
from ingest.contract import Contract

# the macro `coded` of a staging model: relation, platform, {column: code list}
MAPPED = re.compile(r"coded\(\s*'\w+',\s*'(\w+)',\s*(\{.*?\})", re.DOTALL)


def problems(contract: Contract, staging: Path | None = None) -> list[str]:
    """What is missing, one sentence each. `staging`: the staging model, if not the project's own."""
    model = staging or staging_file(contract)
    return [
        *references.problems(contract),
        *(
            f"{where} uses code list {name!r} of platform {platform!r}, "
            f"of which {CROSSWALK.name} has no row: add what the platform may send"
            for where, name, platform in (*_of_rules(contract), *_of_model(model))
            if not _has_values(name, platform)
        ),
    ]


def _of_rules(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """(where, code list, platform) of the contract's rules."""
    for p in contract.properties:
        for rule in p.rules:
            if rule.name == CODED and "code_list" in rule.kwargs:
                platform = rule.kwargs.get("platform", contract.platform)
                yield f"property {p.name!r}", rule.kwargs["code_list"], platform


def _of_model(model: Path) -> Iterator[tuple[str, str, str]]:
    """The same of the columns that a staging model maps."""
    text = model.read_text(encoding="utf-8") if model.is_file() else ""
    for platform, lists in MAPPED.findall(text):
        for column, name in ast.literal_eval(lists).items():
            yield f"column {column!r} of {model.name}", name, platform


def _has_values(name: str, platform: str) -> bool:
    try:
        return bool(values(name, platform))
    except KeyError:
        return False
