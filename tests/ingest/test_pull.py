"""The verb: pulling again, killed anywhere, two at once, empty, refused by the store."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra import lake, store
from infra.settings import ROOT, settings
from ingest import landing
from ingest import pull as verb
from ingest.interval import Interval, midnight
from ingest.lock import feed_lock
from tests.ingest.source import DAY, FEED, NIGHT, Source, raw, receipts, rows_of
from tests.ingest.worker import POINTS


@pytest.fixture
def filled(source: Source) -> Source:
    source.table("t")
    source.contract("t")
    source.run("""
        INSERT INTO t SELECT 'J' || i, CASE WHEN i % 3 = 0 THEN NULL ELSE '警情' || i END,
               timestamp '2026-10-01' + i * interval '1 minute'
        FROM generate_series(1, 500) i""")
    return source


def worker(source: Source, point: str = "", interval: Interval = NIGHT) -> "subprocess.Popen[str]":
    script = Path(__file__).with_name("worker.py")
    command = [
        sys.executable,
        str(script),
        str(source.contracts),
        FEED,
        interval.text,
        *([point] if point else []),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=None, stdout=subprocess.PIPE, text=True)


def test_a_receipt_says_what_the_batch_holds(filled: Source) -> None:
    receipt = verb.pull(FEED, NIGHT)
    assert receipt.batch_id == "police.sample/20261001T0000--20261002T0000"
    assert receipt.object == "s3://raw/police/sample/date=2026-10-01/20261001T0000--20261002T0000.parquet"
    assert receipts(FEED) == ["_receipts/police/sample/date=2026-10-01/20261001T0000--20261002T0000.json"]
    assert landing.read_receipt(FEED, NIGHT) == receipt
    assert (receipt.rows, receipt.outcome, receipt.business_date) == (500, "complete", "2026-10-01")
    assert receipt.interval_start == "2026-10-01T00:00:00+08:00"
    assert receipt.watermark == "2026-10-01 08:20:00"
    body = store.read_bytes(*store.split(receipt.object))
    assert body is not None
    assert len(body) == receipt.bytes
    with lake.connect() as con:
        kinds = dict(row[:2] for row in con.execute(f"DESCRIBE FROM {raw(receipt)}").fetchall())
    assert kinds.pop("_row_number") == "BIGINT"
    assert set(kinds.values()) == {"VARCHAR"}
    assert list(kinds)[:3] == ["JJDBH", "BJNR", "GXSJ"]


def test_rows_carry_their_lineage(filled: Source) -> None:
    receipt = verb.pull(FEED, NIGHT)
    lineage = "JJDBH, BJNR, GXSJ, _batch_id, _record_key, _source_uri, length(_content_hash), _pulled_at"
    first = next(row for row in rows_of(receipt, lineage) if row[0] == "J3")
    uri = f"postgresql://police/{filled.schema}.t"
    assert first[:7] == ("J3", None, "2026-10-01 00:03:00", receipt.batch_id, f"{FEED}:J3", uri, 32)
    assert first[7][:19].replace(" ", "T") == receipt.pulled_at[:19]


def test_pulling_twice_changes_nothing(filled: Source) -> None:
    first = verb.pull(FEED, NIGHT)
    before = rows_of(first)
    second = verb.pull(FEED, NIGHT)
    assert rows_of(second) == before
    assert second.attempt != first.attempt
    assert len(receipts(FEED)) == 1


def test_pulling_again_brings_what_has_changed(filled: Source) -> None:
    verb.pull(FEED, NIGHT)
    filled.run("""UPDATE t SET "BJNR" = '改' WHERE "JJDBH" = 'J7'""")
    filled.run("""DELETE FROM t WHERE "JJDBH" = 'J8'""")
    receipt = verb.pull(FEED, NIGHT)
    found = dict(rows_of(receipt, '"JJDBH", "BJNR"'))
    assert (found["J7"], len(found)) == ("改", 499)


def test_an_empty_interval_has_a_receipt_and_no_object(filled: Source) -> None:
    receipt = verb.pull(FEED, NIGHT)
    filled.run("DELETE FROM t")
    empty = verb.pull(FEED, NIGHT)
    assert (empty.rows, empty.outcome, empty.object, empty.sha256, empty.bytes) == (0, "empty", None, None, 0)
    assert landing.read_receipt(FEED, NIGHT) == empty
    assert receipt.object is not None
    assert store.read_bytes(*store.split(receipt.object)) is None


def test_the_plan_follows_the_receipts(filled: Source) -> None:
    first = verb.plan(FEED, DAY)
    assert first.text == "20260101T0000--20261002T0000"
    verb.pull(FEED, first)
    assert verb.plan(FEED, DAY) == first
    assert verb.plan(FEED, DAY + timedelta(days=2)).text == "20261002T0000--20261004T0000"


@pytest.mark.parametrize("point", list(POINTS))
def test_killed_at_any_moment_and_run_again_gives_the_same_batch(filled: Source, point: str) -> None:
    wanted = rows_of(verb.pull(FEED, NIGHT))
    filled.run("""UPDATE t SET "BJNR" = '新' WHERE "JJDBH" = 'J7'""")
    process = worker(filled, point)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    shown = landing.read_receipt(FEED, NIGHT)
    if shown is not None and point != "after_receipt":
        assert rows_of(shown) == wanted, "a receipt of the old attempt stands beside another object"
    again = verb.pull(FEED, NIGHT)
    found = rows_of(again)
    assert len(found) == len(wanted) == 500
    assert len(set(found) ^ set(wanted)) == 2, "only the changed row differs"
    assert not list(lake.scratch_folder().glob(f"pull-{FEED}-*")), "the killed pull left its files"


def test_two_pulls_at_once_do_not_spoil_the_batch(filled: Source) -> None:
    processes = [worker(filled) for _ in range(3)]
    attempts = {process.communicate(timeout=120)[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    receipt = landing.read_receipt(FEED, NIGHT)
    assert receipt is not None
    assert len(attempts) == 3
    assert receipt.attempt in attempts
    assert receipt.object is not None
    body = store.read_bytes(*store.split(receipt.object))
    assert body is not None
    assert landing.sha256_of(_file(body, filled)) == receipt.sha256
    assert len(rows_of(receipt)) == 500


def _file(body: bytes, source: Source) -> Path:
    path = source.contracts / "object"
    path.write_bytes(body)
    return path


def test_a_pull_waits_for_the_feeds_lock(filled: Source) -> None:
    with feed_lock(FEED):
        process = worker(filled)
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=8)
        assert receipts(FEED) == []
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert len(receipts(FEED)) == 1


def test_a_failed_attempt_keeps_the_last_good_batch(filled: Source) -> None:
    good = verb.pull(FEED, NIGHT)
    filled.run("ALTER TABLE t RENAME TO gone")
    with pytest.raises(RuntimeError, match="there is no table"):
        verb.pull(FEED, NIGHT)
    assert landing.read_receipt(FEED, NIGHT) == good
    assert len(rows_of(good)) == 500


def test_a_column_with_a_lineage_name_is_refused(source: Source) -> None:
    source.table("t", {"JJDBH": "text", "GXSJ": "timestamp", "_batch_id": "text"})
    source.contract("t", {"JJDBH": "text", "GXSJ": "timestamp"})
    with pytest.raises(RuntimeError, match="_batch_id"):
        verb.pull(FEED, NIGHT)


@pytest.fixture
def other_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings may be changed: what was read before is forgotten, before and after."""
    for forget in (settings, store.client):
        forget.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for forget in (settings, store.client):
        forget.cache_clear()


@pytest.mark.parametrize("name", ["SANLING_S3_ACCESS_KEY", "SANLING_S3_SECRET_KEY"])
def test_wrong_store_credentials_are_refused_clearly(
    filled: Source, other_store: pytest.MonkeyPatch, name: str
) -> None:
    other_store.setenv(name, "wrong")
    with pytest.raises(store.StoreRefused, match=f"{FEED}.*SANLING_S3_ACCESS_KEY"):
        verb.pull(FEED, NIGHT)
    with pytest.raises(store.StoreRefused, match="SANLING_S3_SECRET_KEY"):
        verb.plan(FEED, DAY)


def test_a_store_that_does_not_answer_is_named(filled: Source, other_store: pytest.MonkeyPatch) -> None:
    other_store.setenv("SANLING_S3_ENDPOINT", "127.0.0.1:9")
    with pytest.raises(landing.StoreUnavailable, match=r"127\.0\.0\.1:9 does not answer"):
        verb.plan(FEED, DAY)


def test_a_wrong_password_of_our_own_database_is_named(
    filled: Source, other_store: pytest.MonkeyPatch
) -> None:
    other_store.setenv("SANLING_PG_PASSWORD", "wrong-secret")
    with pytest.raises(RuntimeError, match="SANLING_PG_PASSWORD") as caught:
        verb.pull(FEED, NIGHT)
    assert "wrong-secret" not in str(caught.value)


def test_days_do_not_share_objects(filled: Source) -> None:
    verb.pull(FEED, NIGHT)
    next_night = Interval(NIGHT.end, midnight(DAY + timedelta(days=2)))
    verb.pull(FEED, next_night)
    assert [interval.text for interval in landing.intervals(FEED)] == [NIGHT.text, next_night.text]
