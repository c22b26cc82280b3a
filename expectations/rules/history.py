"""What a batch should have in common with its feed's earlier ones: its size, how much is empty, its codes.

Each is told of and never refused: a feed may change for good reasons, and then the history follows it.
"""

from typing import Any

from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies
from pydantic.v1 import Field

from expectations.check import filled
from expectations.rules.base import ASSESSED, ROWS, BatchRule
from expectations.usual import Level, rows_allowed, share_allowed

FILLED = "filled/"  # + column: the metric's name within a rule


class HistoryRule(BatchRule):
    """A batch rule that has nothing to judge while the history is short."""

    default_severity = "warn"
    usual: dict[str, dict[str, float]] = Field(
        default_factory=dict
    )  # "" or source column -> Level, as plain values for the library

    def _result(self, problems: list[str], rows: int, **details: Any) -> dict[str, Any]:
        said = {"problems": problems, "assessed": int(bool(self.usual)), **details}
        return {"success": not problems, "result": {"observed_value": rows, "details": said}}


class ExpectUsualVolume(HistoryRule):
    """The row count lies within median ± k·MAD of earlier batches of the same kind of day."""

    title_zh = "数据量与往日相当"
    clause = "与本数据集历史比较；GB/T 36344-2018 0202 数据记录完整性"
    dimension = "完整性"
    message_zh = "本批行数与往日同类日期相差过大；请核对导出范围，确属业务变化的无需处理"
    message_en = "the row count differs from that of earlier days of the same kind; check what was exported"

    def problems(self, rows: int) -> list[str]:
        """Too few, too many, or none where there always were some."""
        if "" not in self.usual:
            return []
        level = Level(**self.usual[""])
        if rows == 0 and level.least > 0:
            return [f"本批没有数据，往日同类日期 {level.days:.0f} 批均有数据，中位数 {level.median:.0f} 行"]
        allowed = rows_allowed(level)
        if abs(rows - level.median) <= allowed:
            return []
        low, high = max(0.0, level.median - allowed), level.median + allowed
        return [
            f"本批 {rows} 行，往日同类日期中位数 {level.median:.0f} 行，通常在 {low:.0f} 至 {high:.0f} 行之间"
        ]

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        return self._result(self.problems(metrics[ROWS]), metrics[ROWS])


class ExpectUsualBlanks(HistoryRule):
    """No column is empty much more or much less often than in earlier batches.

    Its counts come from the pass that counts what the row rules have to judge, at no further cost, and are
    kept with the outcome as the history of later batches.
    """

    title_zh = "空值比例与往日相当"
    clause = "与本数据集历史比较；GB/T 36344-2018 0201 数据元素完整性"
    dimension = "完整性"
    message_zh = "本批有字段的空值比例与往日同类日期相差过大；请核对该字段的来源和导出程序"
    message_en = "a column is empty more or less often than on earlier days; check where it comes from"

    columns: tuple[str, ...] = ()

    def problems(self, rows: int) -> list[str]:  # noqa: ARG002
        """Nothing without counts: they are metrics, see `_validate`."""
        return []

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """The row count, and the filled rows of each column."""
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for name in self.columns:
            values = {"name": f"{FILLED}{name}", "applies": filled(name)}
            metric = MetricConfiguration(ASSESSED, {"batch_id": self.batch_id}, values)
            needed.set_metric_configuration(f"{FILLED}{name}", metric)
        return needed

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        rows = metrics[ROWS]
        blank = {name: rows - metrics[f"{FILLED}{name}"] for name in self.columns}
        found = drifted(self.usual, {name: (n, rows) for name, n in blank.items()}, "空值比例")
        return self._result(found, rows, blank=blank)


class ExpectUsualCodes(HistoryRule):
    """The commonest code of each code column has about the share that it had in earlier batches."""

    title_zh = "代码分布与往日相当"
    clause = "与本数据集历史比较；GB/T 36344-2018 0301 内容正确性"
    dimension = "准确性"
    message_zh = "本批有代码字段的分布与往日同类日期相差过大；请核对是否误填默认值或代码表有变更"
    message_en = "a code column is distributed unlike earlier days; look for a default value or changed codes"

    commonest: dict[str, tuple[int, int]] = Field(default_factory=dict)  # column -> rows with it, filled rows

    def problems(self, rows: int) -> list[str]:
        """One for each column whose commonest code has another share."""
        return drifted(self.usual, self.commonest, "最常见代码所占比例") if rows else []

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        commonest = {name: rows for name, (rows, _) in self.commonest.items()}
        return self._result(self.problems(metrics[ROWS]), metrics[ROWS], commonest=commonest)


def drifted(usual: dict[str, dict[str, float]], counts: dict[str, tuple[int, int]], what: str) -> list[str]:
    """One sentence for each column whose share (part, whole) is not the usual one."""
    found = []
    for name, (count, rows) in counts.items():
        if name not in usual or not rows:
            continue
        level, share = Level(**usual[name]), count / rows
        if abs(share - level.median) > share_allowed(level, rows):
            found.append(f"字段“{name}”的{what}为 {share:.0%}，往日同类日期中位数 {level.median:.0%}")
    return found
