"""What one rule asks of a row, in SQL; free of Great Expectations, so that it costs no import."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.connectors import identifier

FILLED = "({column} IS NOT NULL AND {column} <> '')"


@dataclass(frozen=True)
class Check:
    """SQL over the columns of a batch, all VARCHAR as the source sent them.

    `bound` are expressions that are computed once a row, however many rules use them; in the other
    texts they go by `alias(expression)`. An expression may use aliases of others.
    `setup` are statements that run before the scan; `{batch}` in them is the batch's relation.
    `costly` is a macro and a value, where `unexpected` is that macro of the value and slow to plan: the scan
    asks `<macro>_somewhere` of all such values of a row together, and the macro only where that says yes.
    """

    unexpected: str  # the row breaks the rule; NULL counts as kept
    applies: str  # the rule has something to judge: the denominator of X = A / B
    observed: str  # what the verdict may show: masked, or an expression without personal values
    message: str  # VARCHAR: what is wrong and how to mend it, in Chinese
    bound: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    costly: tuple[str, str] | None = None


def alias(expression: str) -> str:
    """The column name of a bound expression: the same text is computed once, whoever asks for it."""
    return "_v" + hashlib.md5(expression.encode(), usedforsecurity=False).hexdigest()[:12]


def filled(*columns: str) -> str:
    """SQL: none of the columns is NULL or empty."""
    return " AND ".join(FILLED.format(column=identifier(column)) for column in columns)


def levels(bound: Sequence[str]) -> list[list[str]]:
    """Bound expressions in the order in which they can be computed, each once.

    Raises ValueError when two need each other.
    """
    rest, done, out = list(dict.fromkeys(bound)), set[str](), []
    names = {expression: alias(expression) for expression in rest}
    while rest:
        ready = [e for e in rest if all(n not in e or n in done for n in names.values())]
        if not ready:
            raise ValueError(f"bound expressions need each other: {rest}")
        out.append(ready)
        done |= {names[e] for e in ready}
        rest = [e for e in rest if names[e] not in done]
    return out
