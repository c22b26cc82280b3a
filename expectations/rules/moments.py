"""Dates and times: readable, real, not in the future, in their order.

All ways of writing that functions.sql knows are good; 1900-01-01 and 9999-12-31 mean "no date".
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from expectations.check import alias, filled
from expectations.rules.base import RowRule, column_of
from ingest.connectors import identifier, quote
from ingest.contract import Property


def moment(column: str) -> tuple[str, tuple[str, ...]]:
    """The name of a column's parsed time in the scan, and what is bound for it: parse_timestamp_cn in steps.

    In steps, because the function holds its patterns in a lambda, where they are compiled again and again.
    """
    raw = identifier(column)
    plain = f"coalesce(_is_plain_timestamp({raw}), FALSE)"
    folded = f"CASE WHEN NOT {alias(plain)} THEN _fold({raw}) END"
    odd = f"_timestamp_of({alias(folded)})"
    parsed = f"CASE WHEN {alias(plain)} THEN _plain_timestamp({raw}) ELSE _bounded({alias(odd)}) END"
    return alias(parsed), (plain, folded, odd, parsed)


class _Moment(RowRule):
    """What dates and timestamps share."""

    clause = "GB/T 7408 日期和时间；GB/T 36344-2018 0302 格式合规性"
    dimension = "准确性"
    message_zh = "“{label}”不是有效的日期，或晚于本批次的截止时间；请核对后按 YYYY-MM-DD 的格式填写"
    message_en = "not a date that exists; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"
    example: ClassVar[str]

    required: bool = False  # then a system's "no date" is a missing value; else it is simply none
    latest: str | None = None  # YYYY-MM-DD HH:MM:SS, nothing may have happened later

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Unreadable, a placeholder where a date is required, or in the future."""
        parsed, bound = moment(self.column)
        condition = f"{parsed} IS NULL AND NOT is_blank({self.quoted})"
        if not self.required:
            condition += f" AND NOT is_date_placeholder({self.quoted})"
        if self.latest:
            condition = f"({condition}) OR {parsed} > TIMESTAMP {quote(self.latest)}"
        return condition, bound

    def message(self) -> str:
        """Which of the three it is."""
        what = f"“{self.label}”"
        placeholder = quote(f"{what}填的是 1900-01-01 或 9999-12-31 一类占位日期，等于没有填；请补填真实日期")
        future = quote(f"{what}晚于本批次的截止时间，尚未发生；请核对年月日")
        unreadable = quote(f"{what}不是有效的日期；请按 {self.example} 的格式填写")
        return (
            f"CASE WHEN is_date_placeholder({self.quoted}) THEN {placeholder} "
            f"WHEN {moment(self.column)[0]} IS NOT NULL THEN {future} ELSE {unreadable} END"
        )


class ExpectTimestamp(_Moment):
    """A point in time."""

    title_zh = "时间有效"
    example = "2026-10-01 08:30:00"


class ExpectDate(_Moment):
    """A day."""

    title_zh = "日期有效"
    example = "2026-10-01"


class ExpectOrder(RowRule):
    """What comes later is not dated earlier. Midnight may be a day without a time: then the day counts."""

    title_zh = "时间先后"
    clause = "GB/T 36344-2018 0503 时序性"
    dimension = "时效性"
    message_zh = "“{label}”早于“{earlier_label}”；请核对这两个时间"
    message_en = "this moment lies before one that must come first; check both"

    earlier: str  # source column; `column` is the later one
    earlier_label: str
    whole_days: bool = False  # one of the two is a date

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From `earlier` and `later` of the contract."""
        first, then = names[kwargs["earlier"]], names[kwargs["later"]]
        restricted = [p for p in (first, then) if p.classification == "restricted"]
        return column_of(then) | {
            "earlier": first.physical,
            "earlier_label": first.label_zh,
            "whole_days": "date" in (first.logical_type, then.logical_type),
            "classification": (restricted or [then])[0].classification,
        }

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Later < earlier."""
        (a, first), (b, then) = moment(self.earlier), moment(self.column)
        by_day = f"CAST({b} AS DATE) < CAST({a} AS DATE)"
        if self.whole_days:
            return by_day, first + then
        return f"{b} < {a} AND ({by_day} OR {b} <> date_trunc('day', {b}))", first + then

    @property
    def name(self) -> str:
        """Unique within a suite: a column may follow several others."""
        return f"{self.rule()}/{self.earlier}/{self.column}"

    def applies(self) -> str:
        """Both are given."""
        return filled(self.earlier, self.column)

    def observed(self) -> str:
        """Both moments."""
        shown = [
            f"coalesce(mask_value({column}, {quote(self.classification)}), '')"
            for column in (identifier(self.earlier), self.quoted)
        ]
        return " || ' → ' || ".join(shown)

    def advice(self) -> str:
        """Names both columns."""
        return self.message_zh.format(label=self.label, earlier_label=self.earlier_label)
