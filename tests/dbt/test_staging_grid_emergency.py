"""Staging of grid and emergency feeds: what a platform writes becomes clean, typed, coded."""

from typing import Any

import pytest

from tests.dbt.lakehouse import Lakehouse, Row

ID_NO = "11010519491231002X"  # the standard's own example
CREDIT_CODE = "91110000600037341L"
VILLAGE = "410102001002"
LATER = "2026-10-01 20:00:00"

# feed -> (rows as they come, what its staging model must say of the last version)
CASES: dict[str, tuple[list[Row], dict[str, Any]]] = {
    "grid.dispute": (
        [
            {"dispute_no": "MD1", "division_code": VILLAGE, "status": "1"},
            {
                "dispute_no": "MD1", "division_code": VILLAGE, "happened_on": "2026年9月30日",
                "due_on": "20261015", "scale": "个体性事件", "category": "家庭邻里", "status": "调解成功",
                "people_count": "３", "party_name": "王 伟", "party_id_no": ID_NO.lower(), "party_sex": "女",
                "mediation_mode": "人民调解", "mediator_phone": "1380013800", "is_resolved": "true",
                "related_no": "WG20260001", "location": "113.62，34.76", "source": "领导批办",
                "grade": "一般", "updated_at": LATER,
            },
        ],
        {
            "source_no": "MD1", "event_kind": "dispute", "category": "neighbour", "scale": "01",
            "status": "closed", "outcome": "resolved", "occurred_at": "2026-09-30 00:00:00+08",
            "due_on": "2026-10-15", "people_count": "3", "person_id_no": ID_NO, "person_sex": "2",
            "mediation_mode": "people_mediation", "mediator_phone": None, "event_level": "04",
            "source_kind": "superior", "related_no": "WG20260001", "division_code": VILLAGE,
            "is_deleted": "false",
        },
    ),
    "emergency.hazard": (
        [
            {"hazard_no": "YH1"},
            {
                "hazard_no": "YH1", "inspected_at": "2026年9月30日 09:05:01", "category": "电气安全",
                "grade": "重大事故隐患", "status": "已销号", "due_on": "20261015",
                "rectified_on": "2026/10/9",
                "credit_code": CREDIT_CODE, "grid_event_no": "WG20260001", "inspector_name": "张\u3000伟",
                "updated_at": LATER,
            },
        ],
        {
            "source_no": "YH1", "event_kind": "hazard", "category": "electricity", "hazard_grade": "major",
            "status": "closed", "occurred_at": "2026-09-30 09:05:01+08", "due_on": "2026-10-15",
            "rectified_on": "2026-10-09", "closed_at": "2026-10-09 00:00:00+08",
            "credit_code": CREDIT_CODE, "related_no": "WG20260001", "inspector_name": "张 伟",
        },
    ),
    "emergency.enterprise": (
        [
            {"enterprise_no": "QY1", "employees": "7"},
            {
                "enterprise_no": "QY1", "industry": "制造业", "size": "微型", "risk_level": "低风险",
                "status": "在营", "employees": "12", "is_chemical": "是", "head_id_no": ID_NO,
                "head_name": "王伟", "contact_phone": "138 0013 8000", "credit_code": CREDIT_CODE,
                "longitude": "34.75", "latitude": "113.61", "coordinate_system": "2000国家大地坐标系",
                "updated_at": LATER,
            },
        ],
        {
            "source_no": "QY1", "industry_section": "C", "enterprise_size": "micro",
            "enterprise_risk": "blue", "status": "active", "employees": "12", "is_chemical": "true",
            "person_id_no": ID_NO,
            "person_role": "legal representative", "safety_manager_phone": "13800138000",
            "credit_code": CREDIT_CODE, "lon": "113.61", "lat": "34.75",
        },
    ),
    "grid.grid": (
        [
            {"grid_no": VILLAGE + "001", "population": "900"},
            {
                "grid_no": VILLAGE + "001", "division_code": VILLAGE, "grid_type": "专属", "status": "启用",
                "population": "1,024", "leader_phone": "138 0013 8000", "centre": "34.76,113.62",
                "full_time_members": "1", "part_time_members": "", "updated_at": LATER,
            },
        ],
        {
            "grid_code": VILLAGE + "001", "grid_type": "dedicated", "grid_state": "active",
            "division_code": VILLAGE, "population": "1024", "leader_phone": "13800138000",
            "full_time_members": "1", "part_time_members": None,
        },
    ),
    "grid.task": (
        [
            {"task_no": "RW1", "status": "01"},
            {
                "task_no": "RW1", "category": "专项排查", "status": "已处理", "issued_at": "1790784000000",
                "signed_at": "20261001091500", "reported_back_at": "2026/10/1 16:05:01",
                "grid_no": VILLAGE + "001", "related_no": "/", "division_code": VILLAGE, "updated_at": LATER,
            },
        ],
        {
            "source_no": "RW1", "category": "inspection", "status": "closed",
            "issued_at": "2026-10-01 00:00:00+08", "signed_at": "2026-10-01 09:15:00+08",
            "reported_back_at": "2026-10-01 16:05:01+08", "due_at": "2026-10-03 18:00:00+08",
            "grid_code": VILLAGE + "001", "related_no": None, "division_code": VILLAGE,
        },
    ),
    "grid.activity": (
        [
            {"activity_no": "HD1", "people_reached": "3"},
            {
                "activity_no": "HD1", "category": "走访", "active_on": "2026年9月30日", "times": "２",
                "people_reached": "11.0", "member_count": None, "grid_no": VILLAGE + "001",
                "division_code": VILLAGE, "updated_at": LATER,
            },
        ],
        {
            "source_no": "HD1", "activity_kind": "visit", "active_on": "2026-09-30", "times": "2",
            "people_reached": "11", "member_count": None, "grid_code": VILLAGE + "001",
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def built(lakehouse: Lakehouse) -> Lakehouse:
    """One batch of each feed, staged, with the tests of the models."""
    for feed, (rows, _) in CASES.items():
        lakehouse.deliver(feed, 1, rows)
    lakehouse.build(*(f"+{model(feed)}" for feed in CASES), tests=True)
    return lakehouse


def model(feed: str) -> str:
    return f"stg_{feed.replace('.', '__')}"


@pytest.mark.parametrize("feed", CASES)
def test_the_newest_version_is_clean_and_coded(built: Lakehouse, feed: str) -> None:
    rows, expected = CASES[feed]
    columns = ", ".join(f"cast({name} as varchar)" for name in expected)
    found = built.rows(f"select {columns} from lake.staging.{model(feed)}")
    assert [dict(zip(expected, row, strict=True)) for row in found] == [expected]
    assert built.rows(f"select count(*) from lake.staging.base_{model(feed)[4:]}") == [(len(rows),)]


def test_points_are_moved_to_the_national_system(built: Lakehouse) -> None:
    found = built.rows(
        "select lon, lat, coordinate_source from lake.staging.stg_grid__dispute where source_no = 'MD1'"
    )
    lon, lat, source = found[0]
    assert (round(lon, 3), round(lat, 3)) == (113.614, 34.761)
    assert source == "grid member"


def test_every_column_is_described(built: Lakehouse) -> None:
    import yaml

    from infra.generate import PROJECT

    text = (PROJECT / "models" / "staging" / "_staging.yml").read_text(encoding="utf-8")
    described = {m["name"]: {c["name"] for c in m.get("columns", [])} for m in yaml.safe_load(text)["models"]}
    for feed in CASES:
        found = built.rows(f"select column_name from (describe lake.staging.{model(feed)})")
        assert described[model(feed)] == {name for (name,) in found}, feed
