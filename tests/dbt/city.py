"""Three days of a very small city, with everything that the models have to tell apart."""

from collections.abc import Mapping

from tests.dbt.lakehouse import Broken, Lakehouse, Row

WANG = "11010519491231002X"  # the standard's own example; even 17th digit: a woman
LI = "360426199101010071"
VILLAGE = "410102001002"
OFFICE = "河南省郑州市中原区林山寨街道碧沙岗公园"

Day = Mapping[str, list[Row]]


def call(number: int, **values: str) -> Row:
    return {"incident_no": f"4101022026{number:010d}", **values}


def no(number: int) -> str:
    return str(call(number)["incident_no"])


DAYS: list[Day] = [
    {
        "police.incident": [
            call(1, caller_name="王伟", caller_id_no=WANG, caller_sex="女", place_text=OFFICE,
                 longitude="113.61", latitude="34.75", origin_no="12345-2026-0001"),
            call(2, caller_name="匿名", contact_phone="13800138000", category="090000"),
            call(3, caller_name="李四", is_confidential="1", category="010000"),
            call(4, caller_name="李娜", caller_id_no=LI, category="050000"),
            call(5, caller_name="王某某", caller_id_no=WANG.lower()),
            call(6, caller_name="赵云", caller_id_no=WANG),
        ],
        "petition.petition": [
            {"petition_no": "XF2026100001", "petitioner_name": "王 伟", "petitioner_id_no": WANG,
             "matter_no": "XF2026100001",
             "origin_no": "12345-2026-0001", "place_text": "中原区林山寨街道碧沙岗公园附近"},
            {"petition_no": "XF2026100002", "petitioner_name": "孙丽", "matter_no": "SX20260009"},
        ],
        "petition.message": [{"message_no": "193092"}, {"message_no": "193093", "user_pseudonym": "A0002"}],
        "emergency.accident": [
            {"accident_no": "SG2026001", "deaths": "0", "incident_no": no(2), "contact_name": "周强",
             "organisation_name": "郑州安达建筑有限公司", "credit_code": "91110000600037341L"},
        ],
        "grid.event": [
            {"event_no": "WG20260001", "related_no": no(1), "location": "113.62,34.76",
             "organisation_name": "郑州安达建筑有限责任公司", "place_text": "碧沙岗公园",
             "division_code": VILLAGE, "grid_code": VILLAGE + "001"},
        ],
    },
    {
        "police.incident": [
            call(1, caller_name="王伟", caller_id_no=WANG, caller_sex="女", place_text=OFFICE,
                 longitude="113.61", latitude="34.75", origin_no="12345-2026-0001", handling_status="04",
                 closed_at="2026-10-02 09:00:00", updated_at="2026-10-02 09:00:00"),
            call(7, caller_name="陈静", is_merged="1", merged_into=no(1), relation_kind="1"),
            call(8, caller_name="吴刚", merged_into=no(4), relation_kind="2"),
            call(9, caller_name="郑敏", merged_into=no(3), relation_kind="1"),
            call(4, caller_name="李娜", caller_id_no=LI, category="050000", is_deleted="1",
                 updated_at="2026-10-02 10:00:00"),
        ],
        "petition.petition": [
            {"petition_no": "XF2026100003", "petitioner_name": "孙丽", "matter_no": "SX20260009"},
            {"petition_no": "XF2026100004", "petitioner_name": "王 伟", "matter_no": "XF2026100001"},
        ],
        "emergency.accident": [
            {"accident_no": "SG2026001", "deaths": "2", "incident_no": no(2), "contact_name": "周强",
             "organisation_name": "郑州安达建筑有限公司", "credit_code": "91110000600037341L",
             "updated_at": "2026-10-02 10:00:00"},
        ],
    },
    {
        "police.incident": [
            call(10, caller_name="冯涛", is_invalid="1"),
            call(4, caller_name="李娜", caller_id_no=LI, category="050000", updated_at="2026-10-03 10:00:00"),
        ],
        "grid.event": [
            {"event_no": "WG20260001", "related_no": no(1), "location": "113.62,34.76",
             "organisation_name": "郑州安达建筑有限责任公司", "place_text": "碧沙岗公园",
             "division_code": VILLAGE, "grid_code": VILLAGE + "001",
             "is_deleted": "1", "updated_at": "2026-10-03 10:00:00"},
        ],
        "petition.message": [
            {"message_no": "193092", "reply": "已经处理", "replied_at": "2026-10-03 08:00:00"},
        ],
    },
]  # fmt: skip
BROKEN = {("police.incident", 1): [Broken(1, "phone", "warn")]}


def deliver(lakehouse: Lakehouse, day: int) -> None:
    """Bring a day's batches, from 1."""
    for feed, rows in DAYS[day - 1].items():
        lakehouse.deliver(feed, day, rows, BROKEN.get((feed, day), ()))
