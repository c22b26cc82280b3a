"""The emergency bureau: work-safety accidents with casualties and grade (feed emergency.accident)."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City
from infra.sandbox.coordinates import bd09, gcj02
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import degrees, division, empty, marks, optional, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, fill, words
from infra.sandbox.noise import chinese, day_only, fourteen, labelled, padded, phone, serial, slashed
from infra.sandbox.plan import Plan, earlier
from infra.sandbox.randomness import Floats, Ints, Rng, Texts, choose, stream, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "事故编号 事故名称 发生时间 行政区划代码 事故地点 经度 纬度 坐标系统 事故类别 事故等级 "
    "死亡人数 重伤人数 轻伤人数 直接经济损失（万元） 事故单位名称 统一社会信用代码 联系人 "
    "联系电话 简要经过 关联警情编号 处置状态 报送时间 更新时间"
)
SYSTEMS = ("CGCS2000", "GCJ-02", "WGS-84", "BD-09")
LOSS = "直接经济损失（万元）"
CATEGORY = {
    "01": ("物体打击",),
    "03": ("机械伤害",),
    "05": ("触电",),
    "08": ("火灾",),
    "09": ("高处坠落",),
    "10": ("坍塌",),
    "19": ("中毒和窒息",),
}
GRADE = {
    "01": ("1", "特别重大", "特别重大事故"),
    "02": ("2", "重大", "重大事故"),
    "03": ("3", "较大", "较大事故"),
    "04": ("4", "一般", "一般事故"),
}
SYSTEM = {"CGCS2000": ("2000国家大地坐标系",), "GCJ-02": ("GCJ02", "火星坐标"), "WGS-84": ("WGS84",)}


def grade(deaths: Ints, serious: Ints, loss: Floats) -> Texts:
    """State Council Order 493, article 3: the highest of three tests, 01 the gravest; loss in 10,000 yuan."""
    tests = (
        (deaths >= 30) | (serious >= 100) | (loss >= 10_000),
        (deaths >= 10) | (serious >= 50) | (loss >= 5_000),
        (deaths >= 3) | (serious >= 10) | (loss >= 1_000),
    )
    return np.select(tests, ["01", "02", "03"], "04").astype(object)


def build(city: City, events: Events, plan: Plan) -> Frame:
    """First report, later figures, end: all versions of the accidents of one day."""
    rng = stream(city.params.seed, "emergency", events.day)
    rows, at = plan.rows["emergency"], plan.at["emergency"]
    if len(rows) == 0:
        return empty(COLUMNS)
    size = len(rows)
    # At first some of the final figures are not known: people die within 30 days, losses are counted late.
    late = np.minimum(events.deaths[rows], rng.integers(0, 2, size))
    deaths, serious = events.deaths[rows] - late, events.serious[rows] + late
    loss = np.round(events.loss[rows] * rng.uniform(0.3, 1.0, size), 1)
    first = _first(city, events, plan, rng, rows, at) | _figures(deaths, serious, events.minor[rows], loss)
    steps = [first]
    grown = at + rng.integers(DAY, 6 * DAY, size)
    some = np.flatnonzero(rng.random(size) < 0.7)
    middle = np.round((loss + events.loss[rows]) / 2, 1)
    change = _figures(deaths[some], serious[some], events.minor[rows][some], middle[some])
    steps.append(_next(city, first, some, grown[some], choose(rng, ("续报", "处置中"), len(some)), change))
    final = _figures(events.deaths[rows], events.serious[rows], events.minor[rows], events.loss[rows])
    end = grown + rng.integers(DAY, 22 * DAY, size)
    steps.append(_next(city, first, np.arange(size), end, constant("处置中", size), final))
    closed = np.flatnonzero(rng.random(size) < 0.85)
    when = end[closed] + rng.integers(2 * DAY, 25 * DAY, len(closed))
    steps.append(
        _next(city, steps[-1], closed, when, choose(rng, ("已结案", "已归档"), len(closed), (4, 1)), {})
    )
    return stacked(steps)


def _figures(deaths: Ints, serious: Ints, minor: Ints, loss: Floats) -> Frame:
    return {
        "事故等级": grade(deaths, serious, loss),
        "死亡人数": texts([str(n) for n in deaths.tolist()]),
        "重伤人数": texts([str(n) for n in serious.tolist()]),
        "轻伤人数": texts([str(n) for n in minor.tolist()]),
        LOSS: texts([f"{value:g}" for value in loss.tolist()]),
    }


def _next(city: City, base: Frame, rows: Ints, at: Ints, status: Texts, figures: Frame) -> Frame:
    return version(base, rows, at, **(figures | {"处置状态": status, "更新时间": times(city, at)}))


def _first(city: City, events: Events, plan: Plan, rng: Rng, rows: Ints, at: Ints) -> Frame:
    size, firms = len(rows), city.organisations
    organisation = events.organisation[rows]
    contact = firms.contact[organisation]
    happened = times(city, events.at[rows])
    one = [scenarios()[s] for s in events.scenario[rows].tolist()]
    names = [
        f"{firm}“{int(when[5:7])}·{int(when[8:10])}”{'火灾' if s.id == 'fire_factory' else s.title[0]}事故"
        for firm, when, s in zip(firms.name[organisation], happened, one, strict=True)
    ]
    lon, lat, system = located(city, rng, events.place[rows])
    known = rng.random(size) < 0.9
    has_code = rng.random(size) < 0.9
    police = earlier(plan, "police", plan.reported["emergency"])[rows] & (rng.random(size) < 0.6)
    values = {
        "事故编号": plan.number["emergency"][rows],
        "事故名称": texts(names),
        "发生时间": happened,
        "行政区划代码": division(city, events, rows),
        "事故地点": written(city, events.place[rows], "emergency", rng),
        "经度": optional(lon, known),
        "纬度": optional(lat, known),
        "坐标系统": optional(system, known),
        "事故类别": texts([s.codes["accident"] for s in one]),
        "事故单位名称": firms.name[organisation],
        "统一社会信用代码": optional(firms.code[organisation], has_code),
        "联系人": city.people.name[contact],
        "联系电话": city.people.phone[contact],
        "简要经过": narratives.accident(city, events, rows, rng, happened),
        "关联警情编号": optional(plan.number["police"][rows], police),
        "处置状态": constant("快报", size),
        "报送时间": times(city, at),
        "更新时间": times(city, at),
    }
    return fill(size, COLUMNS, values) | marks(events, rows, at, "contact", contact, organisation)


def located(city: City, rng: Rng, place: Ints) -> tuple[Texts, Texts, Texts]:
    """Coordinates of the places, each in one of the four reference systems."""
    lon, lat = city.places.longitude[place], city.places.latitude[place]
    system = choose(rng, SYSTEMS, len(place), (55, 25, 10, 10))
    for name, convert in (("GCJ-02", gcj02), ("BD-09", bd09)):
        rows = np.flatnonzero(system == name)
        lon, lat = lon.copy(), lat.copy()
        lon[rows], lat[rows] = convert(lon[rows], lat[rows])
    return degrees(lon), degrees(lat), system


FEED = Feed(
    name="emergency.accident",
    key="事故编号",
    columns=COLUMNS,
    build=build,
    updated="更新时间",
    habits=(
        ("发生时间", day_only, 0.02),
        ("发生时间", slashed, 0.25),
        ("发生时间", chinese, 0.12),
        ("发生时间", fourteen, 0.08),
        ("报送时间", slashed, 0.25),
        ("报送时间", serial, 0.08),
        ("报送时间", fourteen, 0.08),
        ("更新时间", slashed, 0.2),
        ("更新时间", serial, 0.08),
        ("事故类别", labelled(CATEGORY), 0.35),
        ("事故等级", labelled(GRADE), 0.35),
        ("坐标系统", labelled(SYSTEM), 0.3),
        ("联系电话", phone, 0.06),
        ("联系人", padded, 0.03),
        ("事故单位名称", padded, 0.03),
    ),
    blank=("关联警情编号", "统一社会信用代码"),
    again_today=0.01,
    again_tomorrow=0.015,
)
