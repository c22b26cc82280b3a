"""What one column asks of another: a value that is due once something happened, parts within their whole.

In a contract they are rules of the table and name columns by their conformed names.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from expectations.check import alias, filled
from expectations.rules.base import RowRule, column_of
from expectations.rules.code_list import code_of
from infra import lookup
from ingest.connectors import identifier, quote
from ingest.contract import Property

GRADES = Path(__file__).parent / "data" / "accident_grade.csv"


class ExpectPresentWhen(RowRule):
    """A value that must be there once another column says so: a closed dispute has its outcome."""

    title_zh = "条件必填项"
    clause = "GB/T 36344-2018 0104 业务规则"
    dimension = "规范性"
    message_zh = "“{when_label}”已是“{shown}”，“{label}”必须填写；请补填后重新报送"
    message_en = "once the other column has this value, this one is required; fill it in"

    when: str  # source column that decides
    when_label: str
    one_of: tuple[str, ...]  # its values, as a source may send them

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From `field`, `when` and `one_of` of the contract."""
        when = names[kwargs["when"]]
        values = tuple(map(str, kwargs["one_of"]))
        return column_of(names[kwargs["field"]]) | {
            "when": when.physical,
            "when_label": when.label_zh,
            "one_of": values,
        }

    @property
    def name(self) -> str:
        """Unique within a suite: several columns may ask for one."""
        return f"{self.rule()}/{self.when}/{self.column}"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Due and blank."""
        return f"is_blank({self.quoted}) AND {self.applies()}", ()

    def applies(self) -> str:
        """Rows in which the value is due."""
        known = f"[{', '.join(map(quote, self.one_of))}]"
        return f"list_contains({known}, clean_code({identifier(self.when)}))"

    def advice(self) -> str:
        """With the value that makes it due."""
        return self.message_zh.format(label=self.label, when_label=self.when_label, shown=self.one_of[0])


class ExpectSumAtMost(RowRule):
    """Parts that cannot be more than their whole: people at large and caught, of those who did it."""

    title_zh = "分项不大于总数"
    clause = "GB/T 31000-2015 案（事）件：在逃人数与抓捕人数之和不大于作案人数"
    dimension = "一致性"
    message_zh = "{parts_label}之和大于“{label}”；请核对这几个数"
    message_en = "the parts add up to more than the whole; check the numbers"

    parts: tuple[str, ...]  # source columns
    parts_label: str

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From `parts` and `whole` of the contract."""
        parts = [names[name] for name in kwargs["parts"]]
        label = "、".join(f"“{part.label_zh}”" for part in parts)
        return column_of(names[kwargs["whole"]]) | {
            "parts": tuple(part.physical for part in parts),
            "parts_label": label,
        }

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """The sum of the parts that are given exceeds the whole. A negative whole is wrong in itself."""
        numbers = [f"parse_number({identifier(part)})" for part in self.parts]
        whole = f"parse_number({self.quoted})"
        total = " + ".join(f"coalesce({alias(number)}, 0)" for number in numbers)
        return f"{alias(whole)} >= 0 AND {total} > {alias(whole)}", (*numbers, whole)

    def advice(self) -> str:
        """Names the parts."""
        return self.message_zh.format(label=self.label, parts_label=self.parts_label)


@lru_cache(maxsize=1)
def grades() -> list[dict[str, str]]:
    """Accident grades with what is enough for each, the gravest first; loss in 10,000 yuan."""
    return lookup.read(GRADES, ("grade",))


class ExpectAccidentGrade(RowRule):
    """The grade is the gravest of three tests: deaths, serious injuries, direct loss in 10,000 yuan."""

    title_zh = "事故等级与后果相符"
    clause = "国务院令第493号《生产安全事故报告和调查处理条例》第三条"
    dimension = "一致性"
    message_zh = (
        "“{label}”与死亡人数、重伤人数、直接经济损失不符（等级取三项中最重的一项）；请核对人数、损失和等级"
    )
    message_en = "the grade is not the gravest that deaths, serious injuries and loss give; check all four"

    deaths: str
    serious_injuries: str
    loss: str
    code_list: str = "accident_grade"
    platform: str

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From the conformed names of the four columns."""
        others = {key: names[kwargs[key]].physical for key in ("deaths", "serious_injuries", "loss")}
        return column_of(names[kwargs["field"]]) | others | {"platform": kwargs["platform"]}

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Another grade than the numbers give; rows without possible casualties are others' matter."""
        columns = (self.deaths, self.serious_injuries, self.loss)
        numbers = tuple(f"parse_number({identifier(column)})" for column in columns)
        dead, hurt, loss = map(alias, numbers)
        whens = " ".join(
            f"WHEN {dead} >= {least['deaths']} OR {hurt} >= {least['serious_injuries']} "
            f"OR {loss} >= {least['loss']} THEN {quote(least['grade'])}"
            for least in grades()
        )
        right = f"CASE {whens} END"
        said = code_of(self.code_list, self.platform, self.quoted)
        return f"{dead} >= 0 AND {hurt} >= 0 AND {said} <> {right}", numbers

    def applies(self) -> str:
        """Rows that give grade and casualties."""
        return filled(self.column, self.deaths, self.serious_injuries)
