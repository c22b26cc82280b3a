"""Contract differences: what breaks, why, and which version tells of it."""

from dataclasses import replace
from datetime import date

import pytest

from ingest.contract import Contract, Property, Rule, load
from ingest.contract_diff import compare, is_version_enough, wanted_version

OLD = load("petition.message")
NEXT_MAJOR = "2.0.0"


def changed(which: str, **values: object) -> Contract:
    properties = tuple(replace(p, **values) if p.name == which else p for p in OLD.properties)  # type: ignore[arg-type]
    return replace(OLD, properties=properties)


def added(may_be_absent: bool) -> Contract:
    extra = Property("channel", "渠道", "渠道", "string", False, False, "internal", may_be_absent, ())
    return replace(OLD, properties=(*OLD.properties, extra))


RULE = Rule("expect_phone", {}, "refuse")
MILD = Rule("expect_phone", {}, "warn")
SERVER = replace(OLD.server, settings={**OLD.server.settings, "pattern": "*.xls"})
CASES = {
    "nothing": (OLD, OLD, None),
    "feed": (OLD, replace(OLD, feed="petition.letter"), True),
    "removed": (OLD, replace(OLD, properties=OLD.properties[:-1]), True),
    "renamed": (OLD, changed("subject", name="title"), True),
    "source_renamed": (OLD, changed("subject", physical="标题"), True),
    "retyped": (OLD, changed("posted_at", logical_type="date"), True),
    "other_key": (OLD, changed("message_no", primary_key=False), True),
    "now_required": (OLD, changed("reply", required=True), True),
    "no_longer_required": (OLD, changed("subject", required=False), True),
    "opened": (OLD, changed("content", classification="internal"), True),
    "closed": (OLD, changed("likes", classification="restricted"), True),
    "published": (OLD, changed("likes", classification="public"), False),
    "must_be_there": (OLD, changed("reply", may_be_absent=False), True),
    "may_be_absent": (OLD, changed("subject", may_be_absent=True), False),
    "relabelled": (OLD, changed("subject", label_zh="标题"), False),
    "added_at_once": (OLD, added(may_be_absent=False), True),
    "added_mildly": (OLD, added(may_be_absent=True), False),
    "reordered": (OLD, replace(OLD, properties=(*OLD.properties[1:], OLD.properties[0])), False),
    "refusing_rule": (OLD, changed("subject", rules=(RULE,)), True),
    "warning_rule": (OLD, changed("subject", rules=(MILD,)), False),
    "stricter_rule": (changed("subject", rules=(MILD,)), changed("subject", rules=(RULE,)), True),
    "milder_rule": (changed("subject", rules=(RULE,)), changed("subject", rules=(MILD,)), False),
    "rule_gone": (changed("subject", rules=(RULE,)), OLD, False),
    "table_rule": (OLD, replace(OLD, table_rules=(*OLD.table_rules, RULE)), True),
    "server": (OLD, replace(OLD, server=SERVER), False),
    "schedule": (OLD, replace(OLD, sla=replace(OLD.sla, schedule="0 2 * * *")), False),
    "shorter_history": (OLD, replace(OLD, sla=replace(OLD.sla, history_start=date(2026, 6, 1))), True),
    "longer_history": (OLD, replace(OLD, sla=replace(OLD.sla, history_start=date(2025, 6, 1))), False),
}


@pytest.mark.parametrize(("old", "new", "is_breaking"), CASES.values(), ids=list(CASES))
def test_each_change(old: Contract, new: Contract, is_breaking: bool | None) -> None:
    found = compare(old, new)
    assert bool(found) == (is_breaking is not None)
    assert any(change.is_breaking for change in found) == bool(is_breaking)
    assert all(change.where and change.what and change.reason for change in found)


def test_breaking_changes_come_first() -> None:
    found = compare(OLD, replace(changed("subject", name="title"), server=SERVER))
    assert [change.is_breaking for change in found] == sorted((c.is_breaking for c in found), reverse=True)
    assert "renamed to title" in found[0].what


@pytest.mark.parametrize(
    ("new", "version", "wanted", "is_enough"),
    [
        (OLD, "1.0.0", None, True),
        (OLD, "0.9.0", None, False),
        (added(may_be_absent=True), "1.0.0", "1.1.0", False),
        (added(may_be_absent=True), "1.0.1", "1.1.0", True),
        (added(may_be_absent=False), "1.9.0", NEXT_MAJOR, False),
        (added(may_be_absent=False), NEXT_MAJOR, NEXT_MAJOR, True),
        (added(may_be_absent=False), "10.0.0", NEXT_MAJOR, True),
    ],
)
def test_the_version_tells_of_the_changes(
    new: Contract, version: str, wanted: str | None, is_enough: bool
) -> None:
    changes = compare(OLD, new)
    assert wanted_version(OLD, changes) == wanted
    assert is_version_enough(OLD, replace(new, version=version), changes) == is_enough
