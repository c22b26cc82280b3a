"""Rules on small batches of 110 calls: what each says, and what it leaves alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import suites
from expectations.judge import ValidationBroken, judge
from expectations.rules.library import RULES
from expectations.scan import Scan
from ingest.connectors import quote
from ingest.contract import ContractBroken, Rule, load
from tests.expectations.batches import connect, incident, judge_rows, receipt_of, write_raw

BREAKS: dict[str, tuple[dict[str, str | None], set[tuple[str, str]]]] = {
    "clean": ({}, set()),
    "blank": ({"JQDZ": " "}, {("present", "JQDZ")}),
    "placeholder": ({"JQLBDM": "不详"}, {("present", "JQLBDM")}),
    "no key": ({"JJDBH": None}, {("present", "JJDBH")}),
    "unreadable time": ({"BJSJ": "2026-13-45"}, {("timestamp", "BJSJ")}),
    "no date, required": ({"BJSJ": "1900-01-01"}, {("timestamp", "BJSJ")}),
    "no date, optional": ({"JASJ": "9999-12-31"}, set()),
    "in the future": ({"JASJ": "2026-12-01 08:00:00"}, {("timestamp", "JASJ")}),
    "closed before it was taken": ({"JASJ": "2026-09-29 08:00:00"}, {("order", "JASJ")}),
    "a day alone on the same day": ({"JASJ": "20260930"}, set()),
    "ID, wrong check": ({"BJRZJHM": "110105194912310021"}, {("citizen_id", "BJRZJHM")}),
    "ID, one of all": ({"BJRZJHM": "111111111111111111"}, {("citizen_id", "BJRZJHM")}),
    "ID through a spreadsheet": ({"BJRZJHM": "110105194912310000"}, {("full_precision", "BJRZJHM")}),
    "ID with an exponent": ({"BJRZJHM": "1.10105194912310E+17"}, {("full_precision", "BJRZJHM")}),
    "cut ID, valid as a credit code": ({"BJRZJHM": "410105200102244000"}, {("full_precision", "BJRZJHM")}),
    "ID of fifteen digits": ({"BJRZJHM": "110105491231002"}, set()),
    "ID, dressed": ({"BJRZJHM": "\ufeff１１０１０５ １９４９１２３１００２×"}, set()),
    "no ID": ({"BJRZJHM": "无"}, set()),
    "phone": ({"BJDH": "1381234567"}, {("phone", "BJDH")}),
    "phone, dressed": ({"BJDH": "+86 138-1234-5678"}, set()),
    "code": ({"JQLBDM": "995100"}, {("code_mapped", "JQLBDM")}),
    "label for a code": ({"BJRXBDM": "女性"}, set()),
    "code in full width": ({"JQCLZTDM": "０４"}, set()),
    "no such division": ({"XZQHDM": "410199900000"}, {("division_code", "XZQHDM")}),
    "not a division": ({"XZQHDM": "4101"}, set()),
    "division of six digits": ({"XZQHDM": "410102"}, set()),
    "pseudo-county": ({"XZQHDM": "410171000000", "FXDWJD": None, "FXDWWD": None}, set()),
    "no such village": ({"XZQHDM": "410102001999"}, {("division_code", "XZQHDM")}),
    "village beyond the seed": ({"XZQHDM": "110101001999", "FXDWJD": "116.42", "FXDWWD": "39.93"}, set()),
    "retired county": (
        {"XZQHDM": "429001000000", "FXDWJD": None, "FXDWWD": None},
        {("division_code_retired", "XZQHDM")},
    ),
    "damaged text": ({"BJNR": "报警人称有人".encode().decode("gb18030")}, {("undamaged_text", "BJNR")}),
    "not a boolean": ({"SFBM": "也许"}, {("boolean", "SFBM")}),
    "not a number": ({"FXDWJD": "东经"}, {("number", "FXDWJD"), ("coordinates", "FXDWJD")}),
    "swapped": ({"FXDWJD": "34.75", "FXDWWD": "113.60"}, {("coordinates", "FXDWJD")}),
    "nowhere": ({"FXDWJD": "0.000000", "FXDWWD": "0.000000"}, {("coordinates", "FXDWJD")}),
    "metres": ({"FXDWJD": "38465698.2", "FXDWWD": "3846569.1"}, {("coordinates", "FXDWJD")}),
    "another county": ({"FXDWJD": "121.473701", "FXDWWD": "31.230416"}, {("coordinates", "FXDWJD")}),
    "half a point": ({"FXDWWD": None}, {("coordinates", "FXDWJD")}),
    "no point": ({"FXDWJD": None, "FXDWWD": ""}, set()),
}  # fmt: skip


def test_each_fault_gives_its_verdict_and_no_other(tmp_path: Path) -> None:
    rows = [{**incident(at), **changes} for at, (changes, _) in enumerate(BREAKS.values(), start=1)]
    judged = judge_rows("police.incident", rows, tmp_path)
    said = {name: judged.of(at) for at, name in enumerate(BREAKS, start=1)}
    assert said == {name: expected for name, (_, expected) in BREAKS.items()}
    assert judged.outcome["outcome"] == "accepted"
    severities = {(v["rule"], v["source_field"]): v["severity"] for v in judged.verdicts}
    assert severities["citizen_id", "BJRZJHM"] == "warn"
    assert severities["present", "JQDZ"] == "refuse"
    refused = {v["_row_number"] for v in judged.verdicts if v["severity"] == "refuse"}
    warned = {v["_row_number"] for v in judged.verdicts} - refused
    assert (judged.outcome["refused_rows"], judged.outcome["warned_rows"]) == (len(refused), len(warned))


def test_two_contents_of_one_key_and_time_are_both_refused(tmp_path: Path) -> None:
    rows = [
        incident(1), incident(1),  # the same twice: at-least-once delivery
        incident(2), incident(2, BJNR="另一种说法"),  # same time, two contents
        incident(3), incident(3, BJNR="补充", GXSJ="2026-09-30 11:00:00"),  # a later version
        incident(4, JJDBH=None), incident(5, JJDBH=None, BJNR="无编号"),  # no key, nothing to compare
    ]  # fmt: skip
    judged = judge_rows("police.incident", rows, tmp_path)
    assert [("unique_key", "JJDBH") in judged.of(row) for row in range(1, 9)] == [False] * 2 + [True] * 2 + [
        False
    ] * 4
    assert judged.outcome["refused_rows"] == 4


def test_without_an_update_time_a_later_document_is_a_later_version(tmp_path: Path) -> None:
    row = {
        "留言编号": "1",
        "留言用户": "U1",
        "留言主题": "路灯",
        "留言时间": "2020/1/2 3:04:05",
        "留言详情": "路灯不亮",
    }
    other = {**row, "留言详情": "路灯还是不亮"}
    later = judge_rows("petition.message", [row, {**other, "_uri": "s3://landing/x/two.xlsx"}], tmp_path)
    assert later.verdicts == []
    same = judge_rows("petition.message", [row, other], tmp_path)
    assert {v["rule"] for v in same.verdicts} == {"unique_key"}
    assert same.outcome["refused_rows"] == 2


def test_the_message_names_the_fault_and_the_way_to_mend(tmp_path: Path) -> None:
    rows = [
        incident(1, BJSJ="1900-01-01"), incident(2, BJSJ="十月三日"), incident(3, JASJ="2026-12-01 08:00:00"),
        incident(4, BJRZJHM="0000"), incident(5, FXDWJD="34.75", FXDWWD="113.6"),
        incident(6, XZQHDM="429001000000"),
    ]  # fmt: skip
    judged = judge_rows("police.incident", rows, tmp_path)
    messages = {v["_row_number"]: v["message_zh"] for v in judged.verdicts if v["rule"] != "coordinates"}
    swapped = next(v["message_zh"] for v in judged.verdicts if v["_row_number"] == 5)
    assert "占位日期" in messages[1]
    assert "不是有效的日期" in messages[2]
    assert "晚于本批次" in messages[3]
    assert "占位号码" in messages[4]
    assert "填反" in swapped
    assert "421300000000" in messages[6] or "421302000000" in messages[6]
    assert all("{" not in v["message_zh"] and v["message_zh"] for v in judged.verdicts)


def test_no_value_of_a_restricted_column_leaves_validation(tmp_path: Path) -> None:
    contract = load("police.incident")
    secret = {
        "BJRZJHM": "110105194912310021", "BJDH": "1381234567", "LXDH": "1391234567",
        "BJRMC": "欧阳\ufffd修远",
        "JQDZ": "建设路\ufffd一百二十三号院", "BJNR": "有人\ufffd在楼下争吵打架", "BJRXBDM": "女人",
    }  # fmt: skip
    judged = judge_rows("police.incident", [incident(1, **secret)], tmp_path)
    assert {v["source_field"] for v in judged.verdicts} >= set(secret)
    text = repr(judged.verdicts) + repr(judged.outcome) + repr(judged.report)
    assert all(p.classification == "restricted" for p in contract.properties if p.physical in secret)
    for value in secret.values():
        assert value not in text
        middle = value[6:14] if len(value) == 18 else value[2:6]
        assert not middle or middle not in text


def counts_of(result: dict[str, Any]) -> Iterator[Any]:
    """The numbers of a result; a rule on the history gives its own by column."""
    for value in result.values():
        yield from (
            counts_of(value) if isinstance(value, dict) else value if isinstance(value, list) else [value]
        )


def test_what_the_library_stores_holds_counts_and_no_values(tmp_path: Path) -> None:
    row = incident(
        1, BJRZJHM="110105194912310021", BJDH="1381234567", BJRMC="欧阳\ufffd修远", JQLBDM="995100"
    )
    judged = judge_rows("police.incident", [row], tmp_path)
    text = repr(judged.report)
    for name, value in row.items():
        if value and len(value) > 3:
            assert value not in text, name
    results = judged.report["police.incident.rows"]["results"]
    kinds = {type(value) for part in results for value in counts_of(part["result"])}
    assert kinds <= {int, float}


def test_numbers_of_the_outcome_are_a_and_b(tmp_path: Path) -> None:
    rows = [incident(1), incident(2, BJRZJHM=None), incident(3, BJRZJHM=""), incident(4, BJRZJHM="1" * 18)]
    judged = judge_rows("police.incident", rows, tmp_path)
    found = {(r["rule"], r["field"]): (r["assessed"], r["failed"]) for r in judged.outcome["rules"]}
    assert found["citizen_id", "caller_id_no"] == (2, 1)
    assert found["present", "incident_no"] == (4, 0)
    assert found["schema", None] == (1, 0)


def test_a_batch_without_a_column_is_refused_as_a_whole(tmp_path: Path) -> None:
    rows = [{k: v for k, v in incident(n).items() if k not in ("JQLBDM", "FXDWJD")} for n in (1, 2)]
    judged = judge_rows("police.incident", rows, tmp_path)
    assert judged.outcome["outcome"] == "refused"
    assert judged.outcome["refused_rows"] == 2
    assert sorted(judged.outcome["reasons"]) == ["字段齐全：缺少字段“FXDWJD”", "字段齐全：缺少字段“JQLBDM”"]


def test_a_column_more_is_told_and_one_that_may_be_absent_is_not_missed(tmp_path: Path) -> None:
    row = {
        "留言编号": "1",
        "留言用户": "U1",
        "留言主题": "路灯",
        "留言时间": "2020/1/2 3:04:05",
        "留言详情": "不亮",
        "新列": "x",
    }
    judged = judge_rows("petition.message", [row], tmp_path)
    assert judged.outcome["outcome"] == "accepted"
    assert judged.outcome["warnings"] == ["无约定外字段：多出契约之外的字段“新列”"]
    assert judged.verdicts == []


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ({"name": "a.ok", "expected_rows": 3, "actual_rows": 1}, "控制文件“a.ok”说有 3 行，实际 1 行"),
        ({"name": "a.ok", "expected_rows": 1, "actual_rows": 1, "md5_ok": False}, "MD5"),
    ],
)
def test_a_broken_promise_of_the_control_file_refuses_the_batch(
    tmp_path: Path, check: dict[str, Any], reason: str
) -> None:
    from ingest.connectors import ControlCheck

    judged = judge_rows("police.incident", [incident()], tmp_path, control=[ControlCheck(**check)])
    assert judged.outcome["outcome"] == "refused"
    assert reason in judged.outcome["reasons"][0]
    kept = ControlCheck("a.ok", 1, True, actual_rows=1)
    assert (
        judge_rows("police.incident", [incident()], tmp_path, control=[kept]).outcome["outcome"] == "accepted"
    )


def test_an_empty_batch_is_accepted_with_a_warning(tmp_path: Path) -> None:
    from expectations.validate import judge_file

    contract = load("police.incident")
    raw = tmp_path / "raw.parquet"
    con = connect()
    write_raw(con, contract, [incident()], raw)
    empty = receipt_of(
        contract, raw, rows=0, object=None, sha256=None, outcome="empty", columns=[], missing_columns=[]
    )
    outcome, _ = judge_file(con, contract, empty, None, None)
    assert outcome["outcome"] == "accepted"
    assert outcome["warnings"] == ["数据量：本批 0 行，少于约定的 1 行"]


def test_a_rule_that_cannot_run_is_an_error_and_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = load("police.incident")
    con, raw = connect(), tmp_path / "raw.parquet"
    write_raw(con, contract, [incident()], raw)
    rules = suites.row_rules(contract, receipt_of(contract, raw))
    monkeypatch.setattr(RULES["expect_phone"], "unexpected", lambda _: ("no_such_function(1)", ()))
    with pytest.raises(ValidationBroken, match=r"police\.incident.*did not run"):
        judge(con, contract.feed, f"read_parquet({quote(str(raw))})", [], rules)


def test_the_first_failure_of_the_scan_stands_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans = []

    def broken(*_: object) -> Scan:
        scans.append(1)
        raise duckdb.ConversionException("Could not convert string '13812345678'")

    monkeypatch.setattr("expectations.scan.run", broken)
    with pytest.raises(ValidationBroken) as caught:
        judge_rows("police.incident", [incident()], tmp_path)
    assert len(scans) == 1
    assert "13812345678" not in str(caught.value)


def test_verdicts_come_in_a_fixed_order_and_equal_batches_give_equal_files(tmp_path: Path) -> None:
    rows = [incident(n, BJDH="1", JQLBDM="995100", XZQHDM="429001000000") for n in range(1, 40)]
    judge_rows("police.incident", rows, tmp_path)
    first = (tmp_path / "verdicts.parquet").read_bytes()
    judge_rows("police.incident", rows, tmp_path)
    assert (tmp_path / "verdicts.parquet").read_bytes() == first


def test_contracts_with_a_wrong_rule_say_so(tmp_path: Path) -> None:
    contract = load("police.incident")
    con, raw = connect(), tmp_path / "raw.parquet"
    write_raw(con, contract, [incident()], raw)
    receipt = receipt_of(contract, raw)
    unknown = replace(contract, table_rules=(Rule("expect_miracles", {}, "warn"),))
    with pytest.raises(ContractBroken, match="no rule 'expect_miracles'"):
        suites.row_rules(unknown, receipt)
    p = contract.property_named("category")
    odd = replace(p, rules=(Rule("expect_code_mapped", {"codelist": "sex"}, "warn"),))
    changed = replace(contract, properties=tuple(odd if q is p else q for q in contract.properties))
    with pytest.raises(ContractBroken, match="code_list"):
        suites.row_rules(changed, receipt)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_says_what_a_clerk_and_an_auditor_need(name: str) -> None:
    rule = RULES[name]
    for told in ("title_zh", "clause", "dimension", "message_zh", "message_en"):
        assert getattr(rule, told).strip()
    assert rule.dimension in ("规范性", "完整性", "准确性", "一致性", "时效性", "可访问性")
    assert rule.default_severity in ("refuse", "warn")
    assert rule.__doc__


def test_every_feed_has_a_suite(tmp_path: Path) -> None:
    from ingest.contract import load_all

    for contract in load_all():
        receipt = receipt_of(contract, _empty(contract, tmp_path))
        names = [rule.name for rule in suites.row_rules(contract, receipt)]
        required = [f"present/{p.physical}" for p in contract.properties if p.required]
        assert set(required) <= set(names)
        assert len(names) == len(set(names))


def _empty(contract: Any, folder: Path) -> Path:
    file = folder / f"{contract.feed}.parquet"
    write_raw(connect(), contract, [{p.physical: None for p in contract.properties}], file)
    return file
