"""Names of persons: somebody's, not a number that slipped into the column or a word for "nobody"."""

from functools import lru_cache
from pathlib import Path

from expectations.rules.base import RowRule
from infra import lookup
from ingest.connectors import quote

PLACEHOLDERS = Path(__file__).parent / "data" / "name_placeholder.csv"


@lru_cache(maxsize=1)
def placeholders() -> tuple[str, ...]:
    """Words that stand where a name should, from a list that a data steward keeps."""
    return tuple(row["value"] for row in lookup.read(PLACEHOLDERS, ("value",)))


class ExpectPersonName(RowRule):
    """A name; 王先生 is one that was told in part, an ID or phone number is none."""

    title_zh = "姓名有效"
    clause = "GB/T 36344-2018 0301 数据内容正确性"
    dimension = "准确性"
    message_zh = "“{label}”填的是号码或“匿名、群众”一类占位内容，不是姓名；请把号码移到对应栏目，补填姓名"
    message_en = "a number or a placeholder stands in the name; move the number, fill the name in"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Six digits in a row, or a placeholder."""
        known = f"[{', '.join(map(quote, placeholders()))}]"
        number = f"regexp_matches({self.quoted}, '[0-9０-９]{{6}}')"
        return f"{number} OR list_contains({known}, clean_code({self.quoted}))", ()
