"""Keys, the archive of originals, and receipts."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from infra import store
from infra.settings import Settings
from ingest import landing
from ingest.connectors import ControlCheck, Original
from ingest.interval import Interval, midnight

FEED = "police.landing"
NIGHT = Interval(midnight(date(2026, 10, 1)), midnight(date(2026, 10, 2)))


def receipt(**changes: object) -> landing.Receipt:
    base: dict[str, object] = {
        "batch_id": landing.batch_id(FEED, NIGHT),
        "feed": FEED,
        "platform": "police",
        "interval_start": NIGHT.start.isoformat(),
        "interval_end": NIGHT.end.isoformat(),
        "business_date": "2026-10-01",
        "attempt": "0" * 32,
        "contract_version": "1.0.0",
        "outcome": "complete",
        "rows": 2,
        "bytes": 10,
        "sha256": "ab",
        "object": "s3://raw/x",
        "pulled_at": "2026-10-02T01:00:00+08:00",
        "seconds": 1.5,
        "columns": ["事故编号"],
        "originals": [Original("s3://landing/x", "x.csv", 3, "cd", 2)],
        "control": [ControlCheck("x.ok", 2, True, ("s3://landing/x",), 2)],
        "notes": ["y.csv is left"],
    }
    return landing.Receipt(**{**base, **changes})  # type: ignore[arg-type]


def test_keys_are_those_that_others_read() -> None:
    assert landing.raw_key(FEED, NIGHT) == (
        "police/landing/date=2026-10-01/20261001T0000--20261002T0000.parquet"
    )
    assert landing.receipt_key(FEED, NIGHT) == (
        "_receipts/police/landing/date=2026-10-01/20261001T0000--20261002T0000.json"
    )
    assert landing.Landing(FEED, NIGHT).uri("a/事故.csv") == (
        "s3://landing/police/landing/date=2026-10-01/20261001T0000--20261002T0000/a/事故.csv"
    )


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x"])
def test_an_original_stays_in_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="name of an original"):
        landing.Landing(FEED, NIGHT).uri(name)


@pytest.mark.parametrize("content", [b"", b"\xd6\xd0\x00\r\n", "很".encode() * 3000])
def test_originals_are_kept_byte_for_byte(stack: Settings, tmp_path: Path, content: bytes) -> None:
    archive = landing.Landing(FEED, NIGHT)
    (tmp_path / "file").write_bytes(content)
    by_bytes, by_path = archive.put("bytes", content), archive.put("folder/path", tmp_path / "file")
    assert (by_bytes.sha256, by_bytes.bytes) == (by_path.sha256, by_path.bytes)
    for original in (by_bytes, by_path):
        assert store.read_bytes(*store.split(original.uri)) == content


def test_what_a_second_attempt_replaces_is_kept_as_a_version(stack: Settings) -> None:
    archive = landing.Landing(FEED, NIGHT)
    archive.put("again", b"first")
    archive.put("again", b"second")
    bucket, key = store.split(archive.uri("again"))
    versions = list(store.client().list_objects(bucket, prefix=key, include_version=True))
    bodies = {
        store.client().get_object(bucket, key, version_id=version.version_id).read() for version in versions
    }
    assert bodies == {b"first", b"second"}


def test_a_receipt_comes_back_as_it_was(stack: Settings) -> None:
    written = receipt()
    landing.write_receipt(written, NIGHT)
    assert landing.read_receipt(FEED, NIGHT) == written
    assert list(landing.intervals(FEED)) == [NIGHT]
    landing.withdraw(FEED, NIGHT)
    assert landing.read_receipt(FEED, NIGHT) is None
    landing.withdraw(FEED, NIGHT)
    assert list(landing.intervals(FEED)) == []


def test_intervals_are_of_one_feed_only(stack: Settings) -> None:
    later = Interval(NIGHT.end, NIGHT.end + timedelta(days=1))
    for feed, interval in ((FEED, NIGHT), (FEED, later), (f"{FEED}s", later)):
        landing.write_receipt(receipt(feed=feed), interval)
    assert list(landing.intervals(FEED)) == [NIGHT, later]
    for feed, interval in ((FEED, NIGHT), (FEED, later), (f"{FEED}s", later)):
        landing.withdraw(feed, interval)
