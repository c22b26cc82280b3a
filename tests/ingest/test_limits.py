"""The limits of purpose: a contract that declares what Sanling will not take in is refused."""

from typing import Any

import pytest
import yaml

from infra.settings import CONTRACTS
from ingest.contract import ContractBroken, parse


def document(feed: str = "police.incident") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CONTRACTS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))
    return found


def with_property(name: str, label: str, physical: str = "ZDX") -> str:
    base = document()
    base["schema"][0]["properties"].append(
        {
            "name": name,
            "physicalName": physical,
            "businessName": label,
            "logicalType": "string",
            "classification": "restricted",
        }
    )
    return yaml.safe_dump(base, allow_unicode=True)


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [
        ("face_image", "照片", "faces"),
        ("photo", "人脸照片", "faces"),
        ("plate_no", "号码", "number plates"),
        ("vehicle", "机动车牌号", "number plates"),
        ("track_points", "点位", "tracks of people"),
        ("movement", "活动轨迹", "tracks of people"),
        ("imei", "串号", "tracks of people"),
        ("religion_code", "代码", "religion"),
        ("creed", "宗教信仰", "religion"),
        ("political_status", "面貌", "political views"),
        ("standing", "政治面貌", "political views"),
        ("fingerprint", "指纹", "biometrics"),
        ("is_key_person", "重点人员标志", "a register of a special group"),
        ("drug_user", "标志", "a register of a special group"),
        ("risk_score", "分值", "scores of people"),
    ],
)
def test_a_forbidden_property_is_refused(name: str, label: str, kind: str) -> None:
    with pytest.raises(ContractBroken, match=f"declares {kind}.*does not take in"):
        parse(with_property(name, label), "police.incident.odcs.yaml")


def test_the_sources_own_name_counts_too() -> None:
    with pytest.raises(ContractBroken, match="number plates"):
        parse(with_property("vehicle", "车辆", physical="licensePlate"), "police.incident.odcs.yaml")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("surface_area", "路面面积"),
        ("interface_kind", "接口类型"),
        ("tracking_no", "快递单号"),
        ("template", "模板"),
        ("score", "办理评价"),
        ("policy", "政策依据"),
    ],
)
def test_a_harmless_property_is_not(name: str, label: str) -> None:
    assert parse(with_property(name, label), "police.incident.odcs.yaml").property_named(name)


@pytest.mark.parametrize(
    ("feed", "title", "kind"),
    [
        ("police.key_personnel", "人员信息", "a register of a special group"),
        ("police.roster", "重点人员名册", "a register of a special group"),
        ("police.roster", "社区矫正对象", "a register of a special group"),
        ("police.roster", "精神障碍患者", "a register of a special group"),
        ("police.petitioner", "人员信息", "a register of people who petition"),
        ("police.roster", "重点信访人", "a register of people who petition"),
    ],
)
def test_a_register_of_people_is_refused(feed: str, title: str, kind: str) -> None:
    base = document() | {"id": feed, "name": title}
    with pytest.raises(ContractBroken, match=f"the feed declares {kind}"):
        parse(yaml.safe_dump(base, allow_unicode=True), f"{feed}.odcs.yaml")


def test_petitions_keyed_by_person_are_a_register() -> None:
    base = document("petition.petition")
    for item in base["schema"][0]["properties"]:
        item["primaryKey"] = item["name"] == "petitioner_id_no"
        item["required"] = item["primaryKey"] or item.get("required", False)
    with pytest.raises(ContractBroken, match="its primary key 'petitioner_id_no' is a person"):
        parse(yaml.safe_dump(base, allow_unicode=True), "petition.petition.odcs.yaml")


def test_a_petition_may_name_its_petitioner() -> None:
    base = yaml.safe_dump(document("petition.petition"), allow_unicode=True)
    assert parse(base, "petition.petition.odcs.yaml").property_named("petitioner_name")
