"""Real data that the project did not write: nothing in it is refused without a reason that a person sees."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import fastexcel
import pytest

from infra.settings import ROOT
from tests.expectations.batches import ask, judge_rows

DATA = ROOT.parent / "shared" / "data"


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_of(one)


def need(name: str) -> Path:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the public set {name} is not beside the checkout")
    return folder


def messages(name: str) -> list[dict[str, str | None]]:
    sheet = fastexcel.read_excel(need("petition_messages") / name).load_sheet(0, dtypes="string")
    return sheet.to_arrow().to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["附件3.xlsx", "附件4.xlsx"])
def test_real_petition_messages_are_all_read_and_none_is_refused_wrongly(name: str, tmp_path: Path) -> None:
    rows = messages(name)
    judged = judge_rows("petition.message", rows, tmp_path, interval_end="2026-10-02T00:00:00+08:00")
    assert judged.outcome["outcome"] == "accepted"
    assert judged.outcome["received"] == len(rows) > 2_500
    reasons: dict[tuple[str, str], int] = {}
    for verdict in judged.verdicts:
        key = (verdict["rule"], verdict["source_field"])
        reasons[key] = reasons.get(key, 0) + 1
    print(f"\n{name}: {len(rows)} rows, {judged.outcome['refused_rows']} refused, reasons {reasons}")
    # Every message has an author, a time, a subject and a text; what is said must be true of the row.
    for verdict in judged.verdicts:
        row = rows[verdict["_row_number"] - 1]
        value = row[verdict["source_field"]]
        if verdict["rule"] == "present":
            assert value is None or not value.strip(" \t\r\n\u3000\ufeff\u200b\u00a0")
        elif verdict["rule"] == "order":
            assert verdict["severity"] == "warn"
        else:
            pytest.fail(f"row {verdict['_row_number']}: {verdict['rule']} {verdict['source_field']}")


def test_the_times_of_real_messages_are_the_ones_a_person_reads(con: duckdb.DuckDBPyConnection) -> None:
    values = [row["留言时间"] for name in ("附件3.xlsx", "附件4.xlsx") for row in messages(name)]
    found = ask(con, "parse_timestamp_cn(x)", values)
    for value, moment in zip(values, found, strict=True):
        assert value is not None
        assert moment is not None, value
        digits = [
            int(part)
            for part in value.replace("/", " ").replace("-", " ").replace(":", " ").split(".")[0].split()
        ]
        assert datetime(*digits) == moment  # type: ignore[arg-type]
    assert min(found) >= datetime(2010, 1, 1)
    assert max(found) < datetime(2021, 1, 1)


def test_no_real_text_is_called_damaged(con: duckdb.DuckDBPyConnection) -> None:
    texts = {
        t
        for name in ("附件2（测试数据）.xlsx", "附件3.xlsx", "附件4.xlsx")
        for row in messages(name)
        for t in texts_of(row)
    }
    for line in (need("address_pairs") / "pairs.jsonl").read_text(encoding="utf-8").splitlines():
        texts.update(texts_of(json.loads(line)))
    for name in ("docs.csv", "events.csv"):
        with (need("emergency_news") / name).open(encoding="utf-8", newline="") as file:
            texts.update(value for row in csv.reader(file) for value in row)
    with (need("divisions") / "nbs2023_villages_6cities.csv").open(encoding="utf-8", newline="") as file:
        texts.update(row[1] for row in csv.reader(file))
    given = sorted(texts)
    damaged = [t for t, is_bad in zip(given, ask(con, "mojibake(x)", given), strict=True) if is_bad]
    print(f"\n{len(given)} real texts, {len(damaged)} called damaged")
    assert damaged == []
    spoiled = [t.encode().decode("gb18030", "replace") for t in given if not t.isascii()]
    seen = sum(map(bool, ask(con, "mojibake(x)", spoiled)))
    print(f"{len(spoiled)} of them spoiled on purpose, {seen} seen")
    assert seen >= 0.999 * len(spoiled)
