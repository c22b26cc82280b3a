"""The address grammar by itself: its speed, and addresses whose elements people tagged."""

import re
import time

import duckdb

from infra.settings import ROOT
from tests.dbt.grammar import parsed_sql

TAGGED = ROOT.parent / "shared" / "data" / "address_elements" / "dev.txt"  # optional, not part of the project
LABELS = {"road": "road", "number": "roadno", "unit": "cellno", "room": "roomno", "building": "houseno"}
TEXT = (
    "'建设路' || (i % 300) || '号绿城花园' || (i % 30) || '号楼' || (i % 4) || '单元' || (i % 2000) || '室'"
)
ROWS = 200_000
DIGITS = "一二三四五六七八九十"
NUMERAL = re.compile("(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?")


def speed() -> float:
    """Addresses a second of the grammar on one connection."""
    with duckdb.connect() as con:
        con.execute(f"create table told as select {TEXT} as rest from range({ROWS}) as t(i)")
        begun = time.perf_counter()
        con.execute(f"create table found as {parsed_sql('told')}")
        return ROWS / (time.perf_counter() - begun)


def tagged() -> list[tuple[str, int, int]]:
    """Part, addresses that have it, addresses of which it was read as tagged; empty without the data."""
    if not TAGGED.exists():
        return []
    rows = [address for address in map(_read, TAGGED.read_text(encoding="utf-8").split("\n\n")) if address]
    with duckdb.connect() as con:
        con.execute("create table told (rest varchar, n bigint)")
        con.executemany("insert into told values (?, ?)", [(text, n) for n, (text, _) in enumerate(rows)])
        names = ", ".join(LABELS)
        found = {
            row[0]: dict(zip(LABELS, row[1:], strict=True))
            for row in con.execute(f"select n, {names} from ({parsed_sql('told')})").fetchall()
        }
    return [
        (
            part,
            *_compared(
                [(truth[label], found[n][part]) for n, (_, truth) in enumerate(rows) if label in truth]
            ),
        )
        for part, label in LABELS.items()
    ]


def _read(block: str) -> tuple[str, dict[str, str]] | None:
    """Text from the road on and the elements' texts of a tagged address; None where one stands twice."""
    text, found, labels = (
        "",
        dict[str, str](),
        [line.rsplit(" ", 1) for line in block.splitlines() if " " in line],
    )
    for words, label in labels:
        kind = label.partition("-")[2]
        if label.startswith("B-"):
            if kind in found:
                return None
            found[kind] = ""
        if kind in LABELS.values() or found.keys() & LABELS.values():
            text += words
        found[kind] = found.get(kind, "") + words
    return (text, found) if found.keys() & LABELS.values() else None


def _compared(pairs: list[tuple[str, str | None]]) -> tuple[int, int]:
    right = sum(_bare(truth) == _bare(found or "") for truth, found in pairs)
    return len(pairs), right


def _bare(text: str) -> str:
    """Without the word for its kind, in digits: the tags keep words and 十四 as they were written."""
    bare = text.upper().rstrip("号室楼幢栋座单元院")
    said = NUMERAL.fullmatch(bare)
    if not bare or said is None:
        return bare
    tens, ten, ones = ((DIGITS.index(part) + 1 if part else 0) for part in said.groups())
    return str(((tens or 1) * 10 if ten else 0) + ones)
