"""Files of the emergency, grid and message platforms: content, control files, redelivery, repetition."""

import codecs
import csv
import hashlib
import io
import json
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import fastexcel
import orjson
import pytest

from infra.sandbox.feeds import FEEDS
from infra.sandbox.platforms import PLATFORMS, delivery, drop, emergency, grid, load_all, message
from ingest.contract import feeds
from tests.infra.sandbox.platforms.small_city import (
    FIRST,
    RARE,
    SECOND,
    accident,
    columns,
    grid_event,
    write_day,
)
from tests.infra.sandbox.platforms.small_city import (
    message as board_message,
)

FILE_FEEDS = ("emergency.accident", "grid.event", "petition.message")


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def accident_folder(city: Path) -> Path:
    return city / "platforms" / "emergency" / "files" / "outbox" / "accident"


def control(file: Path) -> dict[str, str]:
    lines = file.with_name(file.name + ".ok").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_csv_round_trips_in_gb18030_with_four_byte_characters(city: Path) -> None:
    write_day("emergency.accident", FIRST, [accident("A1"), accident("A2", 经度=None)])
    emergency.load(emergency.ACCIDENT, FIRST)
    body = (accident_folder(city) / "sgkb_20261001.csv").read_bytes()
    assert len("𠮷".encode("gb18030")) == 4
    assert RARE.encode("gb18030") in body
    rows = list(csv.DictReader(io.StringIO(body.decode("gb18030"), newline="")))
    assert list(rows[0]) == columns("emergency.accident")
    assert rows[0]["事故名称"] == accident("A1")["事故名称"]
    assert rows[0]["简要经过"] == accident("A1")["简要经过"]
    assert rows[1]["经度"] == ""


def test_friday_brings_a_workbook_with_true_dates_and_numbers(city: Path) -> None:
    rows = [accident(f"A{n}", 发生时间=f"2026-09-30 15:20:{n:02d}") for n in range(40)]
    odd = accident("A99", 死亡人数="无", 发生时间="1900-01-01 00:00:00", 经度="113.6120")
    write_day("emergency.accident", SECOND, [*rows, odd])
    emergency.load(emergency.ACCIDENT, SECOND)
    book = fastexcel.read_excel(accident_folder(city) / "sgkb_20261002.xlsx")
    as_dates = book.load_sheet(0, dtypes={"发生时间": "datetime"}).to_arrow()["发生时间"].to_pylist()
    true_dates = [value for value in as_dates if value is not None]
    assert 5 < len(true_dates) < 35
    assert min(true_dates) > datetime(2026, 1, 1)
    numbers = book.load_sheet(0, dtypes={"经度": "boolean", "行政区划代码": "boolean"}).to_arrow()
    assert numbers["经度"].null_count == 1  # only numbers are read as true or false
    assert numbers["行政区划代码"].null_count == 41
    # Whatever the cells are, they read as the text that the outbox has.
    texts = book.load_sheet(0, dtypes="string").to_arrow().to_pylist()
    assert [row["发生时间"] for row in texts] == [*(row["发生时间"] for row in rows), "1900-01-01 00:00:00"]
    assert [row["经度"] for row in texts] == ["113.612345"] * 40 + ["113.6120"]
    assert texts[-1]["死亡人数"] == "无"


def test_a_row_reads_the_same_from_text_and_workbook(city: Path) -> None:
    loss = {"直接经济损失（万元）": "12.50"}
    rows = [accident("A1", 联系人="", **loss), accident("A1"), accident("A1", 经度="-0.5")]
    for day in (FIRST, SECOND):
        write_day("emergency.accident", day, rows)
        emergency.load(emergency.ACCIDENT, day)
    text = (accident_folder(city) / "sgkb_20261001.csv").read_text("gb18030")
    plain = [{k: v or None for k, v in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))]
    book = fastexcel.read_excel(accident_folder(city) / "sgkb_20261002.xlsx").load_sheet(0, dtypes="string")
    assert book.to_arrow().to_pylist() == plain


@pytest.mark.parametrize(("day", "suffix"), [(FIRST, "csv"), (SECOND, "xlsx")])
def test_control_file_tells_the_truth(city: Path, day: date, suffix: str) -> None:
    write_day("emergency.accident", day, [accident("A1"), accident("A2")])
    emergency.load(emergency.ACCIDENT, day)
    file = accident_folder(city) / f"sgkb_{day:%Y%m%d}.{suffix}"
    assert control(file)["rows"] == "2"
    assert control(file)["md5"] == md5(file.read_bytes())
    assert file.stat().st_mtime_ns <= file.with_name(file.name + ".ok").stat().st_mtime_ns


@pytest.mark.parametrize("report", emergency.REPORTS, ids=lambda report: report.feed)
def test_each_report_has_a_folder_and_files_of_its_own(city: Path, report: emergency.Report) -> None:
    values = dict.fromkeys(report.dates, "2026-09-30 15:20:00") | dict.fromkeys(report.numbers, "7")
    for day, suffix in ((FIRST, "csv"), (SECOND, "xlsx")):
        write_day(report.feed, day, [values])
        assert emergency.load(report, day) == 1
        file = report.folder() / f"{report.stem}_{day:%Y%m%d}.{suffix}"
        assert control(file)["md5"] == md5(file.read_bytes())
    assert report.folder().relative_to(emergency.served()).as_posix() == f"outbox/{report.feed.split('.')[1]}"
    text = (report.folder() / f"{report.stem}_20261001.csv").read_text("gb18030")
    book = fastexcel.read_excel(file).load_sheet(0, dtypes="string").to_arrow().to_pylist()
    plain = next(csv.DictReader(io.StringIO(text, newline="")))
    assert book == [{name: value or None for name, value in plain.items()}]


def test_a_day_without_accidents_is_reported(city: Path) -> None:
    write_day("emergency.accident", FIRST, [])
    emergency.load(emergency.ACCIDENT, FIRST)
    file = accident_folder(city) / "sgkb_20261001.csv"
    assert file.read_text("gb18030").splitlines() == [",".join(columns("emergency.accident"))]
    assert control(file)["rows"] == "0"


def test_grid_files_hold_each_event_and_some_come_again(city: Path) -> None:
    days = [FIRST + timedelta(days=n) for n in range(6)]
    for day in days:
        write_day("grid.event", day, [grid_event(f"W{day:%d}{n:03d}") for n in range(25)])
        assert grid.load(grid.EVENT, day, rows_a_file=5) == 25
    sent = delivery.noted("grid.event")
    again = [each for each in sent if each.repeats]
    assert 0 < len(again) < len(sent) / 2
    by_name = {each.name: Path(each.folder, each.name).read_bytes() for each in sent}
    for each in again:
        assert by_name[each.name] != by_name[str(each.repeats)]
        assert sorted(by_name[each.name].splitlines()) == sorted(by_name[str(each.repeats)].splitlines())
    firsts = [
        orjson.loads(line) for each in sent if not each.repeats for line in by_name[each.name].splitlines()
    ]
    assert sorted(row["eventCode"] for row in firsts) == sorted(
        f"W{d:%d}{n:03d}" for d in days for n in range(25)
    )
    for each in sent:
        promised = json.loads(Path(each.folder, each.name + ".ok").read_text())
        assert promised == {"file": each.name, "rows": 5, "md5": md5(by_name[each.name])}


def test_grid_types_values_in_a_share_of_the_rows_only_where_they_fit(city: Path) -> None:
    rows = [grid_event(f"W{n:03d}") for n in range(60)]
    odd = [
        grid_event(f"X{n:03d}", involveCount="abc", happenTime="十月三日", deleted="否") for n in range(60)
    ]
    odd[0]["updateTime"] = odd[1]["updateTime"] = "1790827200000"
    write_day("grid.event", FIRST, [*rows, *odd])
    grid.load(grid.EVENT, FIRST)
    lines = (city / "drop" / "grid.event" / "wgsj_20261001_001.ndjson").read_bytes().splitlines()
    sent = {row["eventCode"]: row for row in map(orjson.loads, lines)}
    assert sent["X000"]["updateTime"] == sent["X001"]["updateTime"] == 1790827200000
    del sent["X000"], sent["X001"]
    typed = [row for row in sent.values() if isinstance(row["updateTime"], int)]
    assert 20 < len(typed) < 60
    stamp = datetime.fromisoformat("2026-10-01T12:00:00+08:00").timestamp() * 1000
    assert {row["updateTime"] for row in typed} == {stamp}
    assert {type(row["involveCount"]) for row in typed if row["eventCode"][0] == "W"} == {int}
    assert {type(row["deleted"]) for row in typed if row["eventCode"][0] == "W"} == {bool}
    assert all(sent[f"X{n:03d}"]["happenTime"] == "十月三日" for n in range(2, 60))
    assert all(row["partyIdNo"] == "41010219900101001X" for row in sent.values())
    assert all(row["partyName"] is None for row in sent.values())


def test_each_push_has_files_of_its_own_with_typed_values(city: Path) -> None:
    for push in grid.PUSHES:
        counted = dict.fromkeys(push.counts, "7") | dict.fromkeys(push.flags, "1")
        timed = dict.fromkeys(push.times, "2026-10-01 12:00:00")
        write_day(push.feed, FIRST, [{push.key: f"W{n:03d}", **counted, **timed} for n in range(60)])
        assert grid.load(push, FIRST) == 60
        body = (city / "drop" / push.feed / f"{push.stem}_20261001_001.ndjson").read_bytes()
        sent = [orjson.loads(line) for line in body.splitlines()]
        assert list(sent[0]) == columns(push.feed)
        for name, kind in (
            *((n, int) for n in (*push.times, *push.counts)),
            *((n, bool) for n in push.flags),
        ):
            assert {type(row[name]) for row in sent} == {kind, str}, (push.feed, name)
    assert len({push.stem for push in grid.PUSHES}) == len(grid.PUSHES)


@pytest.mark.parametrize("export", drop.EXPORTS, ids=lambda export: export.feed)
def test_registers_are_dropped_whole_with_a_control_file(city: Path, export: drop.Export) -> None:
    named = {name: RARE for name in columns(export.feed) if name not in (*export.dates, *export.numbers)}
    values = dict.fromkeys(export.dates, "2026-10-01 15:20:00") | dict.fromkeys(export.numbers, "7")
    write_day(export.feed, FIRST, [named | values, {**named, "updateTime": None}])
    write_day(export.feed, SECOND, [])
    assert [drop.load(export, day) for day in (FIRST, SECOND)] == [2, 0]
    folder = city / "drop" / export.feed
    file = folder / f"{export.stem}_20261001.{export.kind}"
    assert sorted(found.name for found in folder.iterdir()) == [file.name, f"{file.name}.ok"]
    body = file.read_bytes()
    promised = json.loads((folder / f"{file.name}.ok").read_text())
    assert promised == {"file": file.name, "rows": 2, "md5": md5(body)}
    if export.kind == "csv":
        assert body.startswith(codecs.BOM_UTF8)
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
        assert list(rows[0]) == columns(export.feed)
    else:
        rows = fastexcel.read_excel(file).load_sheet(0, dtypes="string").to_arrow().to_pylist()
    assert rows[0] == named | values
    assert not rows[1]["updateTime"]
    drop.reset(export)
    assert list(folder.iterdir()) == []


def test_messages_come_in_two_layouts_with_numeric_numbers_and_mixed_dates(city: Path) -> None:
    open_ones = [board_message(str(188000 + n), 留言时间=f"2026-10-01 09:05:{n:02d}") for n in range(29)]
    open_ones.append(board_message("188029", 留言时间="2026/10/1 9:05:01"))
    answered = [board_message("2549", 答复意见="已修好", 答复时间="2026/10/1 15:00:00")]
    write_day("petition.message", FIRST, [*open_ones, *answered])
    assert message.load(FIRST) == 31
    folder = city / "drop" / "petition.message"
    votes = fastexcel.read_excel(folder / "ly_20261001.xlsx").load_sheet(0).to_arrow()
    reply = fastexcel.read_excel(folder / "lyhf_20261001.xlsx").load_sheet(0).to_arrow()
    assert votes.column_names == [
        "留言编号",
        "留言用户",
        "留言主题",
        "留言时间",
        "留言详情",
        "反对数",
        "点赞数",
    ]
    assert reply.column_names[-2:] == ["答复意见", "答复时间"]
    assert reply.num_rows == 1
    assert votes.schema.field("留言编号").type == "double"
    assert votes["留言编号"][0].as_py() == 188000
    assert votes["留言详情"][0].as_py().startswith("\n\t\t")
    times = fastexcel.read_excel(folder / "ly_20261001.xlsx").load_sheet(0, dtypes={"留言时间": "datetime"})
    assert 0 < times.to_arrow()["留言时间"].null_count < 30


def test_the_same_day_again_gives_the_same_bytes(city: Path) -> None:
    write_day("emergency.accident", SECOND, [accident("A1")])
    write_day("grid.event", SECOND, [grid_event(f"W{n}") for n in range(9)])
    write_day("petition.message", SECOND, [board_message("1"), board_message("2", 答复意见="好")])
    loads = (
        partial(emergency.load, emergency.ACCIDENT),
        partial(grid.load, grid.EVENT),
        message.load,
    )
    before = [(load(SECOND), _bytes(city)) for load in loads][-1]
    after = [(load(SECOND), _bytes(city)) for load in loads][-1]
    assert before == after
    assert len(before[1]) == 6


def test_load_all_applies_only_what_is_new_and_starts_anew_for_another_city(city: Path) -> None:
    for feed, row in zip(FILE_FEEDS, (accident("A1"), grid_event("W1"), board_message("1")), strict=True):
        write_day(feed, FIRST, [row])
        write_day(feed, SECOND, [row])
    assert {each.day for each in load_all(FIRST, FILE_FEEDS)} == {FIRST}
    assert [(each.feed, each.day) for each in load_all(None, FILE_FEEDS)] == [(f, SECOND) for f in FILE_FEEDS]
    assert load_all(None, FILE_FEEDS) == []
    stranger = city / "drop" / "petition.message" / "附件3.xlsx"
    stranger.write_bytes(b"dropped by a clerk")
    write_day("petition.message", FIRST, [board_message("77")])
    (city / "outbox" / "petition.message" / "2026-10-02.parquet").unlink()
    assert [each.day for each in load_all(None, FILE_FEEDS)] == [FIRST]
    left = sorted(found.name for found in stranger.parent.iterdir())
    assert left == ["ly_20261001.xlsx", "附件3.xlsx"]


def test_every_feed_of_the_city_has_a_platform_and_a_contract() -> None:
    assert set(PLATFORMS) == set(FEEDS) == set(feeds())


def test_unknown_days_are_named(city: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"grid\.event: the outbox has no day 2026-10-02"):
        grid.load(grid.EVENT, SECOND)


def _bytes(city: Path) -> dict[str, bytes]:
    files = [*(city / "drop").rglob("*"), *accident_folder(city).rglob("*")]
    return {str(found.relative_to(city)): found.read_bytes() for found in files if found.is_file()}
