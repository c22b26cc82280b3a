"""From a contract to the rules that one batch of its feed is held against.

What the contract says of a column in its own words becomes rules without being asked: required -> present,
primaryKey -> unique_key, logicalType -> readable as such, text -> undamaged; `quality` entries follow.
A column that the batch lacks has no rules: that is a matter of the batch rule `schema`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pydantic.v1 import ValidationError

from expectations.rules.base import BatchRule, LakeRule, RowRule, Rule, column_of
from expectations.rules.batch import ExpectControlFile, ExpectKnownColumns, ExpectSchema, ExpectVolume
from expectations.rules.division import ExpectDivisionCodeRetired
from expectations.rules.history import ExpectUsualBlanks, ExpectUsualCodes, ExpectUsualVolume
from expectations.rules.library import RULES
from expectations.rules.moments import ExpectDate, ExpectTimestamp
from expectations.rules.numbers import ExpectBoolean, ExpectNumber
from expectations.rules.presence import ExpectPresent, ExpectUniqueKey
from expectations.rules.text import ExpectUndamagedText
from expectations.usual import Usual
from ingest import contract as contracts
from ingest.contract import Contract, ContractBroken, Property
from ingest.landing import Receipt

SEVERITIES = {"refuse": "critical", "warn": "warning"}  # ours -> Great Expectations'
SLACK = timedelta(days=1)  # clocks differ, and a source may stamp a row after midnight
FUTURE = ("due_", "planned_", "expires_")  # names of dates that lie ahead
UPDATED = "updated_at"  # the conformed name of the time of change
CODED = "expect_code_mapped"
VOLUMES = {  # comparison of the metric rowCount -> the bound it means
    "mustBeGreaterThan": ("at_least", 1),
    "mustBeGreaterOrEqualTo": ("at_least", 0),
    "mustBeLessThan": ("at_most", -1),
    "mustBeLessOrEqualTo": ("at_most", 0),
}


def batch_rules(contract: Contract, receipt: Receipt) -> list[BatchRule]:
    """The rules that the batch keeps or breaks as a whole."""
    missing = receipt.missing_columns
    control = [
        {name: value for name, value in asdict(check).items() if name != "uris"} for check in receipt.control
    ]
    rules: list[BatchRule] = [
        _make(contract, ExpectSchema, {"missing": missing}, "refuse"),
        _make(contract, ExpectKnownColumns, {"unknown": receipt.unknown_columns}, "warn"),
        _make(contract, ExpectControlFile, {"control": control}, "refuse"),
    ]
    for rule in contract.table_rules:
        if rule.name == "rowCount":
            kwargs = {VOLUMES[name][0]: bound + VOLUMES[name][1] for name, bound in rule.kwargs.items()}
            rules.append(_make(contract, ExpectVolume, kwargs, rule.severity))
    return rules


def history_rules(
    contract: Contract, receipt: Receipt, usual: Usual, commonest: dict[str, tuple[int, int]]
) -> tuple[BatchRule, list[BatchRule]]:
    """Rules of the batch against its feed's history: that on its size, and those on its columns."""
    columns = [p.physical for p in contract.properties if p.physical in set(receipt.columns)]
    levels = [
        {name: asdict(level) for name, level in found.items()}
        for found in ({"": usual.rows} if usual.rows else {}, usual.blank, usual.commonest)
    ]
    volume = _make(contract, ExpectUsualVolume, {"usual": levels[0]})
    blanks = _make(contract, ExpectUsualBlanks, {"usual": levels[1], "columns": columns})
    return volume, [blanks, _make(contract, ExpectUsualCodes, {"usual": levels[2], "commonest": commonest})]


def code_columns(contract: Contract, receipt: Receipt) -> list[str]:
    """Columns of the batch that hold codes of a list."""
    present = set(receipt.columns)
    return [
        p.physical
        for p in contract.properties
        if p.physical in present and any(rule.name == CODED for rule in p.rules)
    ]


def row_rules(contract: Contract, receipt: Receipt) -> list[RowRule]:
    """The rules that each row keeps or breaks, in the contract's order. Raises ContractBroken."""
    columns = set(receipt.columns)
    latest = datetime.fromisoformat(receipt.interval_end) + SLACK
    rules: list[RowRule] = []
    for p in contract.properties:
        if p.physical in columns:
            rules += _of_property(contract, p, latest.strftime("%Y-%m-%d %H:%M:%S"))
    if keys := [p for p in contract.primary_key if p.physical in columns]:
        rules.append(
            _make(contract, ExpectUniqueKey, column_of(keys[0]) | {"updated": _updated(contract, columns)})
        )
    for rule in contract.table_rules:
        if rule.name != "rowCount":
            rules += _of_table(contract, rule, columns)
    names = [rule.name for rule in rules]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ContractBroken(contract.feed, [f"the rule {name} stands twice" for name in twice])
    return rules


def _updated(contract: Contract, columns: set[str]) -> str | None:
    found = [p.physical for p in contract.properties if p.name == UPDATED and p.physical in columns]
    return found[0] if found else None


def _of_property(contract: Contract, p: Property, latest: str) -> Iterator[RowRule]:
    """Rules of one column: those that its own words mean, then those that it names."""
    named = {rule.name for rule in p.rules}
    lost = {"unless_precision_lost": True} if "expect_full_precision" in named else {}
    column = column_of(p)
    if p.required or p.primary_key:
        yield _make(contract, ExpectPresent, column)
    moment = {"required": p.required, "latest": None if p.name.startswith(FUTURE) else latest}
    plain: dict[str, tuple[type[RowRule], dict[str, Any]]] = {
        "string": (ExpectUndamagedText, {}),
        "timestamp": (ExpectTimestamp, moment),
        "date": (ExpectDate, moment),
        "number": (ExpectNumber, {}),
        "integer": (ExpectNumber, {"whole": True}),
        "boolean": (ExpectBoolean, {}),
    }
    if p.logical_type in plain:
        kind, kwargs = plain[p.logical_type]
        yield _make(contract, kind, column | kwargs)
    for rule in p.rules:
        kwargs = dict(rule.kwargs)
        if rule.name == CODED:
            kwargs.setdefault("platform", contract.platform)
        kind = _named(contract, rule)
        if rule.name == "expect_full_precision":
            kwargs["of_credit_codes"] = "expect_credit_code" in named
        elif issubclass(kind, RowRule):
            kwargs |= lost
        made = _make(contract, kind, column | kwargs, rule.severity)
        if isinstance(made, LakeRule):
            continue  # made all the same, so that wrong settings are told of
        yield made
        if rule.name == "expect_division_code":
            yield _make(contract, ExpectDivisionCodeRetired, column, "warn")


def _of_table(contract: Contract, rule: contracts.Rule, columns: set[str]) -> Iterator[RowRule]:
    """A rule over several columns, if the batch has them."""
    names = {p.name: p for p in contract.properties}
    kind, kwargs = _named(contract, rule), {"platform": contract.platform, **rule.kwargs}
    used = [*rule.columns, *([rule.kwargs["crs"]] if rule.kwargs.get("crs") in names else [])]
    if any(names[name].physical not in columns for name in used):
        return
    yield _make(contract, kind, kind.over(kwargs, names), rule.severity)


def _named(contract: Contract, rule: contracts.Rule) -> type[Any]:
    if rule.name not in RULES:
        known = ", ".join(sorted(RULES))
        raise ContractBroken(contract.feed, [f"there is no rule {rule.name!r} (known: {known})"])
    return RULES[rule.name]


def _make(contract: Contract, kind: type[Any], kwargs: dict[str, Any], severity: str | None = None) -> Any:
    """One rule; what Great Expectations keeps of it names clause and dimension as well."""
    chosen = severity or kind.default_severity
    meta = {"rule": kind.rule(), "clause": kind.clause, "dimension": kind.dimension, "severity": chosen}
    try:
        made = kind(**kwargs, severity=SEVERITIES[chosen], meta=meta)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ContractBroken(contract.feed, [f"{kind.expectation_type}: {wrong}"]) from None
    made.meta["key"] = made.name  # by it the rule finds its result in what the library gives back
    return made


def severity_of(rule: Rule) -> str:
    """`refuse` or `warn`."""
    return str(rule.meta["severity"])
