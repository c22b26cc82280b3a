"""The address grammar: parts, composed, come back; and the traps it was made for."""

from collections.abc import Mapping

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.grammar import parsed_sql

PARTS = ("village_group", "road", "crossing", "number", "estate", "site", "building", "unit", "room")
SQL = parsed_sql("told")


def parse(text: str) -> dict[str, str]:
    """The parts that the grammar finds in an address without divisions."""
    with duckdb.connect() as con:
        con.execute("create table told as select cast(? as varchar) as rest", [text])
        row = con.execute(f"select {', '.join(PARTS)} from ({SQL})").fetchone()
    assert row is not None
    return {name: value for name, value in zip(PARTS, row, strict=True) if value is not None}


HANZI = st.sampled_from(tuple("桐柏建设嵩山淮河绿城阳光锦绣丰庆金水东风和平"))
NAME = st.lists(HANZI, min_size=2, max_size=4).map("".join)
ROAD = st.tuples(NAME, st.sampled_from(["路", "街", "大道", "巷"])).map("".join)
ESTATE = st.tuples(NAME, st.sampled_from(["花园", "小区", "家园", "苑", "家属院"])).map("".join)
NUMBER = st.one_of(
    st.integers(1, 999).map(str),
    st.tuples(st.integers(1, 99), st.integers(1, 9)).map(lambda n: f"{n[0]}-{n[1]}"),
)
SMALL = st.integers(1, 60).map(str)


@given(
    road=st.none() | ROAD, number=NUMBER, estate=ESTATE, building=st.none() | SMALL, unit=st.none() | SMALL,
    room=st.none() | st.integers(101, 3304).map(str), word=st.sampled_from(["号楼", "栋", "幢", "座"]),
    room_word=st.sampled_from(["室", "户", "号"]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_parts_of_a_dwelling_come_back(
    road: str | None, number: str, estate: str, building: str | None, unit: str | None, room: str | None,
    word: str, room_word: str,
) -> None:  # fmt: skip
    """Every finer part needs a coarser one to hang on, as on a door plate."""
    unit, room = (unit, room) if building else (None, None)
    written: Mapping[str, str | None] = {
        "road": road, "number": number if road else None, "estate": estate,
        "building": building, "unit": unit, "room": room,
    }  # fmt: skip
    text = "".join((
        f"{road}{number}号" if road else "", estate, f"{building}{word}" if building else "",
        f"{unit}单元" if unit else "", f"{room}{room_word}" if room else "",
    ))  # fmt: skip
    assert parse(text) == {name: value for name, value in written.items() if value}


@given(st.integers(1, 9), st.integers(1, 129))
@settings(max_examples=20, deadline=None)
def test_a_house_of_a_village_group(group: int, house: int) -> None:
    assert parse(f"{group}组{house}号") == {"village_group": str(group), "number": str(house)}


DOOR = {"road": "桐柏路", "number": "25", "estate": "绿城花园", "building": "3", "unit": "2", "room": "301"}


@pytest.mark.parametrize(
    "text",
    [
        "桐柏路25号绿城花园3号楼2单元301室", "桐柏路25号，绿城花园3栋2单元301",
        "桐柏路25号绿城花园3#楼2单元301户", "桐柏路25号绿城花园3-2-301",
        "桐柏路25号绿城花园三号楼二单元301室", "桐柏路25号(绿城花园) 3幢2单元301室",
    ],
)  # fmt: skip
def test_one_door_written_in_several_ways(text: str) -> None:
    assert parse(text) == DOOR


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("桐柏路12-3号", {"road": "桐柏路", "number": "12-3"}, id="a hyphen is not dropped"),
        pytest.param("桐柏路12号附3号", {"road": "桐柏路", "number": "12-3"}, id="an attached number"),
        pytest.param(
            "桐柏路小区3号楼", {"estate": "桐柏路小区", "building": "3"}, id="an estate called after a road"
        ),
        pytest.param("建设路中山路路口", {"crossing": "中山路/建设路"}, id="a crossing"),
        pytest.param(
            "中山路与建设路交叉口", {"crossing": "中山路/建设路"}, id="the crossing from the other side"
        ),
        pytest.param("朝阳东路路口以东30米", {"road": "朝阳东路"}, id="where at the road, no name"),
        pytest.param(
            "绿城花园3-301",
            {"estate": "绿城花园", "building": "3", "room": "301"},
            id="its building",
        ),
        pytest.param("桐柏路12号门前路段", {"road": "桐柏路", "number": "12"}, id="words that name no place"),
        pytest.param(
            "世纪城3期2号楼", {"estate": "世纪城3期", "building": "2"}, id="a phase is not a building"
        ),
        pytest.param("滨河边步道", {"site": "滨河边步道"}, id="a footpath is not a road"),
        pytest.param("第二中学", {"site": "第二中学"}, id="a numeral in a name"),
        pytest.param("绿城花园十二号楼", {"estate": "绿城花园", "building": "12"}, id="twelve"),
    ],
)
def test_traps(text: str, parts: dict[str, str]) -> None:
    assert parse(text) == parts
