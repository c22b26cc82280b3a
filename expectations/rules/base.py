"""What all rules have in common: a Great Expectations expectation that knows its standard.

A row rule says in SQL which rows break it (`check`); the metric engine (expectations.engine) puts the
conditions of a whole suite into one scan, and Great Expectations judges the counts. A batch rule looks
at the batch as a whole. Results hold counts alone, so that nothing personal can be stored with them.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from expectations.check import Check, alias, filled
from ingest.connectors import identifier, quote
from ingest.contract import Property

FAILED, ASSESSED, ROWS = "row_rule.failed", "row_rule.assessed", "table.row_count"
Dimension = Literal["规范性", "完整性", "准确性", "一致性", "时效性", "可访问性"]


class Rule(BatchExpectation):  # type: ignore[misc]
    """A standard with what a clerk and an auditor need to know of it."""

    title_zh: ClassVar[str]  # what the rule is called in a return file
    clause: ClassVar[str]  # standard and section
    dimension: ClassVar[Dimension]  # GB/T 36344-2018
    default_severity: ClassVar[Literal["refuse", "warn"]] = "refuse"
    message_zh: ClassVar[str]  # {label} is the column's Chinese name
    message_en: ClassVar[str]

    @classmethod
    def rule(cls) -> str:
        """The name that verdicts carry: `citizen_id` of ExpectCitizenId."""
        return str(cls.expectation_type).removeprefix("expect_")

    @property
    def name(self) -> str:
        """Unique within a suite."""
        return self.rule()


def precision_lost(column: str) -> tuple[str, tuple[str, ...]]:
    """The name of "a spreadsheet cut this number" in the scan, and what is bound for it, step by step."""
    number = f"_long_number({identifier(column)})"
    digits = f"_id_digits({alias(number)})"
    lost = f"_precision_lost({alias(number)}, {alias(digits)})"
    return alias(lost), (number, digits, lost)


def column_of(p: Property) -> dict[str, Any]:
    """What a rule knows of the column that it is about."""
    return {"column": p.physical, "field": p.name, "label": p.label_zh, "classification": p.classification}


class RowRule(Rule):
    """A rule that each row keeps or breaks on one column (or on several, the first one in charge)."""

    column: str  # name at the source
    field: str  # conformed name
    label: str  # Chinese name
    classification: Literal["public", "internal", "restricted"] = "internal"
    unless_precision_lost: bool = False  # another rule already says so, and more plainly

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """A rule of several columns: its settings, from what the contract says in conformed names."""
        raise NotImplementedError(f"{cls.expectation_type} is a rule of one column, not of the table")

    @abstractmethod
    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """SQL of the condition that a row breaks the rule, and the expressions bound in it."""

    @property
    def name(self) -> str:
        """Unique within a suite."""
        return f"{self.rule()}/{self.column}"

    @property
    def quoted(self) -> str:
        """The column as SQL."""
        return identifier(self.column)

    def check(self) -> Check:
        """All that the scan and the verdicts need."""
        (condition, bound), costly = self.unexpected(), self.costly()
        if self.unless_precision_lost:
            lost, steps = precision_lost(self.column)
            condition, bound, costly = f"({condition}) AND NOT {lost}", bound + steps, None
        return Check(condition, self.applies(), self.observed(), self.message(), bound, self.setup(), costly)

    def applies(self) -> str:
        """SQL: the rule has something to judge in this row."""
        return filled(self.column)

    def observed(self) -> str:
        """SQL: the value that the verdict shows, masked."""
        return f"mask_value({self.quoted}, {quote(self.classification)})"

    def advice(self) -> str:
        """What is wrong and how to mend it, for any row that breaks the rule."""
        return self.message_zh.format(label=self.label)

    def message(self) -> str:
        """SQL: the same, as exact as the row allows."""
        return quote(self.advice())

    def setup(self) -> tuple[str, ...]:
        """Statements that the condition needs before the scan."""
        return ()

    def costly(self) -> tuple[str, str] | None:
        """The macro and the value that the condition consists of, if it takes long to plan."""
        return None

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """The two counts of this rule and the row count, as metrics for the engine to bundle."""
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration)
        check, domain = self.check(), {"batch_id": self.batch_id}
        values: dict[str, dict[str, Any]] = {
            FAILED: {
                "name": self.name,
                "unexpected": check.unexpected,
                "bound": list(check.bound),
                "setup": list(check.setup),
                "costly": list(check.costly or ()),
            },
            ASSESSED: {"name": self.name, "applies": check.applies},
            ROWS: {},
        }
        for metric, kwargs in values.items():
            needed.set_metric_configuration(metric, MetricConfiguration(metric, domain, kwargs))
        return needed

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002  (the base class's signature)
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        rows, failed = metrics[ROWS], metrics[FAILED]
        return {
            "success": failed == 0,
            "result": {
                "element_count": rows,
                "missing_count": rows - metrics[ASSESSED],
                "unexpected_count": failed,
                "unexpected_percent": 100.0 * failed / rows if rows else 0.0,
            },
        }


class LakeRule(Rule):
    """A rule that only the lake can judge, where more than one feed is: no batch is held against it.

    The models of models/intermediate/quality judge it at night; here stands what it is called and founded on.
    """

    column: str  # name at the source
    field: str  # conformed name
    label: str  # Chinese name
    classification: Literal["public", "internal", "restricted"] = "internal"

    def _validate(self, *_: Any, **__: Any) -> dict[str, Any]:
        raise NotImplementedError(f"{self.rule()} is judged in the lake, not within a batch")


class BatchRule(Rule):
    """A rule that the batch keeps or breaks as a whole; its facts come from the receipt."""

    @abstractmethod
    def problems(self, rows: int) -> list[str]:
        """One Chinese sentence for each thing that is wrong; `rows` is the batch's row count."""

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """The row count."""
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration)
        needed.set_metric_configuration(ROWS, MetricConfiguration(ROWS, {"batch_id": self.batch_id}, {}))
        return needed

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        problems = self.problems(metrics[ROWS])
        return {
            "success": not problems,
            "result": {"observed_value": metrics[ROWS], "details": {"problems": problems}},
        }
