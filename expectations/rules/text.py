"""Damage that happens on the way: wrong encodings, and spreadsheets that round long numbers."""

from expectations.rules.base import RowRule, precision_lost


class ExpectUndamagedText(RowRule):
    """Text that was decoded with its own encoding."""

    title_zh = "文字无乱码"
    clause = "GB 18030 编码；GB/T 36344-2018 0305 脏数据出现率"
    dimension = "准确性"
    message_zh = "“{label}”是乱码，多为导出时编码选错；请用 UTF-8 或 GB18030 重新导出本批数据"
    message_en = "the text was decoded with a wrong encoding; export it again as UTF-8 or GB18030"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Characters that only a wrong decoding makes."""
        return f"mojibake({self.quoted})", ()

    def costly(self) -> tuple[str, str]:
        """Its patterns name thousands of characters."""
        return "mojibake", self.quoted


class ExpectFullPrecision(RowRule):
    """A long number that kept all its digits (a spreadsheet keeps fifteen).

    A valid ID number that ends in 000 cannot be told from a cut one: one person in eleven hundred has
    such a number. With `trust_checksum`, for ID numbers of sources that no spreadsheet touches, it counts as
    good. That it is a valid credit code says nothing there: one cut ID number in thirty is. In a column of
    credit codes it counts as good if both of its check characters are right: one cut code in 341 passes so,
    and one all-digit code in 3,400 ends in 000, which its organisation could never mend.
    """

    title_zh = "数字未丢精度"
    clause = "GB/T 36344-2018 0301 数据内容正确性"
    dimension = "准确性"
    message_zh = (
        "“{label}”在电子表格中丢失了精度（末几位变成 0，或成了 4.1E+17）；请把该列设为“文本”格式后重填重报"
    )
    message_en = "a spreadsheet cut the number to 15 digits; format the column as text, enter it again"

    trust_checksum: bool = False
    of_credit_codes: bool = False

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Scientific notation, zeros at the end, or digits that only a float64 leaves."""
        condition, bound = precision_lost(self.column)
        if self.trust_checksum:
            condition += f" AND NOT coalesce(citizen_id_ok(clean_citizen_id({self.quoted})), FALSE)"
        if self.of_credit_codes:
            code = f"clean_credit_code({self.quoted})"
            both = f"credit_code_ok({code}) AND organisation_code_ok(substr({code}, 9, 9))"
            condition += f" AND NOT coalesce({both}, FALSE)"
        return condition, bound
