"""The marts as dbt's manifest describes them: keys, descriptions, what must not be null, who may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.nightly import build

INTERNAL = ("_row_hash",)  # columns that mean nothing outside the lake
# Of a mart in the lake: what consumers get, and what says which run they got it from.
PUBLISHED = f"COLUMNS(c -> c NOT IN ({', '.join(map(repr, INTERNAL))}))"
OF_RUN = "$day::DATE AS _as_of, $run::VARCHAR AS _run_id, $snapshot::BIGINT AS _snapshot"


@dataclass(frozen=True)
class Mart:
    """One mart and what consumers are told about it."""

    name: str
    key: tuple[str, ...]
    description: str
    columns: dict[str, str]  # name -> description
    not_null: tuple[str, ...]
    read_by: tuple[str, ...] = ()  # purposes that may read it; the audit always may
    division_column: str | None = None  # 12-digit code that row-level security compares
    department_column: str | None = None  # department whose rows these are
    is_reference: bool = False  # public reference, the same for every reader
    column_read_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # columns with fewer readers
    count_columns: tuple[str, ...] = ()  # counts in which small cells are suppressed
    kind_column: str | None = None  # its value `all` stands for the sum of the other values
    adds_up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # count -> the counts that make it
    counted_in: str | None = None  # the mart with a row for each event of a count, by `count_name`
    made_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # column -> counts that decide it


def marts() -> list[Mart]:
    """Every model of schema `mart`, by name."""
    nodes = build.manifest()["nodes"].values()
    found = [_mart(n) for n in nodes if n["resource_type"] == "model" and n["schema"] == "mart"]
    return sorted(found, key=lambda mart: mart.name)


def _mart(node: dict[str, Any]) -> Mart:
    key = node["config"].get("unique_key") or []
    columns = [column for name, column in node["columns"].items() if name not in INTERNAL]
    meta = node["config"].get("meta") or {}
    keys = (key,) if isinstance(key, str) else tuple(key)
    return Mart(
        name=node["alias"],
        key=keys,
        description=node["description"],
        columns={column["name"]: column["description"] for column in columns},
        not_null=tuple(
            column["name"]
            for column in columns
            if any(constraint["type"] == "not_null" for constraint in column.get("constraints") or [])
        ),
        read_by=tuple(meta.get("read_by") or ()),
        division_column=meta.get("division_column"),
        department_column=meta.get("department_column"),
        is_reference=bool(meta.get("is_reference")),
        column_read_by=_told(columns, "read_by"),
        count_columns=tuple(meta.get("count_columns") or _integers(columns, keys)),
        kind_column=meta.get("kind_column") or _kind(columns, keys),
        adds_up={total: tuple(parts) for total, parts in (meta.get("adds_up") or {}).items()},
        counted_in=meta.get("counted_in"),
        made_of=_told(columns, "counts"),
    )


def _told(columns: list[dict[str, Any]], what: str) -> dict[str, tuple[str, ...]]:
    """Of the columns whose meta says it: the list that it gives."""
    metas = {column["name"]: column.get("meta") or {} for column in columns}
    return {name: tuple(meta[what]) for name, meta in metas.items() if what in meta}


def _integers(columns: list[dict[str, Any]], key: tuple[str, ...]) -> list[str]:
    """Whole numbers beside a month: counts, where the model does not say which they are."""
    if "month" not in key:
        return []
    return [
        column["name"]
        for column in columns
        if column.get("data_type") in ("integer", "bigint") and column["name"] not in key
    ]


def _kind(columns: list[dict[str, Any]], key: tuple[str, ...]) -> str | None:
    """The text column of the key that is neither division nor month, if there is just one."""
    texts = {column["name"] for column in columns if column.get("data_type") == "varchar"}
    found = [name for name in key if name in texts and name not in ("division_code", "division_level")]
    return found[0] if len(found) == 1 else None
