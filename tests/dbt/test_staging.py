"""Staging models of feeds that no mart reads yet: each makes clean, typed columns of a row."""

from collections.abc import Mapping
from datetime import datetime
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
