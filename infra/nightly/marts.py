"""The marts as dbt's manifest describes them: keys, descriptions, what must not be null."""

from dataclasses import dataclass
from typing import Any

from infra.nightly import build

INTERNAL = ("_row_hash",)  # columns that mean nothing outside the lake


@dataclass(frozen=True)
class Mart:
    """One mart and what consumers are told about it."""

    name: str
    key: tuple[str, ...]
    description: str
    columns: dict[str, str]  # name -> description
    not_null: tuple[str, ...]


def marts() -> list[Mart]:
    """Every model of schema `mart`, by name."""
    nodes = build.manifest()["nodes"].values()
    found = [_mart(n) for n in nodes if n["resource_type"] == "model" and n["schema"] == "mart"]
    return sorted(found, key=lambda mart: mart.name)


def _mart(node: dict[str, Any]) -> Mart:
    key = node["config"].get("unique_key") or []
    columns = [column for name, column in node["columns"].items() if name not in INTERNAL]
    return Mart(
        name=node["alias"],
        key=(key,) if isinstance(key, str) else tuple(key),
        description=node["description"],
        columns={column["name"]: column["description"] for column in columns},
        not_null=tuple(
            column["name"]
            for column in columns
            if any(constraint["type"] == "not_null" for constraint in column.get("constraints") or [])
        ),
    )
