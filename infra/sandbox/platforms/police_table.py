"""The police platform's tables as its administrators made them: types, comments, indexes.

Column names and Chinese comments come from the feeds' contracts, types from the public definition of such
tables (icc_t_jjdb for calls). One thing differs from it on purpose: none is partitioned by month. DuckDB's
scanner splits a table by its page count, which a partitioned parent does not have (`relpages` is -1), so
it would be read on one connection only (1 M rows: 6.4 s instead of 4.3 s on two cores).
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from infra.settings import CONTRACTS

DATABASE = "jwzh"
USUAL_LENGTH = 100


@dataclass(frozen=True)
class Table:
    """One table of the platform. Columns that are named nowhere are varchar of the usual length."""

    feed: str
    name: str
    key: str
    watermark: str
    deleted: str | None = None  # column that flags a row as deleted
    times: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()
    lengths: dict[str, int] = field(default_factory=dict)

    def columns(self) -> list[tuple[str, str]]:
        """(column, Chinese name) of the feed's contract, in its order."""
        return [(one["physicalName"], one["businessName"]) for one in self._schema()["properties"]]

    def typed_columns(self) -> list[str]:
        """Columns in which an empty text means NULL, because their type has no empty value."""
        return [name for name, _ in self.columns() if name in self._with_a_type()]

    def _with_a_type(self) -> frozenset[str]:
        return self.times | self.flags | self.numbers | self.counts

    def sql_type(self, column: str) -> str:
        """The PostgreSQL type of a column."""
        if column in self.times:
            return "timestamp(0)"
        if column in self.flags:
            return "char(1)"
        if column in self.numbers:
            return "numeric(10,6)"
        if column in self.counts:
            return "integer"
        return f"varchar({self.lengths.get(column, USUAL_LENGTH)})"

    def create(self) -> str:
        """The table alone. Who may read it is settled by the database's default privileges."""
        columns = ", ".join(f'"{name}" {self.sql_type(name)}' for name, _ in self.columns())
        return f"CREATE TABLE {self.name} ({columns})"

    def finish(self) -> list[str]:
        """Keys, index and comments, which are cheaper to make after the rows than before them."""
        index = f"{self.name.rpartition('.')[2]}_{self.watermark.lower()}"
        title = self._schema().get("businessName") or self.feed
        return [
            f'ALTER TABLE {self.name} ADD PRIMARY KEY ("{self.key}")',
            f'CREATE INDEX {index} ON {self.name} ("{self.watermark}")',
            f"ALTER TABLE {self.name} REPLICA IDENTITY FULL",
            f"COMMENT ON TABLE {self.name} IS '{title}'",
            *(f"COMMENT ON COLUMN {self.name}.\"{name}\" IS '{label}'" for name, label in self.columns()),
        ]

    def _schema(self) -> dict[str, Any]:
        text = (CONTRACTS / f"{self.feed}.odcs.yaml").read_text(encoding="utf-8")
        schema: dict[str, Any] = yaml.safe_load(text)["schema"][0]
        return schema


INCIDENT = Table(
    feed="police.incident",
    name="public.icc_t_jjdb",
    key="JJDBH",
    watermark="GXSJ",
    deleted="SCBS",
    times=frozenset({"BJSJ", "JJSJ", "JJWCSJ", "JASJ", "GXSJ", "RKSJ"}),
    flags=frozenset({"HBBS", "WXBS", "SCBS", "SFBM", "SFJA"}),
    numbers=frozenset({"FXDWJD", "FXDWWD"}),
    lengths={
        "BJNR": 4000, "JQDZ": 500, "GXDWMC": 200, "BJRMC": 200, "XZQHDM": 40, "JQLBDM": 40, "CSJQLBDM": 40,
    },
)  # fmt: skip
CASE = Table(
    feed="police.case",
    name="public.zfba_ajxx",
    key="AJBH",
    watermark="GXSJ",
    deleted="SCBS",
    times=frozenset({"FASJ", "LASJ", "PASJ", "GXSJ", "RKSJ"}),
    flags=frozenset({"SFPA", "SFMA", "SCBS", "SFBM"}),
    counts=frozenset({"ZARS", "ZTRS", "ZHRS"}),
    lengths={"AJMC": 200, "FADDXZ": 500, "JYAQ": 4000, "BADWMC": 200},
)
RESIDENT = Table(
    feed="police.resident",
    name="public.syrk_jbxx",
    key="RYBH",
    watermark="GXSJ",
    deleted="SCBS",
    times=frozenset({"GXSJ", "RKSJ"}),  # days of birth and registration are eight digits of text, or are not
    flags=frozenset({"ZXBZ", "SCBS"}),
    lengths={"HJDXZ": 200, "XZZXZ": 200},
)
ADDRESS = Table(
    feed="police.address",
    name="public.dzbz_bzdz",
    key="DZBM",
    watermark="GXSJ",
    deleted="SCBS",
    times=frozenset({"QYSJ", "TYSJ", "GXSJ", "RKSJ"}),
    flags=frozenset({"SCBS"}),
    numbers=frozenset({"ZXDJD", "ZXDWD"}),
    lengths={"DZQC": 500},
)
ORGANISATION = Table(
    feed="police.organisation",
    name="public.sydw_jbxx",
    key="DWBH",
    watermark="GXSJ",
    deleted="SCBS",
    times=frozenset({"GXSJ", "RKSJ"}),
    flags=frozenset({"SFWHQY", "ZXBZ", "SCBS"}),
    counts=frozenset({"CYRS"}),
    lengths={"DWMC": 200, "DWDZ": 500},
)
TABLES = (INCIDENT, CASE, RESIDENT, ADDRESS, ORGANISATION)
