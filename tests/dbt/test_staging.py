"""Staging models of feeds that no mart reads yet: each makes clean, typed columns of a row."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from ingest.interval import SHANGHAI
from tests.dbt.lakehouse import Lakehouse, Row

Expected = Mapping[str, Any]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


STAGED: list[tuple[str, Row, Expected]] = [
    (
        "police.case",
        {
            "case_no": "A4101020000202610010000001",
            "title": "车棚电动车被盗案",
            "nature": "刑事",
            "filed_at": "2026-10-01 10:00:00",
            "offender_count": "3",
            "wanted_count": "1",
            "caught_count": "2",
            "is_solved": "1",
            "incident_no": "J4101020000002026100100001",
        },
        {
            "source_no": "A4101020000202610010000001",
            "event_kind": "criminal_case",
            "category": "theft",
            "status": "handling",
            "case_status": "solved",
            "occurred_at": at("2026-09-30 08:00:00"),
            "reported_at": at("2026-10-01 10:00:00"),
            "filed_at": at("2026-10-01 10:00:00"),
            "solved_at": None,
            "division_code": "410102001000",
            "police_incident_no": "J4101020000002026100100001",
            "offender_count": 3,
            "is_solved": True,
            "is_homicide": False,
            "is_deleted": False,
        },
    ),
    (
        "police.resident",
        {
            "resident_no": "R4101020000001",
            "person_name": "\u200b王 伟",
            "person_id_no": "11010519491231002x",
            "person_sex": "女",
            "birth_date": "1949/12/31",
            "ethnicity": "毛难族",
            "marital_status": "已婚",
            "relation_to_head": "02",
            "resident_kind": "流动人口",
            "registered_division_code": "410105",
            "division_code": "410102001002",
            "person_phone": "138 0013 8000",
            "registered_on": "20090304",
            "is_cancelled": "1",
        },
        {
            "person_role": "resident",
            "person_name": "王 伟",
            "person_id_no": "11010519491231002X",
            "person_sex": "2",
            "birth_date": date(1949, 12, 31),
            "ethnicity": "36",
            "marital_status": "20",
            "education": None,
            "relation_to_head": "02",
            "resident_kind": "floating",
            "registered_division_code": "410105000000",
            "division_code": "410102001002",
            "person_phone": "13800138000",
            "registered_on": date(2009, 3, 4),
            "is_cancelled": True,
            "is_deleted": False,
        },
    ),
    (
        "police.address",
        {
            "address_code": "4101020010020000017",
            "division_code": "410102001002",
            "road": "桐柏路",
            "house_number": "25号",
            "building": "无",
            "address_kind": "单位",
            "longitude": "113.61",
            "latitude": "34.75",
            "coordinate_system": "CGCS2000",
            "began_on": "2019-03-01 00:00:00",
            "address_status": "0",
            "ended_on": "2026-09-30",
        },
        {
            "source_no": "4101020010020000017",
            "division_code": "410102001002",
            "road": "桐柏路",
            "building": None,
            "address_kind": "premises",
            "address_status": "ended",
            "lon": 113.61,
            "lat": 34.75,
            "coordinate_source": "standard address",
            "began_on": date(2019, 3, 1),
            "ended_on": date(2026, 9, 30),
            "is_deleted": False,
        },
    ),
    (
        "police.organisation",
        {
            "organisation_no": "DW4101020000001",
            "organisation_kind": "个体",
            "credit_code": "91110000600037341l",
            "head_name": "王伟",
            "head_id_no": "110105194912310021",
            "phone": "0371-6666 8888",
            "staff_count": "12",
            "is_hazardous": "是",
        },
        {
            "source_no": "DW4101020000001",
            "organisation_name": "郑州安达建筑有限公司",
            "organisation_kind": "sole_trader",
            "credit_code": "91110000600037341L",
            "organisation_code": "600037341",
            "person_role": "head",
            "person_name": "王伟",
            "person_id_no": None,
            "organisation_phone": "037166668888",
            "staff_count": 12,
            "is_hazardous": True,
            "is_cancelled": False,
        },
    ),
    (
        "petition.progress",
        {
            "step_no": "GCXF202610000102",
            "step_number": "2",
            "handled_at": "2026/10/2 9:05:01",
            "handling": "存档",
            "status": "已存档",
            "due_on": "2026年11月30日",
        },
        {
            "source_no": "GCXF202610000102",
            "petition_no": "XF2026100001",
            "step_number": 2,
            "handled_at": at("2026-10-02 09:05:01"),
            "handled_by_unit": "中原区信访局",
            "handled_by": None,
            "handling": "archive",
            "petition_status": "archived",
            "due_on": date(2026, 11, 30),
        },
    ),
]


@pytest.fixture(scope="module")
def built(lakehouse: Lakehouse) -> Lakehouse:
    """One night with one row a feed."""
    for feed, row, _ in STAGED:
        lakehouse.deliver(feed, 1, [row])
    lakehouse.build(*(f"+{model(feed)}" for feed, _, _ in STAGED), tests=True)
    return lakehouse


def model(feed: str) -> str:
    return f"stg_{feed.replace('.', '__')}"


@pytest.mark.parametrize(("feed", "expected"), [(feed, expected) for feed, _, expected in STAGED])
def test_a_row_is_cleaned_and_typed(built: Lakehouse, feed: str, expected: Expected) -> None:
    columns = ", ".join(expected)
    found = built.rows(f"select {columns} from lake.staging.{model(feed)}")
    assert [dict(zip(expected, values, strict=True)) for values in found] == [expected]
