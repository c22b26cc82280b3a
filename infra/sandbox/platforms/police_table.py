"""The police platform's table as its administrators made it: types, comments, indexes.

Column names and Chinese comments come from the feed's contract, types from the public definition of
such a table (icc_t_jjdb). One thing differs from it on purpose: it is not partitioned by month. DuckDB's
scanner splits a table by its page count, which a partitioned parent does not have (`relpages` is -1), so
it would be read on one connection only (1 M rows: 6.4 s instead of 4.3 s on two cores).
"""

from typing import Any

import yaml

from infra.settings import CONTRACTS

DATABASE = "jwzh"
TABLE = "public.icc_t_jjdb"
KEY = "JJDBH"
WATERMARK = "GXSJ"
DELETED = "SCBS"

TIMES = frozenset({"BJSJ", "JJSJ", "JJWCSJ", "JASJ", "GXSJ", "RKSJ"})
FLAGS = frozenset({"HBBS", "WXBS", "SCBS", "SFBM", "SFJA"})
NUMBERS = frozenset({"FXDWJD", "FXDWWD"})
LENGTHS = {"BJNR": 4000, "JQDZ": 500, "GXDWMC": 200, "BJRMC": 200, "XZQHDM": 40, "JQLBDM": 40, "CSJQLBDM": 40}
USUAL_LENGTH = 100


def contract_columns() -> list[tuple[str, str]]:
    """(column, Chinese name) of the feed's contract, in its order."""
    text = (CONTRACTS / "police.incident.odcs.yaml").read_text(encoding="utf-8")
    properties: list[dict[str, Any]] = yaml.safe_load(text)["schema"][0]["properties"]
    return [(field["physicalName"], field["businessName"]) for field in properties]


def sql_type(column: str) -> str:
    """The PostgreSQL type of a column."""
    if column in TIMES:
        return "timestamp(0)"
    if column in FLAGS:
        return "char(1)"
    if column in NUMBERS:
        return "numeric(10,6)"
    return f"varchar({LENGTHS.get(column, USUAL_LENGTH)})"


def typed_columns() -> list[str]:
    """Columns in which an empty text means NULL, because their type has no empty value."""
    return [name for name, _ in contract_columns() if name in TIMES | FLAGS | NUMBERS]


def create_table() -> str:
    """The table alone. Who may read it is settled by the database's default privileges."""
    columns = ", ".join(f'"{name}" {sql_type(name)}' for name, _ in contract_columns())
    return f"CREATE TABLE {TABLE} ({columns})"


def finish_table() -> list[str]:
    """Keys, index and comments, which are cheaper to make after the rows than before them."""
    return [
        f'ALTER TABLE {TABLE} ADD PRIMARY KEY ("{KEY}")',
        f'CREATE INDEX icc_t_jjdb_gxsj ON {TABLE} ("{WATERMARK}")',
        f"ALTER TABLE {TABLE} REPLICA IDENTITY FULL",
        f"COMMENT ON TABLE {TABLE} IS '110接处警 接警单表'",
        *(f"COMMENT ON COLUMN {TABLE}.\"{name}\" IS '{label}'" for name, label in contract_columns()),
    ]
