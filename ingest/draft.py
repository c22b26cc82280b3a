"""A contract's first draft from a sample: a person goes over its names, classification and rules.

    sanling contract new cases.xlsx --feed police.case

What the sample cannot say stands as TODO or in a comment; the draft is a readable contract all the same.
"""

from collections import Counter
from textwrap import shorten
from typing import Any

import yaml

from ingest.contract import Rule, load_all
from ingest.draft_guess import MANY, Column, column, key_of, known_properties, profile
from ingest.draft_sample import Sample, look

WIDTH = 80  # of a list of codes in a comment


def draft(sample: str, feed: str) -> str:
    """The YAML text of a contract for `feed`, drafted from a file, a table or an endpoint.

    `sample` is a path, `postgresql://connection/schema.table` or an http(s) address. Raises ValueError for
    a feed that is not `<platform>.<feed>`, and what `ingest.draft_sample.look` raises.
    """
    platform, dot, name = feed.partition(".")
    if not (platform and dot and name):
        raise ValueError(f"{feed!r} must be <platform>.<feed>")
    seen = look(sample, feed)
    if not seen.rows.num_columns:
        raise ValueError(f"{sample} has no columns to draft from")
    columns = _columns(seen, platform)
    watermark = next((c.physical for c in columns if c.is_watermark), None)
    settings = dict(seen.settings)
    if seen.server["type"] in ("postgres", "api"):
        settings["watermark"] = watermark or columns[0].physical
    lines = [
        f"# Drafted from {seen.rows.num_rows:,} rows; go over every TODO, every name, every classification.",
        *_head(feed, platform, seen.server, settings),
        "schema:",
        f"  - name: {name}",
        f"    physicalName: {_flow(seen.table)}",
        "    dataGranularityDescription: TODO one row is one ...",
        "    properties:",
        *(line for each in columns for line in _property(each)),
        "    quality:",
        "      - {type: library, metric: rowCount, mustBeGreaterThan: 0, severity: warn}",
    ]
    if seen.server["type"] in ("postgres", "api") and not watermark:
        lines.insert(1, "# TODO no column looks like an update time: `watermark` names the first column")
    return "\n".join([*lines, ""])


def _columns(seen: Sample, platform: str) -> list[Column]:
    """The drafted columns, names unique."""
    profiles = profile(seen.rows)
    known = known_properties(load_all(), platform)
    keys = seen.keys or (key_of(profiles, known),)
    drafted = [
        column(
            name,
            seen.labels.get(name, name),
            facts,
            known.get(name.casefold()) or known.get(seen.labels.get(name, name).casefold()),
            position,
            is_key=name in keys,
            is_required=name in seen.required or facts["rows"] == facts["filled"] >= MANY,
        )
        for position, (name, facts) in enumerate(profiles.items(), 1)
    ]
    times = Counter(each.name for each in drafted)
    return [
        Column(**{**vars(each), "name": f"{each.name}_{position}" if times[each.name] > 1 else each.name})
        for position, each in enumerate(drafted, 1)
    ]


def _head(feed: str, platform: str, server: dict[str, Any], settings: dict[str, Any]) -> list[str]:
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": feed,
        "version": "0.1.0",
        "status": "draft",
        "name": "TODO 名称",
        "domain": platform,
        "dataProduct": "sanling",
        "description": {
            "purpose": "TODO why the city may hold this.",
            "usage": "TODO",
            "limitations": "TODO",
        },
        "team": {"name": "TODO 部门 科室"},
    }
    sla = [
        {"property": "schedule", "value": "30 1 * * *"},
        {"property": "latestArrival", "value": "03:00"},
        {"property": "historyStart", "value": "2026-01-01"},
        {"property": "retention", "value": 3, "unit": "y"},
        {"property": "returnDue", "value": 5, "unit": "d"},
    ]
    head = yaml.safe_dump(document, allow_unicode=True, sort_keys=False).splitlines()
    head.append(f"tags: {_flow(['report'])}")
    served = [f"    {key}: {_flow(value)}" for key, value in server.items()]
    custom = [f"      - {_flow({'property': key, 'value': value})}" for key, value in settings.items()]
    promised = [f"  - {_flow(item)}" for item in sla]
    servers = ["servers:", "  - server: source", *served, "    customProperties:", *custom]
    return [*head, *servers, "slaProperties:", *promised]


def _property(each: Column) -> list[str]:
    """The lines of one property, in the style of the other contracts."""
    plain: dict[str, Any] = {
        "name": each.name,
        "physicalName": each.physical,
        "businessName": each.label,
        "logicalType": each.type,
        **({"primaryKey": True} if each.is_key else {}),
        **({"required": True} if each.is_required else {}),
        "classification": each.classification,
    }
    lines = [f"      # TODO {note}" for note in _open(each)]
    if not each.rules:
        return [*lines, f"      - {_flow(plain)}"]
    first, *rest = [f"{key}: {_flow(value)}" for key, value in plain.items()]
    rules = [f"          - {_flow(_quality(rule))}" for rule in each.rules]
    return [*lines, f"      - {first}", *(f"        {line}" for line in rest), "        quality:", *rules]


def _open(each: Column) -> list[str]:
    """What a person must decide on a column."""
    notes = []
    if each.is_key and (each.blank or each.again):
        notes.append(f"the key is a guess: {each.blank:,} blank, {each.again:,} repeated in the sample")
    if each.codes:
        codes = [" ".join(code.split()) for code in each.codes]
        notes.append(f"looks like a code: {shorten(', '.join(codes), WIDTH, placeholder=' …')}")
    return notes


def _quality(rule: Rule) -> dict[str, Any]:
    implementation = {"type": rule.name, **({"kwargs": dict(rule.kwargs)} if rule.kwargs else {})}
    engine = {"type": "custom", "engine": "greatExpectations", "implementation": implementation}
    return {**engine, "severity": rule.severity}


def _flow(value: Any) -> str:
    """One value as YAML on one line."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=100_000)
    return text.removesuffix("\n").removesuffix("\n...")
