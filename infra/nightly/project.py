"""Where the dbt project and what dbt made of it stand."""

from infra.settings import ROOT, STATE

PROJECT = ROOT / "dbt_project"
TARGET = STATE / "dbt" / "target"
PARSED = "partial_parse.msgpack"  # in a target folder: what dbt knows of the files that it has parsed
LOGS = STATE / "dbt" / "logs"


def mart_names() -> list[str]:
    """The marts' names from their files alone: cheap enough for the parsing of a DAG."""
    return sorted(path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql"))
