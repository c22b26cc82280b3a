"""What the marts say of a small city: who is one person, what is one event, and what stays out."""

import re
from typing import Any

import pytest

from tests.dbt.city import DAYS, LI, WANG, no
from tests.dbt.lakehouse import Lakehouse

pytestmark = pytest.mark.slow
PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
CITIZEN_ID = re.compile(r"(?<![0-9])[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx](?![0-9])")
MADE = re.compile(r"\b(?:[0-9a-f]{16}|[0-9a-f]{32})\b")  # IDs and hashes may hold as many digits in a row


def event_of(city: Lakehouse, record_key: str) -> dict[str, Any] | None:
    columns = (
        "event_id",
        "event_kind",
        "report_count",
        "platform_count",
        "status",
        "deaths",
        "is_casualty_accident",
    )
    found = city.rows(
        f"select {', '.join(columns)} from lake.mart.event where event_id = "
        "(select event_id from lake.mart.event_report where record_key = ?)",
        record_key,
    )
    return dict(zip(columns, found[0], strict=True)) if found else None


@pytest.mark.parametrize(("kind", "day"), [("unit", 1), ("data", 2)])  # unit tests are of the first
def test_dbts_own_tests_hold(city: Lakehouse, kind: str, day: int) -> None:
    city.test(kind, day)


def test_reports_that_name_each_other_are_one_event(city: Lakehouse) -> None:
    """A call, a petition with its 12345 number, a grid event that names the call, a merged call."""
    event = event_of(city, f"police.incident:{no(1)}")
    assert event is not None
    assert (event["report_count"], event["platform_count"]) == (5, 3)
    for key in ("petition.petition:XF2026100001", "grid.event:WG20260001", f"police.incident:{no(7)}"):
        assert event_of(city, key) == event
    assert event["status"] == "dispatched", "closed by the police alone is not closed"


def test_petitions_of_one_matter_are_one_event(city: Lakehouse) -> None:
    """They share a matter's number of its own, or name the first petition of the matter."""
    for numbers in (("2", "3"), ("1", "4")):
        first, second = (event_of(city, f"petition.petition:XF202610000{number}") for number in numbers)
        assert first == second is not None


def test_a_corrected_accident_counts_its_latest_figures(city: Lakehouse) -> None:
    event = event_of(city, "emergency.accident:SG2026001")
    assert event is not None
    assert (event["event_kind"], event["deaths"], event["is_casualty_accident"]) == ("accident", 2, True)
    assert event == event_of(city, f"police.incident:{no(2)}")


@pytest.mark.parametrize("number", [3, 4, 8, 9])
def test_confidential_deleted_and_orphaned_calls_are_no_events(city: Lakehouse, number: int) -> None:
    assert event_of(city, f"police.incident:{no(number)}") is None
    held = city.rows("select count(*) from lake.intermediate.int_record where source_no = ?", no(number))
    assert held == [(1,)], "but the record is still there"


def test_an_id_number_with_a_compatible_name_is_one_person(city: Lakehouse) -> None:
    found = city.rows(
        "select sex, birth_year_band, record_count, platform_count from lake.mart.person where has_valid_id"
    )
    assert ("2", "1940-1949", 4, 2) in found, (
        "王伟 and 王某某 of calls, 王 伟 of a petition and of one without a number, the township's only one; "
        "赵云 is someone else"
    )


def test_an_organisation_is_found_by_code_and_by_name(city: Lakehouse) -> None:
    found = city.rows(
        "select credit_code, org_kind, record_count, platform_count from lake.mart.organisation"
    )
    assert found == [("91110000600037341L", "enterprise", 2, 2)]


def test_one_place_under_several_spellings(city: Lakehouse) -> None:
    found = city.rows(
        "select label_zh, record_count, platform_count from lake.mart.place where place_kind = 'site'"
    )
    assert found == [("碧沙岗公园", 3, 3)]


def test_who_appears_where_in_which_part(city: Lakehouse) -> None:
    """One park of three reports: a caller and petitioner, and the firm that a grid member names there."""
    park = "(select place_id from lake.mart.place where label_zh = '碧沙岗公园')"
    days = "min(valid_from)::varchar, max(valid_to)::varchar, max(division_code)"
    parts = city.rows(
        f"select relation, count(distinct person_id), {days} from lake.mart.person_place "
        f"where place_id = {park} group by 1 order by 1"
    )
    period = ("2026-09-30", "2026-09-30", "410102001000")
    assert parts == [("caller", 1, *period), ("petitioner", 1, *period)]
    both = city.rows(f"select count(distinct person_id) from lake.mart.person_place where place_id = {park}")
    assert both == [(1,)], "王伟 is one person in both parts"
    firms = city.rows(
        "select relation, name_zh from lake.mart.organisation_place join lake.mart.organisation "
        f"using (organisation_id) where place_id = {park}"
    )
    assert firms == [("dispute", "郑州安达建筑有限责任公司")], "the name of the newest record"


def test_the_ledger_is_balanced(city: Lakehouse) -> None:
    received = {
        (f"2026-10-0{n}", feed): len(rows) for n, day in enumerate(DAYS[:2], 1) for feed, rows in day.items()
    }
    found = city.rows("select business_date::varchar, feed, received, is_balanced from lake.mart.feed_ledger")
    assert {(day, feed): n for day, feed, n, _ in found} == received
    assert all(balanced for *_, balanced in found)


def test_a_feed_without_a_batch_is_late(city: Lakehouse) -> None:
    found = dict(city.rows("select feed, is_late from lake.mart.feed_freshness"))
    assert found["police.incident"] is False
    assert found["grid.event"] is True
    assert city.rows("select age_days from lake.mart.feed_freshness where feed = 'grid.event'") == [(1,)]


def test_no_personal_value_in_any_mart(city: Lakehouse) -> None:
    """No ID number, phone or name of a person, in any column; record keys are numbers of documents."""
    names = {
        row[0]
        for row in city.rows("select distinct person_name from lake.intermediate.int_record where 1 = 1")
    }
    names = {name for name in names if name}
    assert {"王伟", "李娜"} <= names
    for table in city.tables("mart"):
        if table.endswith(".division"):
            continue
        for row in city.rows(f"select * exclude (_row_hash) from {table}"):
            for value in map(str, row):
                assert value not in names, table
                assert not any(name in value for name in names if len(name) > 1), table
                assert WANG not in value, table
                assert LI not in value, table
                rest = MADE.sub("#", value)
                assert not PHONE.search(rest) or ":" in value, table
                assert not CITIZEN_ID.search(rest), table


def test_coordinates_of_homes_are_rounded(city: Lakehouse) -> None:
    found = city.rows("select lon, lat, label_zh from lake.mart.place where place_kind = 'street_number'")
    assert all(lon is None or (round(lon, 2), round(lat, 2)) == (lon, lat) for lon, lat, _ in found)
    assert all(label is None for *_, label in found)
