"""Which files a feed takes, in what batch, and what it says about those it does not take."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from infra import store
from infra.settings import Settings
from ingest.connectors import SourceError
from ingest.connectors.selection import day_in
from ingest.connectors.sources import drop_folder
from ingest.contract import Contract
from ingest.interval import Interval, midnight
from tests.ingest.connectors.helpers import DAY, NIGHT, contract, pull, receipt

pytestmark = pytest.mark.usefixtures("stack")
NEXT = Interval(NIGHT.end, midnight(DAY + timedelta(days=2)))


def dropped(**settings: str) -> tuple[Contract, Path]:
    """A feed that has a drop folder and nothing else, and the folder."""
    feed = contract(
        {"type": "local", "path": "${SANLING_DROP}/none", "format": "csv"},
        ["a", "b"],
        pattern="*.csv",
        **settings,
    )
    folder = drop_folder(feed).path
    folder.mkdir(parents=True)
    return feed, folder


def dated(tmp_path: Path, **settings: str) -> tuple[Contract, Path]:
    """A feed whose file names hold a date."""
    folder = tmp_path / "outbox"
    folder.mkdir()
    server = {"type": "local", "path": str(folder), "format": "csv"}
    return contract(server, ["a", "b"], pattern="f_{date}*", **settings), folder


def test_rows_carry_the_address_of_the_original_and_their_place_in_it(tmp_path: Path) -> None:
    feed, folder = dropped()
    body = "a,b\n1,甲\n2,乙\n".encode("gb18030")
    (folder / "one.csv").write_bytes(body)
    (folder / "two.csv").write_bytes(b"a,b\n3,x\n")
    pulled = pull(feed, tmp_path)
    assert pulled.values("a", "b", "_row_number") == [("1", "甲", 1), ("2", "乙", 2), ("3", "x", 1)]
    one, two = pulled.fetch.originals
    assert [row["_source_uri"] for row in pulled.rows] == [one.uri, one.uri, two.uri]
    assert store.read_bytes(*store.split(one.uri)) == body
    assert one.sha256 == hashlib.sha256(body).hexdigest()


def test_a_dropped_file_is_taken_by_the_first_interval_and_by_no_later_one(tmp_path: Path) -> None:
    feed, folder = dropped()
    (folder / "one.csv").write_bytes(b"a,b\n1,x\n")
    first = pull(feed, tmp_path)
    receipt(feed, first.fetch)
    (folder / "copy of one.csv").write_bytes(b"a,b\n1,x\n")
    (folder / "two.csv").write_bytes(b"a,b\n2,y\n")
    second = pull(feed, tmp_path, NEXT)
    assert second.values("a") == [("2",)]
    receipt(feed, second.fetch, NEXT)
    # pulling the first interval again takes its own files, though by now there are more
    assert pull(feed, tmp_path).values("a") == [("1",), ("1",)]


def test_pulling_again_finds_in_the_archive_what_left_the_folder(tmp_path: Path) -> None:
    feed, folder = dropped()
    (folder / "one.csv").write_bytes(b"a,b\n1,x\n")
    first = pull(feed, tmp_path)
    receipt(feed, first.fetch)
    (folder / "one.csv").unlink()
    again = pull(feed, tmp_path)
    assert again.rows == first.rows
    assert again.fetch.originals == first.fetch.originals


def test_a_new_file_under_an_old_name_does_not_push_out_the_old_one(tmp_path: Path) -> None:
    feed, folder = dropped()
    (folder / "one.csv").write_bytes(b"a,b\n1,x\n")
    receipt(feed, pull(feed, tmp_path).fetch)
    (folder / "one.csv").write_bytes(b"a,b\n2,y\n")
    again = pull(feed, tmp_path)
    assert sorted(again.values("a")) == [("1",), ("2",)]
    assert sorted(pull(feed, tmp_path).values("a")) == [("1",), ("2",)]


def test_two_files_of_equal_content_in_one_night_are_both_received(tmp_path: Path) -> None:
    feed, folder = dropped()
    (folder / "one.csv").write_bytes(b"a,b\n1,x\n")
    (folder / "two.csv").write_bytes(b"a,b\n1,x\n")
    assert pull(feed, tmp_path).values("a") == [("1",), ("1",)]


def test_dated_files_belong_to_their_day_and_late_ones_to_the_next_pull(tmp_path: Path) -> None:
    feed, folder = dated(tmp_path)
    for day in ("20250930", "20260930", "20261001", "2026-10-02"):
        (folder / f"f_{day}.csv").write_bytes(f"a,b\n{day},x\n".encode())
    first = pull(feed, tmp_path)
    assert first.values("a") == [("20260930",), ("20261001",)], (
        "the day before came late; 2025 is before history"
    )
    receipt(feed, first.fetch)
    (folder / "f_20260929.csv").write_bytes(b"a,b\nlate,x\n")
    (folder / "f_20261001.csv").write_bytes(b"a,b\ncorrected,x\n")
    second = pull(feed, tmp_path, NEXT)
    assert sorted(second.values("a")) == [("2026-10-02",), ("corrected",), ("late",)]


def test_a_dated_file_sent_anew_replaces_its_namesake_of_the_same_interval(tmp_path: Path) -> None:
    feed, folder = dated(tmp_path)
    (folder / "f_20261001.csv").write_bytes(b"a,b\n1,x\n")
    receipt(feed, pull(feed, tmp_path).fetch)
    (folder / "f_20261001.csv").write_bytes(b"a,b\n2,y\n")
    assert pull(feed, tmp_path).values("a") == [("2",)]


def test_a_file_waits_for_its_control_file(tmp_path: Path) -> None:
    feed, folder = dated(tmp_path, control="{file}.ok")
    body = b"a,b\n1,x\n"
    (folder / "f_20261001.csv").write_bytes(body)
    waiting = pull(feed, tmp_path)
    assert not waiting.rows
    assert "f_20261001.csv is left for later" in waiting.fetch.notes[0]
    receipt(feed, waiting.fetch)
    (folder / "f_20261001.csv.ok").write_text(
        json.dumps({"rows": 1, "md5": hashlib.md5(body, usedforsecurity=False).hexdigest()})
    )
    late = pull(feed, tmp_path, NEXT)
    assert late.values("a") == [("1",)]
    (check,) = late.fetch.control
    assert (check.expected_rows, check.md5_ok, check.uris) == (1, True, (late.fetch.originals[0].uri,))


@pytest.mark.parametrize(
    ("text", "rows", "md5_ok"),
    [
        ('{"rows": 2, "md5": "00000000000000000000000000000000"}', 2, False),
        ("file=f_20261001.csv\nROWS=1\nmd5=DC6CFE18BBA2DF9E7F0CEE1CC9BA4B2C\n", 1, None),
        ("行数=1\n", 1, None),
        ("", None, None),
    ],
)
def test_what_a_control_file_says_is_recorded(
    tmp_path: Path, text: str, rows: int | None, md5_ok: bool | None
) -> None:
    feed, folder = dated(tmp_path, control="{file}.ok")
    body = b"a,b\n1,x\n"
    (folder / "f_20261001.csv").write_bytes(body)
    real = hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
    if "DC6C" in text:
        text, md5_ok = text.replace("DC6CFE18BBA2DF9E7F0CEE1CC9BA4B2C", real), True
    (folder / "f_20261001.csv.ok").write_text(text)
    (check,) = pull(feed, tmp_path).fetch.control
    assert (check.expected_rows, check.md5_ok) == (rows, md5_ok)


def test_a_half_written_control_file_leaves_its_file_for_later(tmp_path: Path) -> None:
    feed, folder = dated(tmp_path, control="{file}.ok")
    (folder / "f_20261001.csv").write_bytes(b"a,b\n1,x\n")
    (folder / "f_20261001.csv.ok").write_text('{"rows": 1, "md')
    pulled = pull(feed, tmp_path)
    assert not pulled.rows
    assert "left for later" in pulled.fetch.notes[0]


def test_a_control_file_is_archived_and_serves_again(tmp_path: Path) -> None:
    feed, folder = dated(tmp_path, control="{file}.ok")
    (folder / "f_20261001.csv").write_bytes(b"a,b\n1,x\n")
    (folder / "f_20261001.csv.ok").write_text("rows=1")
    first = pull(feed, tmp_path)
    receipt(feed, first.fetch)
    for file in folder.iterdir():
        file.unlink()
    again = pull(feed, tmp_path)
    assert again.rows == first.rows
    assert again.fetch.control == first.fetch.control


def test_files_of_different_layouts_and_formats_come_together(tmp_path: Path) -> None:
    feed, folder = dropped()
    (folder / "1.csv").write_bytes(b"a,b\n1,x\n")
    (folder / "2.csv").write_bytes(b"b,a,extra\ny,2,new\n")
    (folder / "3.ndjson").write_bytes(b'{"a": 3.10, "other": [1, 2.50]}\n')
    (folder / "4.pdf").write_bytes(b"%PDF")
    pulled = pull(feed, tmp_path)
    assert pulled.values("a", "b", "extra", "other") == [
        ("1", "x", None, None),
        ("2", "y", "new", None),
        ("3.10", None, None, "[1, 2.50]"),
    ]
    assert pulled.fetch.notes == [
        "4.pdf is left: its ending is none of " + pulled.fetch.notes[0].rpartition("of ")[2]
    ]


def test_a_broken_file_stops_its_feed_and_names_itself(tmp_path: Path) -> None:
    feed, folder = dropped()
    (folder / "1.csv").write_bytes(b"a,b\n1,x\n")
    (folder / "2.csv").write_bytes(b"a,b\n1,x\n2\n" + b"5,secret,6\n" * 3)
    with pytest.raises(
        SourceError, match=rf"{feed.feed}: 2\.csv: the header has 2 fields but row 2 has 1"
    ) as error:
        pull(feed, tmp_path)
    assert "secret" not in str(error.value)


def test_a_feed_without_files_is_empty(tmp_path: Path) -> None:
    feed, _ = dropped()
    pulled = pull(feed, tmp_path)
    assert (pulled.fetch.parts, pulled.fetch.originals, pulled.fetch.notes) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("sgkb_20261001.csv", date(2026, 10, 1)),
        ("sgkb_2026-10-01_2.csv", date(2026, 10, 1)),
        ("sgkb_20261301.csv", None),
        ("other_20261001.csv", None),
        ("sgkb_.csv", None),
    ],
)
def test_the_date_in_a_name(name: str, day: date | None) -> None:
    assert day_in("sgkb_{date}*", name) == day


def test_an_s3_folder_is_read_like_any_other(tmp_path: Path, stack: Settings) -> None:
    feed = contract({"type": "s3", "location": "s3://returns/in/box"}, ["a", "b"], pattern="*.csv")
    for name in ("in/box/1.csv", "in/box/deep/2.csv", "in/other/3.csv"):
        (tmp_path / "x").write_bytes(f"a,b\n{name},x\n".encode())
        store.client().fput_object("returns", name, str(tmp_path / "x"))
    assert pull(feed, tmp_path).values("a") == [("in/box/1.csv",)]
