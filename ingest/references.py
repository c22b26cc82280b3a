"""Columns that name a record of another feed (rule `refers_to`), and whether what they name is declared.

One contract cannot tell by itself: the feed that it refers to has a contract of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ingest.contract import Contract, ContractBroken, load
from ingest.contract_types import Property, Rule, Severity

RULE = "expect_refers_to"


@dataclass(frozen=True)
class Reference:
    """A column and the column of another feed in which its values should stand."""

    feed: str
    column: Property
    target_feed: str
    key: str  # conformed name of that column
    severity: Severity


def references(contracts: Iterable[Contract]) -> list[Reference]:
    """All references of some contracts, in their order."""
    return [
        Reference(contract.feed, p, rule.kwargs["feed"], rule.kwargs["key"], rule.severity)
        for contract in contracts
        for p, rule in _rules(contract)
    ]


def problems(contract: Contract, find: Callable[[str], Contract] = load) -> list[str]:
    """What the contract refers to without its being there, one sentence each; `find` loads a contract."""
    found = []
    for p, rule in _rules(contract):
        if missing := [name for name in ("feed", "key") if not rule.kwargs.get(name)]:
            found.append(f"property {p.name!r}: {RULE} needs {' and '.join(missing)}")
            continue
        feed, key = rule.kwargs["feed"], rule.kwargs["key"]
        if rule.severity != "warn":
            found.append(
                f"property {p.name!r}: {RULE} must have severity warn: its row is in the lake already"
            )
        try:
            target = contract if feed == contract.feed else find(feed)
            target.property_named(key)
        except (ContractBroken, KeyError) as error:
            reason = error.args[0] if isinstance(error, KeyError) else str(error)
            found.append(f"property {p.name!r} refers to {feed}, {key}: {reason}")
    return found


def _rules(contract: Contract) -> Iterator[tuple[Property, Rule]]:
    return ((p, rule) for p in contract.properties for rule in p.rules if rule.name == RULE)
