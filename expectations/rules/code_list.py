"""Codes and labels that a crosswalk of the project knows; data lives in seeds/code_crosswalk.csv."""

from functools import lru_cache

from expectations.rules.base import RowRule
from infra import lookup
from infra.settings import ROOT
from ingest.connectors import quote

CROSSWALK = ROOT / "dbt_project" / "seeds" / "code_crosswalk.csv"
SHOWN = 12  # values that the message lists


@lru_cache(maxsize=1)
def _crosswalk() -> dict[tuple[str, str], dict[str, str]]:
    """(code list, platform) -> what the platform may send and the city's code for it, in the file's order."""
    out: dict[tuple[str, str], dict[str, str]] = {}
    for row in lookup.read(CROSSWALK, ("code_list", "platform", "source_value")):
        out.setdefault((row["code_list"], row["platform"]), {})[row["source_value"]] = row["code"]
    return out


def _codes(code_list: str, platform: str) -> dict[str, str]:
    try:
        return _crosswalk()[code_list, platform]
    except KeyError:
        raise KeyError(
            f"{CROSSWALK.name} has no row of code list {code_list!r} for platform {platform!r}"
        ) from None


def values(code_list: str, platform: str) -> tuple[str, ...]:
    """What a platform may send for a code list; KeyError when the crosswalk has nothing for it."""
    return tuple(_codes(code_list, platform))


def code_of(code_list: str, platform: str, column: str) -> str:
    """SQL: the city's code for what a platform sent, NULL where it does not map; KeyError as `values`."""
    codes = _codes(code_list, platform)
    whens = " ".join(f"WHEN {quote(value)} THEN {quote(code)}" for value, code in codes.items())
    return f"CASE clean_code({column}) {whens} END"


class ExpectCodeMapped(RowRule):
    """A code, or its label, that maps to a code of the city; what does not map is never made "other"."""

    title_zh = "代码可对应"
    clause = "GB/T 36344-2018 0105 权威参考数据；映射表 code_crosswalk"
    dimension = "规范性"
    message_zh = (
        "“{label}”的取值不在代码表中（CODE_UNMAPPED），可用的取值：{known}；"
        "请改用代码表中的值，新代码请先报备"
    )
    message_en = "CODE_UNMAPPED: the crosswalk lacks this value; use one of the list or report a new code"

    code_list: str
    platform: str

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Not in the list as sent, nor when cleaned."""
        known = f"[{', '.join(map(quote, values(self.code_list, self.platform)))}]"
        return (
            f"NOT list_contains({known}, {self.quoted}) "
            f"AND NOT list_contains({known}, clean_code({self.quoted}))"
        ), ()

    def advice(self) -> str:
        """With the first values of the list."""
        known = values(self.code_list, self.platform)
        shown = "、".join(known[:SHOWN]) + ("等" if len(known) > SHOWN else "")
        return self.message_zh.format(label=self.label, known=shown)
