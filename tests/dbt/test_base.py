"""What becomes of each received row: accepted, refused or repeated, and that none is lost."""

from collections.abc import Sequence

import pytest

from tests.dbt.lakehouse import Broken, Lakehouse, Row, plain

FEED = "police.incident"
BASE = "base_police__incident"
Call = tuple[str, str | None, str | None]  # key, what differs between versions, update time

# Three nights; a key's letters are its versions in order of arrival.
NIGHTS: list[list[Call]] = [
    [
        ("changes-and-back", "A", "2026-10-01 01:00:00"),
        ("overlap", "A", "2026-10-01 01:00:00"),
        ("twice-in-batch", "A", "2026-10-01 01:00:00"),
        ("twice-in-batch", "A", "2026-10-01 01:00:00"),
        ("versions-in-batch", "B", "2026-10-01 02:00:00"),
        ("versions-in-batch", "A", "2026-10-01 01:00:00"),
        ("refused-between", "A", "2026-10-01 01:00:00"),
        ("whole-batch", "A", "2026-10-01 01:00:00"),
    ],
    [
        ("changes-and-back", "B", "2026-10-02 01:00:00"),
        ("overlap", "A", "2026-10-01 01:00:00"),
        ("refused-between", "B", "2026-10-02 01:00:00"),
        (None, "A", "2026-10-02 01:00:00"),  # type: ignore[list-item]
    ],
    [
        ("changes-and-back", "A", "2026-10-03 01:00:00"),
        ("refused-between", "A", "2026-10-01 01:00:00"),
    ],
]


def rows(calls: Sequence[Call]) -> list[Row]:
    return [{"incident_no": key, "narrative": text, "updated_at": moment} for key, text, moment in calls]


def dispositions(lakehouse: Lakehouse, key: str | None) -> list[str]:
    found = lakehouse.rows(
        f"select _disposition from lake.staging.{BASE} where incident_no is not distinct from ? "
        "order by _interval_end, _updated_at, _row_number",
        key,
    )
    return [disposition for (disposition,) in found]


@pytest.fixture(scope="module")
def built(lakehouse: Lakehouse) -> Lakehouse:
    """Three nights, one after the other; then a batch refused as a whole, and an empty one."""
    lakehouse.deliver(FEED, 1, rows(NIGHTS[0]))
    lakehouse.night(BASE, day=1)
    lakehouse.deliver(FEED, 2, rows(NIGHTS[1]), [Broken(3, "division_code"), Broken(2, "phone", "warn")])
    lakehouse.night(BASE, day=2)
    lakehouse.deliver(FEED, 3, rows(NIGHTS[2]))
    lakehouse.night(BASE, day=3)
    lakehouse.deliver(FEED, 4, rows([("whole-batch", "B", None)]), refused=True)
    lakehouse.deliver(FEED, 5, [])
    lakehouse.night(BASE, day=5)
    return lakehouse


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("changes-and-back", ["accepted", "accepted", "accepted"]),
        ("overlap", ["accepted", "repeated"]),
        ("twice-in-batch", ["accepted", "repeated"]),
        ("versions-in-batch", ["accepted", "accepted"]),
        ("refused-between", ["accepted", "refused", "repeated"]),
        ("whole-batch", ["accepted", "refused"]),
        (None, ["refused"]),
    ],
)
def test_disposition(built: Lakehouse, key: str | None, expected: list[str]) -> None:
    assert dispositions(built, key) == expected


def test_every_received_row_is_held(built: Lakehouse) -> None:
    held = built.rows(f"select _batch_id, count(*) from lake.staging.{BASE} group by 1")
    received = built.rows("select batch_id, received from lake.ops.batch where received > 0")
    assert sorted(held) == sorted(received)


def test_warnings_travel_with_the_row(built: Lakehouse) -> None:
    found = built.rows(
        f"select _warned_rules from lake.staging.{BASE} where incident_no = 'overlap' order by 1"
    )
    assert found == [(" phone ",), (None,)]


def test_a_missing_column_is_null(lakehouse: Lakehouse) -> None:
    columns = ["message_no", "subject", "posted_at"]
    lakehouse.deliver("petition.message", 1, [{"message_no": "1"}], columns=columns)
    lakehouse.build("base_petition__message")
    assert lakehouse.rows("select message_no, subject, likes from lake.staging.base_petition__message") == [
        ("1", plain("petition.message", "subject", "1"), None)
    ]


def test_pulling_an_old_batch_again_judges_later_ones_anew(built: Lakehouse) -> None:
    """Day 2 now brings what day 1 brought: it repeats day 1, and nothing else changes."""
    again = [("changes-and-back", "A", "2026-10-02 01:00:00"), NIGHTS[1][2]]
    rows_of_first = [{**row, "updated_at": "2026-10-01 01:00:00"} for row in rows(again[:1])]
    built.deliver(FEED, 2, [*rows_of_first, *rows(again[1:])])
    built.night(BASE, day=5)
    assert dispositions(built, "changes-and-back") == ["accepted", "repeated", "accepted"]
    assert dispositions(built, "refused-between") == ["accepted", "accepted", "accepted"]
    assert dispositions(built, "overlap") == ["accepted"], "the new attempt no longer holds the row"
    assert dispositions(built, None) == []


def test_building_again_writes_nothing(built: Lakehouse) -> None:
    before = built.snapshot()
    built.build(BASE, day=5)
    assert built.changes_since(before) == []
