"""公民身份号码, GB 11643."""

from collections.abc import Mapping
from typing import Any

from expectations.check import alias, filled
from expectations.rules.base import RowRule, column_of
from expectations.rules.code_list import code_of
from ingest.connectors import identifier, quote
from ingest.contract import Property


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


class ExpectIdAgrees(RowRule):
    """Birth date and sex are those that the ID number holds; a number that is none is judged elsewhere."""

    title_zh = "身份号码与出生日期、性别相符"
    clause = "GB 11643：第 7 至 14 位为出生日期，第 17 位奇数为男、偶数为女"
    dimension = "一致性"
    message_zh = "“{label}”中的出生日期或性别与本行所填不符，可能是他人的号码；请按证件原件核对"
    message_en = "the number holds another birth date or sex, it may be somebody else's; compare the document"

    birth: str
    sex: str
    platform: str

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From the conformed names of number, birth date and sex."""
        others = {key: names[kwargs[key]].physical for key in ("birth", "sex")}
        return column_of(names[kwargs["field"]]) | others | {"platform": kwargs["platform"]}

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """A valid number that says otherwise."""
        number = f"clean_citizen_id({self.quoted})"
        digits = f"_id_digits({alias(number)})"
        born = f"strftime(parse_date_cn({identifier(self.birth)}), '%Y%m%d')"
        sex = code_of("sex", self.platform, identifier(self.sex))
        shown = f"CASE WHEN substr({alias(number)}, 17, 1) IN ('1', '3', '5', '7', '9') THEN '1' ELSE '2' END"
        other_sex = f"{alias(sex)} IN ('1', '2') AND {alias(sex)} <> {shown}"
        differs = f"substr({alias(number)}, 7, 8) <> {alias(born)} OR {other_sex}"
        valid = f"_citizen_id_ok({alias(number)}, {alias(digits)})"
        return f"{valid} AND ({differs})", (number, digits, born, sex)

    def applies(self) -> str:
        """All three are given."""
        return filled(self.column, self.birth, self.sex)
