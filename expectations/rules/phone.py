"""Telephone numbers of China: mobile, fixed line, service numbers."""

from expectations.check import alias
from expectations.rules.base import RowRule


class ExpectPhone(RowRule):
    """A number that could be dialled; +86, area code, hyphens, an extension are all good."""

    title_zh = "电话号码"
    clause = "公用电信网编号：手机 11 位，固定电话区号加 7 至 8 位"
    dimension = "准确性"
    message_zh = "“{label}”不是有效的电话号码；请填 11 位手机号，或“区号-号码”的固定电话"
    message_en = "no valid phone number; write 11 digits, or area code and number"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Something stands there, and it is no phone number."""
        number = f"clean_phone({self.quoted})"
        return f"{alias(number)} IS NOT NULL AND NOT phone_ok({alias(number)})", (number,)
