"""What changed between two versions of a contract, and whether something that works today stops.

Breaking is what stops a consumer's query, a source's delivery, or the identity of the records that the
lake already holds. Everything else is told, with what it costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.contract_types import Contract, Property, Rule


@dataclass(frozen=True)
class Change:
    """One difference."""

    where: str  # property's name, or the part of the contract
    what: str
    is_breaking: bool
    reason: str


def compare(old: Contract, new: Contract) -> list[Change]:
    """All differences, breaking ones first."""
    found = [*_feed(old, new), *_properties(old, new), *_rules("table", old.table_rules, new.table_rules)]
    return sorted(found, key=lambda change: not change.is_breaking)


def wanted_version(old: Contract, changes: list[Change]) -> str | None:
    """The least version that the new contract may carry; None when nothing changed."""
    major, minor, _ = (int(part) for part in old.version.split("."))
    if any(change.is_breaking for change in changes):
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if changes else None


def is_version_enough(old: Contract, new: Contract, changes: list[Change]) -> bool:
    """Whether the new contract's version tells of its changes: breaking ones raise the first number."""
    before, after = ([int(part) for part in contract.version.split(".")] for contract in (old, new))
    if any(change.is_breaking for change in changes):
        return after[0] > before[0]
    return after > before if changes else after >= before


def _feed(old: Contract, new: Contract) -> Iterator[Change]:
    if old.feed != new.feed:
        yield Change("id", f"{old.feed} → {new.feed}", True, "every record key and object key begins with it")
    if old.table != new.table:
        yield Change("schema.name", f"{old.table} → {new.table}", True, "models are named after it")
    if old.physical_table != new.physical_table:
        what = f"{old.physical_table} → {new.physical_table}"
        yield Change("schema.physicalName", what, False, "the source must offer the new one on that night")
    if old.server != new.server:
        names = sorted(
            name
            for name in {*old.server.settings, *new.server.settings}
            if old.server.settings.get(name) != new.server.settings.get(name)
        )
        yield Change("servers", ", ".join(names), False, "only how the source is reached")
    for name in ("schedule", "latest_arrival", "history_start", "retention", "return_due_days"):
        before, after = getattr(old.sla, name), getattr(new.sla, name)
        if before != after:
            shorter = name == "retention" or (name == "history_start" and after > before)
            reason = "history that somebody reads may go" if shorter else "only times"
            yield Change(f"slaProperties.{name}", f"{before} → {after}", shorter, reason)


def _properties(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = ({p.name: p for p in contract.properties} for contract in (old, new))
    by_physical = {p.physical: p.name for p in new.properties}
    for name, p in before.items():
        if name not in after:
            renamed = by_physical.get(p.physical)
            what = f"renamed to {renamed}" if renamed else "removed"
            yield Change(name, what, True, "models and marts read it by this name")
    for name, p in after.items():
        if name in before:
            yield from _property(before[name], p)
        elif p.may_be_absent:
            yield Change(name, "added", False, "may be absent; rows get a new content hash once")
        else:
            yield Change(name, "added", True, "a batch without the column is refused; mayBeAbsent is milder")
    kept = [p.name for p in old.properties if p.name in after]
    if kept != [p.name for p in new.properties if p.name in before]:
        yield Change("properties", "order changed", False, "every row gets a new content hash once")


def _property(old: Property, new: Property) -> Iterator[Change]:
    name = old.name
    if old.physical != new.physical:
        what = f"physicalName {old.physical} → {new.physical}"
        yield Change(name, what, True, "batches that have the old column have no such column any more")
    if old.logical_type != new.logical_type:
        what = f"logicalType {old.logical_type} → {new.logical_type}"
        yield Change(name, what, True, "its type in models and marts changes")
    if old.primary_key != new.primary_key:
        yield Change(name, f"primaryKey {new.primary_key}", True, "every record gets another key")
    if old.required != new.required:
        reason = "rows without it are refused from now on" if new.required else "consumers may meet NULL"
        yield Change(name, f"required {new.required}", True, reason)
    if old.classification != new.classification:
        what = f"classification {old.classification} → {new.classification}"
        looser = new.classification != "restricted"
        reason = "it leaves the restricted zone" if looser else "consumers lose sight of it"
        yield Change(name, what, "restricted" in (old.classification, new.classification), reason)
    if old.may_be_absent != new.may_be_absent:
        reason = "consumers may meet NULL" if new.may_be_absent else "a batch without it is refused"
        yield Change(name, f"mayBeAbsent {new.may_be_absent}", not new.may_be_absent, reason)
    if old.label_zh != new.label_zh:
        yield Change(name, f"businessName {old.label_zh} → {new.label_zh}", False, "only a label")
    yield from _rules(name, old.rules, new.rules)


def _rules(where: str, old: tuple[Rule, ...], new: tuple[Rule, ...]) -> Iterator[Change]:
    """Rules by name and arguments: a stricter one refuses rows that were accepted yesterday."""
    before, after = ({_text(rule): rule.severity for rule in rules} for rules in (old, new))
    for text, severity in before.items():
        if text not in after:
            yield Change(where, f"rule {text} removed", False, "rows that were refused are let in")
        elif severity != after[text]:
            stricter = after[text] == "refuse"
            reason = "rows that passed are refused" if stricter else "rows that were refused are let in"
            yield Change(where, f"rule {text}: {severity} → {after[text]}", stricter, reason)
    for text, severity in after.items():
        if text not in before:
            refuses = severity == "refuse"
            reason = "rows that passed may be refused" if refuses else "only a warning"
            yield Change(where, f"rule {text} added ({severity})", refuses, reason)


def _text(rule: Rule) -> str:
    arguments = ", ".join(f"{name}={value}" for name, value in sorted(rule.kwargs.items()))
    return f"{rule.name}({arguments})"
