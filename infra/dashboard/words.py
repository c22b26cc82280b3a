"""The words of the page in Chinese and English, and the labels of codes."""

import csv
from functools import lru_cache
from pathlib import Path

from infra.settings import ROOT

DEFAULT = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
WORDS = Path(__file__).with_name("words.csv")  # name, zh, en
CODES = ROOT / "dbt_project" / "seeds" / "code_value.csv"  # the code lists that the marts are built with


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """Language -> name -> word."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {language: {row["name"]: row[language] for row in rows} for language in LANGUAGES}


@lru_cache(maxsize=1)
def codes() -> dict[str, dict[tuple[str, str], str]]:
    """Language -> (code list, code) -> label."""
    with CODES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        language: {(row["code_list"], row["code"]): _begun(row[f"label_{language}"]) for row in rows}
        for language in LANGUAGES
    }


def label(code: object, code_list: str, language: str) -> str:
    """The label of a code; a code that no list has is shown as it is, and none as a dash."""
    if code is None:
        return "–"
    return codes()[language].get(
        (code_list, str(code)), table()[language].get(f"{code_list}.{code}", str(code))
    )


def _begun(text: str) -> str:
    """With a capital, as words begin that stand alone in a cell."""
    return text[:1].upper() + text[1:]
