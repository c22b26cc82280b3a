"""All row rules of a batch in one pass of DuckDB: each row gets one bit per broken rule.

The rows that broke any rule go, with their source columns, into a temporary table, which spills to disk
when it is large; verdicts are made from it without reading the batch again. Rules that take long to plan are
suspicions there, all columns at once, and are settled on the few rows that raise one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from expectations.check import Check, alias, levels

WORD = 62  # bits of one mask column, a non-negative BIGINT
FAILED = "_failed_rows"


@dataclass
class Scan:
    """The result of one pass: how many rows broke each rule, and where its bit stands."""

    failed: dict[str, int]  # name of the check -> rows
    bits: dict[str, int] = field(default_factory=dict)  # name of the check -> its position

    def broken(self, name: str) -> str:
        """SQL over the table of failed rows: this row broke the check."""
        word, bit = divmod(self.bits[name], WORD)
        return f"(_word{word} >> {bit}) & 1 = 1"


def run(con: duckdb.DuckDBPyConnection, batch: str, checks: Mapping[str, Check]) -> Scan:
    """Hold every check against the relation `batch`; leaves the failed rows in the table FAILED."""
    for statement in dict.fromkeys(s for check in checks.values() for s in check.setup):
        con.execute(statement.replace("{batch}", batch))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {FAILED} AS {query(batch, list(checks.values()))}")
    _settle(con, list(checks.values()))
    scan = Scan({}, {name: position for position, name in enumerate(checks)})
    counts = ", ".join(f"count(*) FILTER ({scan.broken(name)})" for name in checks)
    found = con.execute(f"SELECT {counts or 'count(*)'} FROM {FAILED}").fetchone() or ()
    scan.failed = dict(zip(checks, map(int, found), strict=False))
    return scan


def query(batch: str, checks: Sequence[Check]) -> str:
    """The one statement: bound expressions level by level, then the words of bits, then the failed rows."""
    source = batch
    checks = _suspected(checks)
    stages = levels([expression for check in checks for expression in check.bound])
    for stage in stages:
        columns = ", ".join(f"({expression}) AS {alias(expression)}" for expression in stage)
        source = f"(SELECT *, {columns} FROM {source})"
    words = [checks[start : start + WORD] for start in range(0, len(checks), WORD)]
    masks = ", ".join(f"({_word(group)}) AS _word{position}" for position, group in enumerate(words))
    anything = " OR ".join(f"_word{position} <> 0" for position in range(len(words)))
    return (
        f"SELECT * FROM (SELECT *, {masks} FROM {source}) WHERE {anything}"
        if words
        else (f"SELECT * FROM {source} WHERE false")
    )


def _suspected(checks: Sequence[Check]) -> list[Check]:
    """The checks, the costly ones of a macro as one suspicion: some of their values may be as it says."""
    values: dict[str, list[str]] = {}
    for check in checks:
        if check.costly:
            values.setdefault(check.costly[0], []).append(check.costly[1])
    suspicions = {
        macro: f"coalesce({macro}_somewhere(concat_ws(chr(10), {', '.join(those)})), FALSE)"
        for macro, those in values.items()
    }
    return [
        replace(check, unexpected=alias(suspicions[check.costly[0]]), bound=(suspicions[check.costly[0]],))
        if check.costly
        else check
        for check in checks
    ]


def _settle(con: duckdb.DuckDBPyConnection, checks: Sequence[Check]) -> None:
    """Leave in FAILED of the suspicions what the macros confirm, and the rows that still break a rule."""
    found: dict[tuple[str, int], list[tuple[str, int]]] = {}  # macro and word -> value and bit
    for position, check in enumerate(checks):
        if check.costly:
            word, bit = divmod(position, WORD)
            found.setdefault((check.costly[0], word), []).append((check.costly[1], 1 << bit))
    for (macro, word), those in found.items():
        values, bits = ", ".join(value for value, _ in those), ", ".join(str(bit) for _, bit in those)
        mask = sum(bit for _, bit in those)
        # One call for all columns: a macro in a lambda is planned once, and costly only every 2,048 rows.
        confirmed = f"lambda v, i: CASE WHEN {macro}(v) THEN [{bits}][i] ELSE 0 END"
        con.execute(
            f"UPDATE {FAILED} SET _word{word} = _word{word} - {mask} "
            f"+ CAST(list_sum(list_transform([{values}], {confirmed})) AS BIGINT) "
            f"WHERE _word{word} & {mask} = {mask}"
        )
    if found:
        words = range((len(checks) - 1) // WORD + 1)
        con.execute(f"DELETE FROM {FAILED} WHERE {' AND '.join(f'_word{word} = 0' for word in words)}")


def _word(checks: Sequence[Check]) -> str:
    bits = " + ".join(
        f"CASE WHEN {check.unexpected} THEN {1 << bit}::BIGINT ELSE 0 END" for bit, check in enumerate(checks)
    )
    # A volatile term keeps the optimizer from copying the whole expression into the filter above it,
    # where all rules would be computed a second time.
    return f"{bits} + CASE WHEN random() < 0 THEN 1 ELSE 0 END"


def assessed(con: duckdb.DuckDBPyConnection, batch: str, conditions: Sequence[str]) -> dict[str, int]:
    """Rows for which each condition holds, all counted in one pass; equal conditions once."""
    distinct = list(dict.fromkeys(conditions))
    counts = ", ".join(f"count(*) FILTER ({condition})" for condition in distinct)
    found = con.execute(f"SELECT {counts or 'count(*)'} FROM {batch}").fetchone() or ()
    return dict(zip(distinct, map(int, found), strict=False))
