"""公民身份号码, GB 11643."""

from expectations.check import alias
from expectations.rules.base import RowRule
from ingest.connectors import quote


class ExpectCitizenId(RowRule):
    """Form, a birth date that exists, and the check character, after cleaning (15 digits are lengthened).

    The area code is not judged: numbers were given out under codes that are younger than their holders,
    and under codes long retired, and such people must not be refused.
    """

    title_zh = "公民身份号码"
    clause = "GB 11643 公民身份号码：位数、出生日期、校验码"
    dimension = "规范性"
    message_zh = "“{label}”不是有效的公民身份号码；请按证件原件逐位核对，没有号码时留空"
    message_en = "no valid citizen ID; compare it with the document"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Something stands there, and it is no ID."""
        number = f"clean_citizen_id({self.quoted})"
        digits = f"_id_digits({alias(number)})"
        ok = f"_citizen_id_ok({alias(number)}, {alias(digits)})"
        return f"{alias(number)} IS NOT NULL AND NOT {ok}", (number, digits)

    def message(self) -> str:
        """What is wrong with it: length, date, or check character."""
        number, what = f"clean_citizen_id({self.quoted})", f"“{self.label}”"
        length = quote(f"{what}应为 18 位（旧号 15 位），末位可为 X；请按证件原件核对后重填")
        repeated = quote(f"{what}填的是占位号码；没有号码时请留空，不要填 1111… 或 0000…")
        check = quote(f"{what}的出生日期或校验码不对，多为录入时错了一位；请按证件原件逐位核对")
        return (
            f"CASE WHEN regexp_full_match({number}, '0+|1+|2+|3+|4+|5+|6+|7+|8+|9+') THEN {repeated} "
            f"WHEN NOT regexp_full_match({number}, '[0-9]{{17}}[0-9X]') THEN {length} ELSE {check} END"
        )
