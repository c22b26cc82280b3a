"""A draft needs a person for its names and rules only, and is a readable contract from the start."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest
from yamllint import linter
from yamllint.config import YamlLintConfig

from infra.settings import ROOT, Settings
from ingest.connectors import SourceError
from ingest.contract import Contract, parse
from ingest.draft import draft
from tests.ingest.connectors.formats import csv_text, write_sheet

NAMES = ["王芳", "李强", "张伟"]
ROWS = [
    [
        f"AJ{n:05d}",
        NAMES[n % 3],
        f"41010519900{1 + n % 9}1{n % 9:01d}{n:03d}X"[:17] + "X",
        f"138{n:08d}",
        f"2026-10-{1 + n % 28:02d} 08:{n % 60:02d}:00",
        f"2026/10/{1 + n % 28}",
        f"0{1 + n % 3}",
        str(n % 7),
        f"{113 + n / 1000:.6f}",
        "" if n % 4 else "某公司",
        f"2026-10-{1 + n % 28:02d} 09:00:00",
    ]
    for n in range(60)
]
HEADER = ["案件编号", "当事人姓名", "身份证号", "联系电话", "发生时间", "立案日期"]
HEADER += ["案件状态", "涉案人数", "经度", "涉案单位", "修改时间"]
TYPES = {
    "案件编号": "string",
    "身份证号": "string",
    "联系电话": "string",
    "发生时间": "timestamp",
    "立案日期": "date",
    "案件状态": "string",
    "涉案人数": "integer",
    "经度": "number",
    "修改时间": "timestamp",
}


def drafted(sample: Path | str, feed: str = "police.case") -> tuple[Contract, str]:
    text = draft(str(sample), feed)
    assert not list(linter.run(text, YamlLintConfig(file=str(ROOT / ".yamllint")))), "in the house style"
    return parse(text, f"{feed}.odcs.yaml"), text


def check(contract: Contract) -> None:
    """What every draft of the sample rows must have found out."""
    found = {p.physical: p for p in contract.properties}
    assert [p.physical for p in contract.properties] == HEADER
    assert {name: found[name].logical_type for name in TYPES} == TYPES
    assert [p.physical for p in contract.primary_key] == ["案件编号"]
    restricted = {name for name, p in found.items() if p.classification == "restricted"}
    assert restricted == {"当事人姓名", "身份证号", "联系电话"}
    assert not found["涉案单位"].required
    assert found["发生时间"].required
    rules = {name: [rule.name for rule in p.rules] for name, p in found.items() if p.rules}
    assert rules["联系电话"][0] == "expect_phone"
    assert rules["身份证号"][0] == "expect_citizen_id"


def test_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "ajxx_20261001.csv"
    path.write_bytes(csv_text(HEADER, ROWS).encode("gb18030"))
    contract, text = drafted(path)
    check(contract)
    assert contract.server.settings["pattern"] == "ajxx_*.csv"
    assert contract.server.settings["encoding"] == "gb18030"
    assert "# TODO looks like a code: 01, 02, 03" in text
    assert all(value not in text for row in ROWS for value in row[1:4]), "no personal value in a draft"


def test_a_workbook_under_title_rows(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    write_sheet(path, [["案件台账", *[None] * 10], ["制表：某科", *[None] * 10], HEADER, *ROWS])
    contract, _ = drafted(path)
    check(contract)
    assert contract.server.settings["headerRow"] == 3


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "aj.ndjson"
    lines = [json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) for row in ROWS]
    path.write_text("\n".join(lines), encoding="utf-8")
    contract, _ = drafted(path)
    check(contract)
    assert contract.server.settings["format"] == "ndjson"


def page() -> bytes:
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    return json.dumps({"code": 200, "data": {"total": 60, "list": rows}}).encode()


@contextmanager
def serving(status: int) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(page())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v2/cases?page=1"
    finally:
        server.shutdown()
        server.server_close()


def test_an_endpoint() -> None:
    with serving(200) as address:
        contract, _ = drafted(address)
    check(contract)
    given = contract.server.settings
    assert (given["recordsPath"], given["rowsField"], given["totalField"]) == (
        "/api/v2/cases",
        "data.list",
        "data.total",
    )
    assert given["watermark"] == "修改时间"


def test_an_endpoint_that_wants_a_token_says_what_to_do() -> None:
    with serving(401) as address, pytest.raises(SourceError, match=r"save one page to a \.json file"):
        draft(address, "police.case")


def test_a_saved_page(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(page())
    contract, _ = drafted(tmp_path / "page.json")
    check(contract)
    assert contract.server.type == "api"


def test_a_table(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = (
        f"postgresql://{stack.pg_user}:{stack.pg_password.get_secret_value()}@{stack.pg_host}:{stack.pg_port}"
        f"/{stack.pg_serving}"
    )
    monkeypatch.setenv("SANLING_CONN_CASES", uri)
    columns = ", ".join(f'"{name}" text' for name in HEADER[1:])
    with psycopg.connect(uri, autocommit=True) as con:
        con.execute("DROP SCHEMA IF EXISTS draft_try CASCADE")
        con.execute("CREATE SCHEMA draft_try")
        con.execute(f'CREATE TABLE draft_try.aj ("案件编号" text PRIMARY KEY, {columns})')
        con.execute("COMMENT ON COLUMN draft_try.aj.发生时间 IS '案发时间'")
        with con.cursor() as cursor:
            cursor.executemany(f"INSERT INTO draft_try.aj VALUES ({', '.join(['%s'] * len(HEADER))})", ROWS)
        contract, text = drafted("postgresql://cases/draft_try.aj")
        con.execute("DROP SCHEMA draft_try CASCADE")
    check(contract)
    assert contract.physical_table == "aj"
    assert contract.server.settings["watermark"] == "修改时间"
    assert {p.physical: p.label_zh for p in contract.properties}["发生时间"] == "案发时间"
    assert stack.pg_password.get_secret_value() not in text


def test_what_other_contracts_say_of_a_column_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(csv_text(["eventCode", "partyIdNo", "eventType"], [["a", "", "b"]]), encoding="utf-8")
    contract, _ = drafted(path, "grid.second")
    assert [p.name for p in contract.properties] == ["event_no", "party_id_no", "category"]
    assert contract.properties[1].classification == "restricted"
    assert contract.properties[2].rules[0].kwargs == {"code_list": "grid_event_category"}


def test_a_key_that_is_a_guess_is_marked_with_what_speaks_against_it(tmp_path: Path) -> None:
    rows = [[f"K{n}", "x", f"B{n % 20:09d}"] for n in range(100)] + [["", "x", ""], ["K1", "y", ""]]
    path = tmp_path / "2018-04-city-street.csv"
    path.write_text(csv_text(["Crime ID", "kind", "LSOA code"], rows), encoding="utf-8")
    contract, text = drafted(path, "london.crime")
    assert [p.name for p in contract.primary_key] == ["crime_id"]
    assert "# TODO the key is a guess: 1 blank, 1 repeated in the sample" in text
    assert re.search(r"# TODO looks like a code: B000000000, B000000001, [B0-9, ]+, …\n", text)


@pytest.mark.parametrize(
    ("name", "pattern", "table"),
    [
        ("ajxx_20261001.csv", "ajxx_*.csv", "ajxx"),
        ("ajxx-2026-10-01_001.csv", "ajxx-*.csv", "ajxx"),
        ("2018-04-city-of-london-street.csv", "*-city-of-london-street.csv", "city-of-london-street"),
        ("202610.csv", "*.csv", "202610"),
        ("台账.csv", "*.csv", "台账"),
    ],
)
def test_the_pattern_leaves_the_date_open(tmp_path: Path, name: str, pattern: str, table: str) -> None:
    (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    contract, _ = drafted(tmp_path / name)
    assert contract.server.settings["pattern"] == pattern
    assert contract.physical_table == table


@pytest.mark.parametrize(
    ("body", "feed", "message"),
    [
        (b"a,b\n1,2\n", "nodot", "must be <platform>.<feed>"),
        (b"", "police.case", "holds no column names"),
    ],
)
def test_what_cannot_be_drafted_is_said(tmp_path: Path, body: bytes, feed: str, message: str) -> None:
    (tmp_path / "x.csv").write_bytes(body)
    with pytest.raises((ValueError, SourceError), match=message):
        draft(str(tmp_path / "x.csv"), feed)
