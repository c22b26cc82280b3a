"""A tiny outbox, written by hand, for tests of the platforms alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from infra.sandbox.platforms import intake
from infra.settings import CONTRACTS

FIRST = date(2026, 10, 1)  # a Thursday, so the second day is the Friday of the workbook
SECOND = date(2026, 10, 2)
RARE = "㛃𠮷䶮"  # two 4-byte characters of GB18030 and one that GBK lacks


def columns(feed: str) -> list[str]:
    """Source columns of the contract."""
    contract = yaml.safe_load((CONTRACTS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))
    return [field["physicalName"] for field in contract["schema"][0]["properties"]]


def write_day(feed: str, day: date, rows: Sequence[Mapping[str, str | None]]) -> Path:
    """Write the day's outbox; a row names what it has, `_op` is upsert unless it says so."""
    names = columns(feed)
    table = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    table["_op"] = pa.array([row.get("_op", "upsert") for row in rows], pa.string())
    file = intake.file(feed, day)
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(table), file)
    return file


def call(number: str, **changes: str | None) -> dict[str, str | None]:
    """A police call."""
    row: dict[str, str | None] = {
        "JJDBH": number,
        "XZQHDM": "410102001000",
        "BJSJ": "2026-10-01 08:00:00",
        "JJSJ": "2026-10-01 08:01:00",
        "BJRMC": f"王{RARE}",
        "JQDZ": "郑州市中原区建设路1号",
        "BJNR": '有人吵架, "很凶"\n已到场',
        "JQLBDM": "060000",
        "JQCLZTDM": "03",
        "FXDWJD": "113.612345",
        "FXDWWD": "34.712345",
        "SCBS": "0",
        "SFBM": "0",
        "GXSJ": "2026-10-01 09:00:00",
    }
    return row | changes


def petition(number: str, **changes: str | None) -> dict[str, str | None]:
    """A petition."""
    row: dict[str, str | None] = {
        "XFJBH": number,
        "XFRQ": "2026-10-01",
        "XM": f"李{RARE}",
        "XFRS": "3",
        "TSZT": "物业乱收费",
        "XFNR": '反映"物业"问题\n请处理',
        "GXSJ": "2026-10-01 10:00:00",
    }
    return row | changes


def accident(number: str, **changes: str | None) -> dict[str, str | None]:
    """An accident."""
    row: dict[str, str | None] = {
        "事故编号": number,
        "事故名称": f"{RARE}公司“9·30”坍塌事故",
        "发生时间": "2026-09-30 15:20:00",
        "行政区划代码": "410102001000",
        "经度": "113.612345",
        "死亡人数": "1",
        "直接经济损失（万元）": "12.5",
        "简要经过": '脚手架倒塌,1人死亡,"已送医"',
        "报送时间": "2026-09-30 18:00:00",
        "更新时间": "2026-10-01 07:00:00",
    }
    return row | changes


def grid_event(number: str, **changes: str | None) -> dict[str, str | None]:
    """An event of a grid member."""
    row: dict[str, str | None] = {
        "eventCode": number,
        "eventTitle": f"邻里纠纷{RARE}",
        "happenTime": "2026-10-01 08:00:00",
        "updateTime": "2026-10-01 12:00:00",
        "involveCount": "2",
        "resolved": "true",
        "deleted": "0",
        "partyIdNo": "41010219900101001X",
    }
    return row | changes


def message(number: str, **changes: str | None) -> dict[str, str | None]:
    """A message on the public board."""
    row: dict[str, str | None] = {
        "留言编号": number,
        "留言用户": "A00012345",
        "留言主题": f"路灯不亮{RARE}",
        "留言时间": "2026/10/1 9:05:01",
        "留言详情": "\n\t\t晚上看不见路",
        "反对数": "0",
        "点赞数": "7",
    }
    return row | changes
