"""Contracts: the shipped ones are sound, and each way to break one is named in the error."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.settings import CONTRACTS
from ingest.contract import ContractBroken, feeds, load, load_all, parse

SOURCE = "police.incident.odcs.yaml"
BASE = (CONTRACTS / SOURCE).read_text(encoding="utf-8")
Document = dict[str, Any]


def changed(change: Callable[[Document], object], source: str = SOURCE) -> str:
    """All problems of police.incident after a change, as one text."""
    document = yaml.safe_load(BASE)
    change(document)
    with pytest.raises(ContractBroken) as caught:
        parse(yaml.safe_dump(document, allow_unicode=True), source)
    assert caught.value.source == source
    return "; ".join(caught.value.problems)


def server(document: Document) -> Document:
    found: Document = document["servers"][0]
    return found


def column(document: Document, number: int = 0) -> Document:
    found: Document = document["schema"][0]["properties"][number]
    return found


def setting(document: Document, name: str, value: object) -> None:
    custom = server(document)["customProperties"]
    custom[:] = [item for item in custom if item["property"] != name]
    custom += [{"property": name, "value": value}] if value is not None else []


def sla(document: Document, name: str, value: object) -> None:
    next(item for item in document["slaProperties"] if item["property"] == name)["value"] = value


def test_every_shipped_contract_is_sound() -> None:
    contracts = load_all()
    assert {c.feed for c in contracts} == set(feeds()) >= {"police.incident", "petition.message"}


def test_a_contract_is_typed() -> None:
    contract = load("police.incident")
    assert (contract.platform, contract.name, contract.physical_table) == ("police", "incident", "icc_t_jjdb")
    assert [p.physical for p in contract.primary_key] == ["JJDBH"]
    assert contract.server.connection == "police"
    assert contract.server.settings["overlap"] == "PT2H"
    number = contract.property_named("caller_id_no")
    assert (number.classification, number.label_zh) == ("restricted", "报警人证件号码")
    assert [(rule.name, rule.severity) for rule in number.rules] == [
        ("expect_citizen_id", "warn"),
        ("expect_full_precision", "refuse"),
    ]
    assert contract.table_rules[-1].name == "rowCount"
    assert contract.table_rules[-1].kwargs == {"mustBeGreaterThan": 0}
    assert contract.sla.return_due_days == 5
    with pytest.raises(KeyError, match=r"police\.incident"):
        contract.property_named("nothing")


def test_a_column_that_may_be_absent_says_so() -> None:
    message = load("petition.message")
    assert {p.name for p in message.properties if p.may_be_absent} == {
        "dislikes",
        "likes",
        "reply",
        "replied_at",
    }


def test_an_unknown_feed_names_the_known_ones() -> None:
    with pytest.raises(ContractBroken, match=r"police\.incident"):
        load("police.nothing")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / SOURCE
    path.write_text(BASE, encoding="utf-8")
    assert load("police.incident", tmp_path).version == "1.1.0"
    path.write_text(BASE.replace("version: 1.1.0", "version: 1.0.1"), encoding="utf-8")
    assert load("police.incident", tmp_path).version == "1.0.1"


@pytest.mark.parametrize("text", ["a: [", "- a list", ""])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(ContractBroken, match=SOURCE):
        parse(text, SOURCE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda d: column(d).update(requried=True), "requried", id="unknown_key"),
        pytest.param(lambda d: column(d).update(logicalType="strng"), "strng", id="unknown_type"),
        pytest.param(lambda d: d.update(apiVersion="v3.0.2"), "must be v3.1.0", id="other_standard"),
        pytest.param(lambda d: d.pop("schema"), "schema must have exactly one entry", id="no_table"),
        pytest.param(lambda d: d["servers"].append(server(d)), "servers must have", id="two_servers"),
        pytest.param(lambda d: d["slaProperties"].pop(0), "lacks schedule", id="no_schedule"),
        pytest.param(lambda d: sla(d, "schedule", "nightly"), "cron", id="bad_schedule"),
        pytest.param(lambda d: sla(d, "latestArrival", "25:00"), "HH:MM", id="bad_arrival"),
        pytest.param(lambda d: sla(d, "historyStart", "January"), "YYYY-MM-DD", id="bad_history"),
        pytest.param(lambda d: sla(d, "returnDue", "soon"), "number of days", id="bad_due"),
        pytest.param(lambda d: column(d).pop("classification"), "classification", id="unclassified"),
        pytest.param(lambda d: column(d).update(classification="secret"), "classification", id="other_class"),
        pytest.param(
            lambda d: column(d, 2)["quality"][0].pop("severity"), "refuse or warn", id="no_severity"
        ),
        pytest.param(
            lambda d: column(d, 2)["quality"][0]["implementation"].pop("type"), "names neither", id="no_rule"
        ),
        pytest.param(lambda d: d.update(id="incident"), "<platform>.<feed>", id="bad_id"),
        pytest.param(lambda d: d.update(id="police.case"), "file name", id="other_file_name"),
        pytest.param(lambda d: d.update(domain="grid"), "domain 'grid'", id="other_domain"),
        pytest.param(lambda d: d.update(version="1"), "like 1.0.0", id="bad_version"),
        pytest.param(lambda d: d.pop("team"), "team.name", id="no_owner"),
        pytest.param(lambda d: d["description"].pop("purpose"), "purpose", id="no_purpose"),
        pytest.param(lambda d: column(d).pop("primaryKey"), "primaryKey", id="no_key"),
        pytest.param(lambda d: column(d).update(required=False), "must be required", id="optional_key"),
        pytest.param(lambda d: column(d).update(name="GLZ"), "snake_case", id="bad_name"),
        pytest.param(lambda d: column(d).update(physicalName="GXSJ"), "declared twice", id="twice"),
        pytest.param(lambda d: column(d, 1).update(physicalName="_batch_id"), "lineage", id="lineage_name"),
        pytest.param(lambda d: column(d).pop("businessName"), "businessName", id="no_label"),
        pytest.param(lambda d: column(d).update(logicalType="object"), "logicalType", id="nested_type"),
        pytest.param(lambda d: server(d).update(type="sqlserver"), "servers[0].type", id="unknown_transport"),
        pytest.param(lambda d: setting(d, "connection", None), "needs connection", id="no_connection"),
        pytest.param(lambda d: setting(d, "watermark", None), "needs watermark", id="no_watermark"),
        pytest.param(lambda d: setting(d, "watermark", "LATER"), "watermark 'LATER'", id="other_watermark"),
        pytest.param(lambda d: setting(d, "password", "x"), "holds a secret", id="secret"),
        pytest.param(
            lambda d: setting(d, "location", "postgresql://u:p@h/d"), "holds a secret", id="secret_in_address"
        ),
        pytest.param(
            lambda d: d["schema"][0]["quality"][0]["implementation"]["kwargs"].update(later="never"),
            "'never', which is no property",
            id="rule_on_nothing",
        ),
    ],
)
def test_invalid(change: Callable[[Document], object], said: str) -> None:
    assert said in changed(change)


def test_the_error_survives_a_process_border() -> None:
    error = ContractBroken(SOURCE, ["a", "b"])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (str(again), again.problems) == (f"{SOURCE}: a; b", ["a", "b"])


def test_all_problems_are_named_at_once() -> None:
    def change(document: Document) -> None:
        document["version"] = "1"
        column(document)["name"] = "GLZ"

    said = changed(change)
    assert "like 1.0.0" in said
    assert "snake_case" in said
