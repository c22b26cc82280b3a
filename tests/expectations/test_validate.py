"""Validation and returns against the real store: what stands there afterwards, again, and after a kill."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations import outcome
from expectations.returns import write_returns
from expectations.validate import BatchMissing, validate
from infra import store
from infra.settings import ROOT, Settings
from ingest import landing
from ingest.contract import load
from ingest.landing import Receipt
from tests.expectations import workbook
from tests.expectations.batches import INTERVAL, Row, connect, incident, receipt_of, write_raw
from tests.expectations.worker import POINTS

FEED = "police.incident"
DIRTY = [
    incident(1),
    incident(2, JQLBDM="995100"),
    incident(3, BJDH="1381234567", BJRMC="欧阳修远"),
    incident(4, JQDZ="无", BJRZJHM="110105194912310021"),
]


def land(rows: list[dict[str, str | None]], folder: Path, attempt: str = "a" * 32, **facts: Any) -> Receipt:
    """Put rows into the raw zone as a pull would; returns the receipt."""
    store.ensure_buckets()
    contract, file = load(FEED), folder / "raw.parquet"
    landing.withdraw(FEED, INTERVAL)
    if rows:
        write_raw(connect(), contract, rows, file)
        address = landing.put_raw(FEED, INTERVAL, file)
        receipt = receipt_of(contract, file, object=address, attempt=attempt, **facts)
    else:
        write_raw(connect(), contract, [incident()], file)
        landing.put_raw(FEED, INTERVAL, None)
        nothing = {"object": None, "sha256": None, "rows": 0, "outcome": "empty", "columns": []}
        receipt = receipt_of(contract, file, attempt=attempt, **nothing, **facts)
    landing.write_receipt(receipt, INTERVAL)
    return receipt


def objects() -> dict[str, bytes]:
    """All that stands in the zones that validation writes."""
    path = outcome.path(FEED, INTERVAL)
    return {
        f"{bucket}/{key}": body
        for bucket in (outcome.VERDICTS, outcome.RETURNS)
        for key in store.list_keys(bucket, "")
        if path in key and (body := store.read_bytes(bucket, key)) is not None
    }


def test_a_batch_is_judged_and_goes_back_to_its_department(stack: Settings, tmp_path: Path) -> None:
    receipt = land(DIRTY, tmp_path)
    found = validate(FEED, INTERVAL)
    assert (found["outcome"], found["received"], found["refused_rows"], found["warned_rows"]) == (
        "accepted",
        4,
        2,
        1,
    )
    assert found["judged_attempt"] == receipt.attempt
    assert found == outcome.read(FEED, INTERVAL)
    verdicts = connect()
    body = tmp_path / "verdicts.parquet"
    body.write_bytes(store.read_bytes(*store.split(found["verdict_object"])) or b"")
    said = verdicts.execute(f"SELECT _row_number, rule FROM read_parquet('{body}')").fetchall()
    assert said == [(2, "code_mapped"), (3, "phone"), (4, "citizen_id"), (4, "present")]
    assert write_returns(FEED, INTERVAL) == found["returns"]
    check_list(found["returns"][0])
    check_book(found["returns"][1])
    check_machine_form(found["returns"][2], lines_of(found["returns"][0]))


def lines_of(uri: str) -> list[dict[str, str]]:
    body = store.read_bytes(*store.split(uri)) or b""
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def check_list(uri: str) -> None:
    lines = lines_of(uri)
    assert [(line["处理"], line["行号"], line["数据项"]) for line in lines] == [
        ("退回", "2", "警情类别代码"), ("提醒", "3", "报警电话"),
        ("提醒", "4", "报警人证件号码"), ("退回", "4", "警情地址"),
    ]  # fmt: skip
    assert lines[0]["填报值（已脱敏）"] == "995100"
    assert lines[1]["填报值（已脱敏）"] == "13******67"
    assert {line["整改期限"] for line in lines} == {"2026-10-07"}
    assert lines[0]["记录编号"] == "J0000000002"


def check_machine_form(uri: str, lines: list[dict[str, str]]) -> None:
    """What the CSV says, in JSON."""
    said = json.loads(store.read_bytes(*store.split(uri)) or b"")
    assert (said["feed"], said["department"], said["due_on"]) == (FEED, load(FEED).owner_zh, "2026-10-07")
    assert (said["received"], said["refused_rows"], said["warned_rows"]) == (4, 2, 1)
    columns = {
        "source": "来源", "row_number": "行号", "record": "记录编号", "label": "数据项",
        "source_field": "原字段名", "observed": "填报值（已脱敏）", "message": "问题和修改办法",
        "dimension": "质量维度",
    }  # fmt: skip
    assert [{name: str(problem[name] or "") for name in columns} for problem in said["problems"]] == [
        {name: line[label] for name, label in columns.items()} for line in lines
    ]
    assert [problem["severity"] for problem in said["problems"]] == ["refuse", "warn", "warn", "refuse"]


def check_book(uri: str) -> None:
    book = workbook.sheets(store.read_bytes(*store.split(uri)) or b"")
    assert list(book) == ["问题数据", "规则说明"]
    rows = book["问题数据"]
    assert "市公安局" in rows[1][0].text
    assert "2026-10-07" in rows[3][0].text
    head = next(at for at, row in enumerate(rows) if row and row[0].text == "处理")
    names = [cell.text.partition("\n")[0] for cell in rows[head]]
    table = rows[head + 1 :]
    assert [row[0].text for row in table] == ["退回", "提醒", "退回"]
    red, yellow = "FFC7CE", "FFEB9C"
    category, phone, name = (names.index(label) for label in ("警情类别代码", "报警电话", "报警人"))
    assert table[0][category] == workbook.Cell("995100", red)
    assert table[1][phone] == workbook.Cell("13******67", yellow)
    assert table[1][name] == workbook.Cell("欧***", None)
    rules = {row[0].text: row for row in book["规则说明"][1:]}
    assert set(rules) == {"必填项", "代码可对应", "电话号码", "公民身份号码"}
    assert rules["公民身份号码"][2].text.startswith("GB 11643")
    assert all(row[7].text for row in rules.values())
    for secret in ("13812345678", "11010519491231", "张三丰", "欧阳修远", "建设路1号"):
        assert secret not in repr(rows)


def test_again_gives_the_same_objects_to_the_letter(stack: Settings, tmp_path: Path) -> None:
    land(DIRTY, tmp_path)
    validate(FEED, INTERVAL)
    write_returns(FEED, INTERVAL)
    before = objects()
    assert len(before) == 6
    validate(FEED, INTERVAL)
    write_returns(FEED, INTERVAL)
    assert objects() == before


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again_gives_the_same(stack: Settings, tmp_path: Path, point: str) -> None:
    land(DIRTY, tmp_path, attempt="1" * 32)
    validate(FEED, INTERVAL)
    write_returns(FEED, INTERVAL)
    expected = objects()
    land(DIRTY[:2], tmp_path, attempt="2" * 32)  # another content, judged half-way
    command = [sys.executable, "-m", "tests.expectations.worker", FEED, INTERVAL.text, point]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    standing = outcome.read(FEED, INTERVAL)
    assert standing is None or standing["judged_attempt"] == "1" * 32  # nothing vouches for the new attempt
    land(DIRTY, tmp_path, attempt="1" * 32)
    validate(FEED, INTERVAL)
    write_returns(FEED, INTERVAL)
    now = objects()
    timed = f"verdicts/{outcome.outcome_key(FEED, INTERVAL)}"
    assert {k: v for k, v in now.items() if k != timed} == {k: v for k, v in expected.items() if k != timed}
    assert (outcome.read(FEED, INTERVAL) or {})["refused_rows"] == 2


def test_a_clean_resubmission_takes_the_return_files_away(stack: Settings, tmp_path: Path) -> None:
    land(DIRTY, tmp_path)
    validate(FEED, INTERVAL)
    assert len(write_returns(FEED, INTERVAL)) == 3
    land([incident(1)], tmp_path, attempt="b" * 32)
    with pytest.raises(BatchMissing, match="not been judged"):
        write_returns(FEED, INTERVAL)
    validate(FEED, INTERVAL)
    assert write_returns(FEED, INTERVAL) == []
    assert not [key for key in objects() if key.startswith("returns/")]


def test_a_batch_refused_as_a_whole_says_why_in_its_return(stack: Settings, tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "JQLBDM"} for row in DIRTY]
    land(rows, tmp_path)
    found = validate(FEED, INTERVAL)
    assert (found["outcome"], found["refused_rows"], found["warned_rows"]) == ("refused", 4, 0)
    listed, book, machine = write_returns(FEED, INTERVAL)
    lines = list(
        csv.DictReader(io.StringIO((store.read_bytes(*store.split(listed)) or b"").decode("utf-8-sig")))
    )
    assert (lines[0]["处理"], lines[0]["问题和修改办法"]) == ("整批退回", "字段齐全：缺少字段“JQLBDM”")
    first, *_ = json.loads(store.read_bytes(*store.split(machine)) or b"")["problems"]
    assert (first["scope"], first["severity"], first["message"]) == (
        "batch",
        "refuse",
        lines[0]["问题和修改办法"],
    )
    rows_shown = workbook.sheets(store.read_bytes(*store.split(book)) or b"")["问题数据"]
    assert "整批退回：字段齐全：缺少字段“JQLBDM”" in [row[0].text for row in rows_shown if row]


def test_an_empty_batch_has_an_outcome_and_no_verdicts(stack: Settings, tmp_path: Path) -> None:
    land([], tmp_path)
    found = validate(FEED, INTERVAL)
    assert (found["outcome"], found["received"], found["verdict_object"]) == ("accepted", 0, None)
    assert [Path(uri).suffix for uri in write_returns(FEED, INTERVAL)] == [
        ".csv",
        ".xlsx",
        ".json",
    ]


def test_what_was_not_pulled_or_was_changed_since_is_not_judged(stack: Settings, tmp_path: Path) -> None:
    receipt = land(DIRTY, tmp_path)
    landing.write_receipt(replace(receipt, sha256="0" * 64), INTERVAL)
    with pytest.raises(BatchMissing, match="not what its receipt names"):
        validate(FEED, INTERVAL)
    landing.withdraw(FEED, INTERVAL)
    with pytest.raises(BatchMissing, match="no receipt"):
        validate(FEED, INTERVAL)


def test_a_cell_that_would_run_as_a_formula_is_defused(stack: Settings, tmp_path: Path) -> None:
    formula: Row = incident(1, JQLBDM="=1+1|cmd")
    land([dict(formula)], tmp_path)
    listed = validate(FEED, INTERVAL)["returns"][0]
    write_returns(FEED, INTERVAL)
    body = (store.read_bytes(*store.split(listed)) or b"").decode("utf-8-sig")
    assert ",'=1+1|cmd," in body
    machine = json.loads(store.read_bytes("returns", outcome.return_keys(FEED, INTERVAL)[2]) or b"")
    assert machine["problems"][0]["observed"] == "=1+1|cmd", "a program runs no formula"
