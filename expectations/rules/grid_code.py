"""网格编码: it begins with the code of the village or community in which the grid lies."""

from collections.abc import Mapping
from typing import Any

from expectations.check import alias, filled
from expectations.rules.base import RowRule, column_of
from expectations.rules.division import resolve, table
from ingest.connectors import identifier
from ingest.contract import Property

PRECISE = "expect_full_precision"


class ExpectGridCode(RowRule):
    """The grid's code begins with its village's twelve digits, of which zeros at the end say nothing.

    Silent where the village's code is unknown or retired: other rules say so, and the grids of an abolished
    village may carry the old code or the new one.
    """

    title_zh = "网格编码与村（社区）相符"
    clause = "DB6101/T 3185-2024：网格只隶属一个村（社区）并在其内编号；网格编码 = 12 位村级代码 + 顺序号"
    dimension = "一致性"
    default_severity = "warn"
    message_zh = "“{label}”不以“{division_label}”的代码开头；请核对网格编码和所属村（社区）"
    message_en = "the grid code does not begin with its community's code; check which of the two is wrong"

    division: str  # source column of the village
    division_label: str

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From `field` and `division` of the contract."""
        grid, division = names[kwargs["field"]], names[kwargs["division"]]
        return column_of(grid) | {
            "division": division.physical,
            "division_label": division.label_zh,
            "unless_precision_lost": PRECISE in {rule.name for rule in grid.rules},
        }

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Another beginning than the village's, or the township's where no village is named."""
        grid = f"clean_code({self.quoted})"
        code = (
            f"(SELECT d.code FROM {table(self.division)} AS d "
            f"WHERE d.raw = {identifier(self.division)} AND d.is_known AND NOT d.is_retired)"
        )
        head = f"regexp_replace({alias(code)}, '(000){{1,2}}$', '')"
        return f"NOT starts_with({alias(grid)}, {alias(head)})", (grid, code, head)

    def setup(self) -> tuple[str, ...]:
        """The villages of the batch."""
        return resolve(self.division)

    def applies(self) -> str:
        """Rows that name both."""
        return filled(self.column, self.division)

    def advice(self) -> str:
        """With the name of the other column."""
        return self.message_zh.format(label=self.label, division_label=self.division_label)
