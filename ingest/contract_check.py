"""What a contract must keep: the ODCS schema, the shape that Sanling needs, and its own limits."""

import json
import re
from collections import Counter
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from jsonschema import Draft201909Validator  # type: ignore[import-untyped]

from ingest import limits
from ingest.contract_types import SUFFIX, Contract

API_VERSIONS = ("v3.1.0",)
# what each transport cannot do without, under `servers[0]` or its customProperties
NEEDED = {
    "postgres": ("connection", "watermark"),
    "api": ("connection", "recordsPath", "rowsField"),
    "sftp": ("connection", "pattern"),
    "local": ("path", "pattern"),
    "s3": ("location", "pattern"),
}
TYPES = ("string", "integer", "number", "boolean", "date", "timestamp")
CLASSIFICATIONS = ("public", "internal", "restricted")
SEVERITIES = ("refuse", "warn")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FEED = re.compile(rf"({SNAKE.pattern})\.({SNAKE.pattern})")
SEMVER = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
CRON = re.compile(r"(?:[0-9*/,\-]+ ){4}[0-9*/,\-A-Za-z]+")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
SECRET = re.compile(r"(?i)(password|passwd|secret|token|api_?key|private_?key)$")
USERINFO = re.compile(r"://[^/@\s]+:[^/@\s]+@")
SLA = ("schedule", "latestArrival", "historyStart", "retention", "returnDue")


@lru_cache(maxsize=1)
def _validator() -> Draft201909Validator:
    schema = resources.files("open_data_contract_standard").joinpath("schema.json")
    return Draft201909Validator(json.loads(schema.read_text(encoding="utf-8")))


def problems_of_document(document: Any) -> list[str]:
    """What keeps a YAML document from being read at all: the ODCS schema, then the parts we build on."""
    if not isinstance(document, dict):
        return ["not a mapping: a contract starts with apiVersion, kind, id"]
    found = [
        f"{'.'.join(map(str, error.absolute_path)) or 'document'}: {error.message[:200]}"
        for error in _validator().iter_errors(document)
    ]
    if found:
        return list(dict.fromkeys(found))
    if document.get("apiVersion") not in API_VERSIONS:
        found.append(f"apiVersion is {document.get('apiVersion')!r}, must be {API_VERSIONS[0]}")
    counts = {part: len(document.get(part) or []) for part in ("servers", "schema")}
    found += [
        f"{part} must have exactly one entry, has {count}" for part, count in counts.items() if count != 1
    ]
    present = {item["property"]: item.get("value") for item in document.get("slaProperties") or []}
    found += [f"slaProperties lacks {name}" for name in SLA if present.get(name) is None]
    found += [] if found else _unreadable(document, present)
    return found


def _unreadable(document: dict[str, Any], sla: dict[str, Any]) -> list[str]:
    """Values that the typed form cannot hold: dates, numbers of days, classifications, severities."""
    found = []
    try:
        date.fromisoformat(str(sla["historyStart"]))
    except ValueError:
        found.append(f"slaProperties.historyStart {sla['historyStart']!r} is not a date YYYY-MM-DD")
    if not re.fullmatch("[0-9]+", str(sla["returnDue"])):
        found.append(f"slaProperties.returnDue {sla['returnDue']!r} is not a number of days")
    table = document["schema"][0]
    rules = [("table", rule) for rule in table.get("quality") or []]
    for item in table.get("properties") or []:
        if item.get("classification") not in CLASSIFICATIONS:
            found.append(f"property {item['name']!r} needs a classification of {', '.join(CLASSIFICATIONS)}")
        rules += [(item["name"], rule) for rule in item.get("quality") or []]
    for owner, rule in rules:
        if rule.get("severity") not in SEVERITIES:
            found.append(f"a rule of {owner!r} needs severity refuse or warn")
        implementation = rule.get("implementation")
        named = isinstance(implementation, dict) and "type" in implementation
        if not (rule.get("metric") if rule.get("type") == "library" else named):
            found.append(f"a rule of {owner!r} names neither implementation.type nor a library metric")
    return found


def problems_of(contract: Contract, document: dict[str, Any], source: str) -> list[str]:
    """What a readable contract gets wrong, one sentence each; empty when it may be used."""
    return [
        *_names(contract, document, source),
        *_columns(contract),
        *_server(contract),
        *_secrets(document),
        *limits.problems(contract),
    ]


def _names(contract: Contract, document: dict[str, Any], source: str) -> list[str]:
    found = []
    if not FEED.fullmatch(contract.feed):
        found.append(f"id {contract.feed!r} must be <platform>.<feed> in snake_case")
    if source.endswith(SUFFIX) and source != f"{contract.feed}{SUFFIX}":
        found.append(f"file name must be {contract.feed}{SUFFIX}")
    if document.get("domain") != contract.platform:
        found.append(f"domain {document.get('domain')!r} must be the platform {contract.platform!r}")
    if not SEMVER.fullmatch(contract.version):
        found.append(f"version {contract.version!r} must be like 1.0.0")
    for name, value in (("name", contract.title_zh), ("team.name", contract.owner_zh)):
        found += [] if value else [f"{name} is missing: clerks read it on the return file"]
    found += [] if contract.purpose else ["description.purpose is missing: every feed states its purpose"]
    if not CRON.fullmatch(contract.sla.schedule):
        found.append(f"slaProperties.schedule {contract.sla.schedule!r} is not a cron line of five fields")
    if not CLOCK.fullmatch(contract.sla.latest_arrival):
        found.append(f"slaProperties.latestArrival {contract.sla.latest_arrival!r} is not HH:MM")
    return found


def _columns(contract: Contract) -> list[str]:
    found = [] if contract.primary_key else ["no property has primaryKey: true"]
    names = {p.name for p in contract.properties}
    for kind, values in (
        ("name", [p.name for p in contract.properties]),
        ("physicalName", [p.physical for p in contract.properties]),
    ):
        found += [
            f"{kind} {value!r} is declared twice" for value, count in Counter(values).items() if count > 1
        ]
    for p in contract.properties:
        if not SNAKE.fullmatch(p.name):
            found.append(f"property name {p.name!r} must be snake_case")
        if p.physical.startswith("_"):
            found.append(
                f"property {p.name!r}: physicalName must not start with _ (kept for lineage columns)"
            )
        if not p.label_zh:
            found.append(f"property {p.name!r} needs a businessName: clerks read it on the return file")
        if p.logical_type not in TYPES:
            found.append(f"property {p.name!r}: logicalType must be one of {', '.join(TYPES)}")
        if p.primary_key and not p.required:
            found.append(f"property {p.name!r} is a primary key and must be required")
        if p.required and p.may_be_absent:
            found.append(f"property {p.name!r} cannot be required and mayBeAbsent")
    for rule in contract.table_rules:
        found += [
            f"table rule {rule.name} names {value!r}, which is no property"
            for value in rule.columns
            if value not in names
        ]
    return found


def _server(contract: Contract) -> list[str]:
    server = contract.server
    if server.type not in NEEDED:
        return [f"servers[0].type {server.type!r} must be one of {', '.join(NEEDED)}"]
    found = [
        f"servers[0] ({server.type}) needs {name}"
        for name in NEEDED[server.type]
        if not server.settings.get(name)
    ]
    watermark = server.settings.get("watermark")
    if watermark and watermark not in {p.physical for p in contract.properties}:
        found.append(f"watermark {watermark!r} is no physicalName of a property")
    return found


def _secrets(document: dict[str, Any]) -> list[str]:
    server = document["servers"][0]
    named = {
        **server,
        **{item["property"]: item.get("value") for item in server.get("customProperties") or []},
    }
    return [
        f"servers[0].{name} holds a secret: put it into SANLING_CONN_<NAME> and name the connection"
        for name, value in named.items()
        if SECRET.search(name) or (isinstance(value, str) and USERINFO.search(value))
    ]
