"""The project's macros, those of addresses above all, rendered without dbt."""

from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from infra.generate import PROJECT

FILES = (
    "engine/dialect.sql",
    "linkage/address.sql",
    "linkage/division_front.sql",
    "_generated/place_words.sql",
)


def macros(*files: str) -> Any:
    """The macros of some files by name, in DuckDB's form."""
    source = "\n".join((PROJECT / "macros" / file).read_text(encoding="utf-8") for file in files)
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701
    found = SimpleNamespace(module=None)
    environment.globals["return"] = lambda value: value
    environment.globals["adapter"] = SimpleNamespace(
        dispatch=lambda name: getattr(found.module, f"duckdb__{name}")
    )
    found.module = environment.from_string(source).module
    return found.module


def parsed_sql(relation: str) -> str:
    """A query that reads the column `rest` of a relation."""
    module = macros(*FILES)
    written = str(module.address_written("rest")).replace("clean_code(rest)", "rest")
    told = f"(select * replace ({written} as rest) from {relation})"
    return str(module.address_read(told))
