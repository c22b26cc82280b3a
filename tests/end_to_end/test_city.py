"""One dirty city through three nights: what is refused, adds up, can be traced, and never gets out.

In the second night two feeds fail, the third takes up what was missed. The tests share the city and stand in
one file, so that they stay in one process.
"""

import hashlib
import io
import re

import duckdb
import pyarrow.parquet as pq
import pytest

from infra.sandbox.feeds import FEEDS
from ingest.contract import load
from tests.end_to_end import leaks, mishaps, originals, truth
from tests.end_to_end.city import MESSAGES, REAL_MESSAGES, City
from tests.end_to_end.conftest import History
from tests.end_to_end.mishaps import DOWN, FAILING
from tests.end_to_end.outbox import identify

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
TEXTS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见")
MOST_ABSENT = 20  # kinds of dirt, of 245, that need not occur: some feeds have few rows
TOLD = [feed for feed in FEEDS if load(feed).is_report]  # feeds whose records are in events


@pytest.fixture(scope="module")
def rows_known(city: City) -> duckdb.DuckDBPyConnection:
    """Every received row and the version of the sandbox that it is."""
    return identify(city, missed={(feed, city.nights[1].day) for feed in DOWN})


def test_what_is_refused_and_warned_of_is_what_was_spoiled(rows_known: duckdb.DuckDBPyConnection) -> None:
    con = rows_known
    wrong, lost, strange = truth.differences(con)
    rows = truth.table(con)
    print(truth.printed(rows))
    assert (wrong, lost, strange) == ([], [], [])
    assert all(found == spoiled and invented == 0 for *_, spoiled, found, invented in rows)
    assert len(truth.absent(rows)) <= MOST_ABSENT, "the city is too clean to say anything"


def test_a_row_that_names_a_refused_record_is_told_of_and_no_other(
    rows_known: duckdb.DuckDBPyConnection,
) -> None:
    con = rows_known
    wrong = "select * from named where is_accepted and is_unknown <> (rule is not null)"
    assert con.execute(wrong).fetchall() == []
    spoiled = "select 1 from dirt where dirt.id = identified.id and dirt.kind = 'reference_unknown'"
    refused = con.execute(
        "select count(*) from named join identified using (feed, _batch_id, _source_uri, _row_number) "
        f"where is_accepted and is_unknown and not exists ({spoiled} and dirt.feed = feed)"
    ).fetchone()
    assert refused is not None
    assert refused[0] > 0, "no row names a refused record"


def test_every_received_row_is_accepted_refused_or_repeated(city: City) -> None:
    rows = city.rows("ledger")
    days = [night.day.isoformat() for night in city.nights]
    expected = {(feed, day) for feed in FEEDS for day in days} - {(feed, days[1]) for feed in DOWN}
    assert {(row["feed"], row["day"]) for row in rows} == expected
    for row in rows:
        assert row["received"] == row["accepted"] + row["refused"] + row["repeated"], row
        assert row["balanced"], row
    assert min(sum(row[name] for row in rows) for name in ("accepted", "refused", "repeated")) > 0
    assert {(row["feed"], row["day"]): row["received"] for row in rows} == originals.receipts(city)
    only = city.rows("ledger", "--feed", "grid.event")
    assert only == [row for row in rows if row["feed"] == "grid.event"]


def test_real_messages_are_all_accounted_for_and_unchanged(city: City) -> None:
    if not MESSAGES.is_dir():
        pytest.skip("the public set petition_messages is not beside the checkout")
    counted = city.rows(
        "query",
        "select parse_filename(_source_uri) as file, any_value(raw_object) as raw_object, count(*) as n, "
        "count(distinct _row_number) as numbers from staging.base_petition__message "
        "join ops.batch on batch_id = _batch_id "
        "where _disposition in ('accepted', 'refused', 'repeated') group by 1",
    )
    found = {row["file"]: row for row in counted if row["file"] in REAL_MESSAGES}
    assert {name: row["n"] for name, row in found.items()} == REAL_MESSAGES
    assert {name: row["numbers"] for name, row in found.items()} == REAL_MESSAGES
    for name, row in found.items():
        raw = pq.read_table(io.BytesIO(originals.read(city, row["raw_object"]))).to_pylist()
        ours = [one for one in raw if one["_source_uri"].endswith(f"/{name}")]
        ours.sort(key=lambda one: one["_row_number"])
        theirs = originals.sheet(MESSAGES / name)
        for one in theirs:
            one["留言时间"] = originals.moment(one["留言时间"])
        columns = [column for column in TEXTS if column in theirs[0]]
        assert len(columns) >= len(TEXTS) - 1
        assert _digest(ours, columns) == _digest(theirs, columns), name


def test_a_mart_row_leads_to_the_rows_that_it_was_made_of(city: City) -> None:
    best = city.rows(
        "query",
        "select event_id from mart.event_report group by 1 "
        "order by count(distinct feed) desc, count(*) desc, event_id limit 1",
    )
    event = best[0]["event_id"]
    versions = city.rows("trace", event)
    records = city.mart(f"select record_key from mart.event_report where event_id = '{event}'")
    assert {row["record_key"] for row in versions} == {row["record_key"] for row in records}
    assert len({row["record_key"].partition(":")[0] for row in versions}) >= 2
    for version in versions:
        feed, _, key = version["record_key"].partition(":")
        assert str(originals.row(city, version)[FEEDS[feed].key]).strip() == key, version
    assert city.rows("trace", "event", event) == versions
    assert "is not in the lake" in city.refused("trace", "E-0000000000000000")


def test_queries_see_tonight_the_night_before_and_what_consumers_read(city: City) -> None:
    first, last = city.nights[0].day, city.nights[-1].day
    told = {day: originals.report(city, day)["marts"]["event"] for day in (first, last)}
    count = "select count(*) as n, max(_changed_on)::varchar as day from mart.event"
    now, before = city.rows("query", count), city.rows("query", "--as-of", first.isoformat(), count)
    assert before == [{"n": told[first], "day": first.isoformat()}]
    assert now == [{"n": told[last], "day": last.isoformat()}]
    assert now[0]["n"] > before[0]["n"]
    on_mart = city.rows(
        "query", "--on", "mart", "select count(*) as n, max(_as_of)::text as day from mart.event"
    )
    assert on_mart == now
    assert "query failed" in city.refused("query", "--as-of", "2020-01-01", count)
    assert "read-only" in city.refused("query", "--on", "mart", "delete from mart.event")


def test_feeds_say_what_came_last_and_what_became_of_it(history: History) -> None:
    city, shown = history.city, history.shown
    ledger = {(row["feed"], row["day"]): row for row in city.rows("ledger")}
    for night, seen in zip(city.nights, shown, strict=True):
        assert list(seen.feeds) == sorted(FEEDS)
        for feed, row in seen.feeds.items():
            is_bad = night == city.nights[1] and feed in FAILING
            told = ledger[feed, row["last_day"]]
            assert (row["rows"], row["refused_rows"]) == (told["received"], told["refused"])
            assert row["verdict"] == ("refused" if is_bad and FAILING[feed] == "refused" else "accepted")
            assert (row["last_day"] == night.day.isoformat()) == (not (is_bad and FAILING[feed] == "late"))
            assert row["lost_columns"] == (mishaps.LOST if row["verdict"] == "refused" else None)
            assert row["new_columns"] is None


def test_a_failing_feed_does_not_stop_the_night(history: History) -> None:
    night, (before, during, _) = history.city.nights[1], history.shown
    assert [each.code for each in history.city.nights] == [0, 3, 0]
    states = {row["feed"]: row["batch"] for row in originals.report(history.city, night.day)["feeds"]}
    assert states == dict.fromkeys(FEEDS, "accepted") | FAILING
    assert re.search(r"✗ petition\.petition .*\n.*SourceError.*credentials", night.said)
    assert re.search(rf"✗ emergency\.accident .*\n.*refused as a whole.*{mishaps.LOST}", night.said)
    assert {row["_as_of"] for row in during.freshness.values()} == {night.day}
    ages = {feed: row["age_days"] for feed, row in during.freshness.items()}
    assert ages == {feed: int(feed in FAILING) for feed in FEEDS}
    for feed in TOLD:  # the last good data stands, and what the others brought is published
        assert (during.records[feed] == before.records[feed]) == (feed in FAILING), feed


def test_the_next_night_takes_up_what_was_missed(
    history: History, rows_known: duckdb.DuckDBPyConnection
) -> None:
    city, after = history.city, history.shown[-1]
    missed = city.nights[1].day
    assert {row["age_days"] for row in after.freshness.values()} == {0}
    late = rows_known.execute(
        "select distinct feed, _record_key from identified where _disposition = 'accepted' "
        "and outcome = 'accepted' and id like $day and list_contains($failing, feed)",
        {"day": f"{missed}#%", "failing": sorted(FAILING.keys() & set(TOLD))},
    ).fetchall()
    assert {feed for feed, _ in late} == FAILING.keys() & set(TOLD)
    assert [key for feed, key in late if key not in after.records[feed]] == []


def test_no_personal_value_leaves_the_restricted_zone(city: City) -> None:
    known = leaks.personal(city)
    drop = city.state / "drop" / "grid.event"
    sample = "".join(file.read_text(encoding="utf-8") for file in sorted(drop.glob("*.ndjson")))
    assert {kind: len(values) > 50 for kind, values in known.within(sample).items()} == dict.fromkeys(
        ("id", "phone", "name", "home"), True
    ), "the search must find what is there"
    nights = ((f"output of {night.day}", night.said) for night in city.nights)
    places = {
        "night": nights,
        "file": leaks.files(city),
        "mart": leaks.marts(city),
        "airflow": leaks.airflow(city),
        "return": leaks.returns(city),
        "verdict": leaks.verdicts(city),
    }
    for what, texts in places.items():
        size = 0
        for name, text in texts:
            size += len(text)
            found = known.within(text)
            assert not found, (
                f"{what} {name} shows { ({kind: len(values) for kind, values in found.items()}) }"
            )
        assert size > 1_000, f"no {what} was looked at"


def _digest(rows: list[dict[str, str]], columns: list[str]) -> list[str]:
    text = "\x1e".join("\x1f".join(row.get(name) or "" for name in columns) for row in rows)
    return [str(len(rows)), hashlib.sha256(text.encode()).hexdigest()]
