"""Which reports become one event, by what they say: nothing but words, place, time and people ties them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.dbt.lakehouse import Lakehouse, Row

pytestmark = pytest.mark.slow
MODELS = "+event_report"
MARKET = "河南省郑州市中原区林山寨街道桐柏路27号大坡建材市场"
PARK = "河南省郑州市中原区林山寨街道碧沙岗公园"
FIGHT = "大坡建材市场门口两名男子因卸货占道发生争执，互相推搡，其中一人手臂受伤"
FIGHT_TOLD_AGAIN = "两名男子卸货占道，在建材市场门口吵了起来并推搡，一人手臂受伤，已有人劝开"
NOISE = "广场舞音响声音太大，影响孩子写作业，多次劝说无效，请求尽快处理"
NOISE_ELSEWHERE = "广场舞音响声音太大，影响孩子写作业，多次劝说无效，请求尽快处理噪音"


def call(number: str, text: str | None, at: str, place: str = MARKET, **values: str) -> Row:
    own = {"narrative": text} if text else {}  # or words of its own
    return {
        "incident_no": number, **own, "called_at": f"{at}:00", "received_at": f"{at}:30",
        "place_text": place, "category": "030000", **values,
    }  # fmt: skip


def patrol(number: str, text: str, at: str, place: str = MARKET, **values: str) -> Row:
    return {
        "event_no": number, "title": "", "content": text, "happened_at": f"{at}:00",
        "reported_at": f"{at}:30", "place_text": place, **values,
    }  # fmt: skip


REPORTS: dict[str, list[Row]] = {
    "police.incident": [
        call("J1", FIGHT, "2026-09-29 18:00", contact_phone="13800138001"),
        call("J2", FIGHT_TOLD_AGAIN, "2026-09-29 18:20", contact_phone="13800138002"),
        call("J3", NOISE, "2026-09-20 20:00", PARK, contact_phone="13800138003"),
        call("J4", FIGHT, "2026-09-12 18:00", contact_phone="13800138004"),
    ],
    "grid.event": [
        patrol("W1", FIGHT_TOLD_AGAIN, "2026-09-29 18:40"),
        patrol("W2", NOISE_ELSEWHERE, "2026-09-20 20:30", "河南省郑州市中原区林山寨街道市民广场",
               division_code="410102002000"),
    ],
}  # fmt: skip
OTHERS = [
    call(f"B{n}", at="2026-09-25 09:00", place=f"河南省郑州市中原区建设路{n}号", text=None) for n in range(30)
]


@pytest.fixture(scope="module")
def told(lakehouse: Lakehouse) -> Lakehouse:
    """A night with the reports above."""
    lakehouse.deliver("police.incident", 1, [*REPORTS["police.incident"], *OTHERS])
    lakehouse.deliver("grid.event", 1, REPORTS["grid.event"])
    lakehouse.night(MODELS, day=1)
    return lakehouse


def events(lakehouse: Lakehouse) -> dict[str, str]:
    """Record key -> event."""
    return dict(lakehouse.rows("select record_key, event_id from lake.mart.event_report"))


def together(lakehouse: Lakehouse) -> set[frozenset[str]]:
    """The events of more than one report, as sets of the reports' numbers."""
    found: dict[str, set[str]] = {}
    for key, event in events(lakehouse).items():
        found.setdefault(event, set()).add(key.rpartition(":")[2])
    return {frozenset(keys) for keys in found.values() if len(keys) > 1}


def test_one_matter_told_by_three_is_one_event(told: Lakehouse) -> None:
    assert frozenset({"J1", "J2", "W1"}) in together(told)


def test_the_same_trouble_weeks_later_is_another_event(told: Lakehouse) -> None:
    found = events(told)
    assert found["police.incident:J4"] not in {found["police.incident:J1"], found["grid.event:W1"]}


def test_the_same_words_about_another_place_are_another_event(told: Lakehouse) -> None:
    found = events(told)
    assert found["police.incident:J3"] != found["grid.event:W2"]


def test_what_likeness_joined_says_so(told: Lakehouse) -> None:
    rows = told.rows(
        "select link_rule, decided_by, link_score from lake.mart.event_report where record_key = ?",
        "grid.event:W1",
    )
    assert rows[0][:2] == ("likeness", "weights")
    assert 0.5 <= float(rows[0][2]) < 1


def test_an_event_keeps_its_id_when_reports_join_it(new_lakehouse: Callable[[], Lakehouse]) -> None:
    lake = new_lakehouse()
    lake.deliver("police.incident", 1, [*REPORTS["police.incident"][:1], *OTHERS])
    lake.deliver("grid.event", 1, [])
    lake.night(MODELS, day=1)
    before = events(lake)["police.incident:J1"]
    lake.deliver("grid.event", 2, REPORTS["grid.event"][:1])
    lake.night(MODELS, day=2)
    after = events(lake)
    assert after["police.incident:J1"] == after["grid.event:W1"] == before
    corrected: list[Any] = [
        {**REPORTS["grid.event"][0], "is_deleted": "1", "updated_at": "2026-10-03 10:00:00"}
    ]
    lake.deliver("grid.event", 3, corrected)
    lake.night(MODELS, day=3)
    left = events(lake)
    assert left["police.incident:J1"] == before, "and when one is taken back"
    assert "grid.event:W1" not in left


def test_a_decision_parts_and_joins_and_stays(told: Lakehouse) -> None:
    said = [
        ("police.incident:J1", "grid.event:W1", "must_not"),
        ("police.incident:J3", "grid.event:W2", "must"),
    ]
    with told.connected() as con:
        for left, right, decision in said:
            con.execute(
                "insert into lake.ops.decision values ('event', ?, ?, ?, 'office', now(), 'seen there')",
                [left, right, decision],
            )
    for whole in (False, True):
        told.build(MODELS, day=1, whole=whole)
        found = events(told)
        assert found["police.incident:J1"] != found["grid.event:W1"]
        assert found["police.incident:J3"] == found["grid.event:W2"]
