"""统一社会信用代码, GB 32100, and 组织机构代码, GB 11714, which it contains at positions 9 to 17."""

from expectations.check import alias
from expectations.rules.base import RowRule
from ingest.connectors import quote


class ExpectCreditCode(RowRule):
    """Eighteen characters of the 31-letter alphabet with the right check character.

    Codes that start with a letter are good (N: rural collectives, Y: others), which libraries deny.
    """

    title_zh = "统一社会信用代码"
    clause = "GB 32100-2015 法人和其他组织统一社会信用代码：位数、字符、校验码"
    dimension = "规范性"
    message_zh = "“{label}”不是有效的统一社会信用代码；请按证照填 18 位数字和大写字母"
    message_en = "no valid credit code; copy it from the certificate"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Something stands there, and it is no credit code."""
        code = f"clean_credit_code({self.quoted})"
        return f"{alias(code)} IS NOT NULL AND NOT credit_code_ok({alias(code)})", (code,)

    def message(self) -> str:
        """An older number, or a mistake in copying."""
        code, what = f"clean_credit_code({self.quoted})", f"“{self.label}”"
        registration = quote(f"{what}填的是 15 位工商注册号；请改填营业执照上的 18 位统一社会信用代码")
        organisation = quote(f"{what}填的是 9 位组织机构代码；请改填 18 位统一社会信用代码")
        form = quote(f"{what}应为 18 位数字和大写字母（不含 I、O、S、V、Z）；请按证照核对后重填")
        check = quote(f"{what}的校验码不对，多为录入时错了一位；请按证照逐位核对")
        return (
            f"CASE WHEN regexp_full_match({code}, '[0-9]{{15}}') THEN {registration} "
            f"WHEN regexp_full_match({code}, '[0-9A-Z]{{8}}[0-9X]') THEN {organisation} "
            f"WHEN NOT regexp_full_match({code}, '[0-9A-HJ-NPQRTUWXY]{{18}}') THEN {form} ELSE {check} END"
        )


class ExpectOrganisationCode(RowRule):
    """Eight digits or capital letters and a check character; older systems know organisations by it alone."""

    title_zh = "组织机构代码"
    clause = "GB 11714-1997 全国组织机构代码编制规则：位数、字符、校验码"
    dimension = "规范性"
    message_zh = "“{label}”不是有效的组织机构代码；请按原证填 9 位，已换证的改填统一社会信用代码"
    message_en = "no valid organisation code; nine characters, or the credit code instead"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Something stands there, and it is no organisation code."""
        code = f"clean_credit_code({self.quoted})"
        return f"{alias(code)} IS NOT NULL AND NOT organisation_code_ok({alias(code)})", (code,)
