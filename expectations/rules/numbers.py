"""Numbers and booleans: readable, and within what can be."""

from expectations.check import alias
from expectations.rules.base import RowRule


class ExpectNumber(RowRule):
    """A number; `whole` where only a count makes sense."""

    title_zh = "数字有效"
    clause = "GB/T 36344-2018 0302 格式合规性"
    dimension = "准确性"
    message_zh = "“{label}”不是数字；请只填阿拉伯数字，不带单位和文字"
    message_en = "not a number; write digits only, without a unit"

    whole: bool = False

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Unreadable, or a fraction where a whole number belongs."""
        number = f"parse_number({self.quoted})"
        condition = f"{alias(number)} IS NULL AND NOT is_blank({self.quoted})"
        if self.whole:
            condition = f"({condition}) OR {alias(number)} <> trunc({alias(number)})"
        return condition, (number,)


class ExpectBetween(RowRule):
    """A number within its bounds, both included."""

    title_zh = "数值范围"
    clause = "GB/T 36344-2018 0301 数据内容正确性"
    dimension = "准确性"
    message_zh = "“{label}”应在 {min} 至 {max} 之间；请核对"
    message_en = "outside the possible range; check the value"

    min: float | None = None
    max: float | None = None

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Below or above; what is no number is not judged here."""
        number = f"parse_number({self.quoted})"
        bounds = {"<": self.min, ">": self.max}
        parts = [f"{alias(number)} {sign} {bound}" for sign, bound in bounds.items() if bound is not None]
        return " OR ".join(parts) or "FALSE", (number,)

    def advice(self) -> str:
        """With the bounds."""
        low, high = (f"{b:.15g}" if b is not None else "任意" for b in (self.min, self.max))
        return self.message_zh.format(label=self.label, min=low, max=high)


class ExpectBoolean(RowRule):
    """Yes or no, in one of the usual ways."""

    title_zh = "是否值有效"
    clause = "GB/T 36344-2018 0302 格式合规性"
    dimension = "准确性"
    message_zh = "“{label}”只能填 1 或 0（是或否）"
    message_en = "neither yes nor no; write 1 or 0"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Neither."""
        return f"parse_boolean_cn({self.quoted}) IS NULL AND NOT is_blank({self.quoted})", ()
