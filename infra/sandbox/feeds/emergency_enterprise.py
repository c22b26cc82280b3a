"""The emergency bureau's enterprises: who is supervised, by whom it is run, how risky it is.

The stock stands on the first day (feed emergency.enterprise); some enterprises change later, once each.
"""

import numpy as np

from infra.sandbox.addresses import written
from infra.sandbox.city import City, adults_near
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import empty, marks_without_event, numbers, optional, stacked, times, version
from infra.sandbox.feeds.emergency_accident import SYSTEM, located
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, digits, fill, join, words
from infra.sandbox.noise import citizen_id, labelled, padded, phone, serial, slashed
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts, weighted

COLUMNS = words(
    "企业编号 企业名称 统一社会信用代码 行业类别 企业规模 行政区划代码 地址 经度 纬度 坐标系统 法定代表人 "
    "法定代表人证件号码 安全负责人 联系电话 员工数 是否危化企业 风险等级 状态 更新时间"
)
SUPERVISED = ("firm", "branch", "shop", "cooperative")  # kinds of organisations
TRADES = {  # what the name says -> section of GB/T 4754
    "E": ("建筑", "建设", "市政", "装饰"),
    "C": ("制造", "重工", "制品", "面业", "食品", "建材", "包装", "纸业", "家具"),
    "H": ("餐饮", "餐馆"),
    "G": ("物流", "仓储", "快递", "供应链"),
    "A": ("农牧", "牧业", "合作社"),
    "O": ("美容", "形象", "健康", "养生", "足疗", "理发"),
    "R": ("文化娱乐", "休闲", "棋牌"),
    "I": ("网络", "网吧"),
    "L": ("管理",),
}
SECTION = {
    "A": ("农、林、牧、渔业",),
    "C": ("制造业",),
    "E": ("建筑业",),
    "F": ("批发和零售业",),
    "G": ("交通运输、仓储和邮政业",),
    "H": ("住宿和餐饮业",),
    "I": ("信息传输、软件和信息技术服务业",),
    "L": ("租赁和商务服务业",),
    "O": ("居民服务、修理和其他服务业",),
    "R": ("文化、体育和娱乐业",),
}
SIZES = ("微型", "小型", "中型", "大型")
RISK = {"红": ("重大风险",), "橙": ("较大风险",), "黄": ("一般风险",), "蓝": ("低风险",)}
STATE = {"正常": ("在营",), "停产": ("停业",), "关闭": ("注销",)}
CHANGING, SPAN = 0.4, 120  # share that changes once in so many days after the first


def supervised(city: City) -> Ints:
    """Positions of the organisations that the bureau supervises."""
    return np.flatnonzero(np.isin(city.organisations.kind.astype(str), SUPERVISED)).astype(np.int64)


def build(city: City, events: Events, plan: Plan) -> Frame:  # noqa: ARG001
    """The stock and its changes, all of which spring from the first day."""
    pool = supervised(city)
    if events.day or len(pool) == 0:
        return empty(COLUMNS)
    rng = stream(city.params.seed, "enterprise")
    stock = _stock(city, rng, pool)
    some = np.flatnonzero(rng.random(len(pool)) < CHANGING)
    at = rng.integers(1, SPAN, len(some)) * DAY + rng.integers(9 * 3_600, 18 * 3_600, len(some))
    return stacked([stock, _changed(city, rng, stock, pool, some, at)])


def _changed(city: City, rng: Rng, stock: Frame, pool: Ints, some: Ints, at: Ints) -> Frame:
    """Another safety manager, other numbers of staff, another risk, or the end of the business."""
    what = weighted(rng, (30, 35, 20, 10, 5), len(some))
    who = adults_near(city, rng, city.places.village[city.organisations.place[pool[some]]])
    staff = np.maximum(1, stock["员工数"][some].astype(np.int64) + rng.integers(-3, 9, len(some)))
    risk = choose(rng, tuple(RISK), len(some), (2, 10, 40, 48))
    changes = {
        "安全负责人": np.where(what == 0, city.people.name[who], stock["安全负责人"][some]),
        "联系电话": np.where(what == 0, city.people.phone[who], stock["联系电话"][some]),
        "员工数": np.where(what == 1, numbers(staff), stock["员工数"][some]),
        "风险等级": np.where(what == 2, risk, stock["风险等级"][some]),
        "状态": np.select([what == 3, what == 4], ["停产", "关闭"], stock["状态"][some]).astype(object),
        "更新时间": times(city, at),
    }
    return version(stock, some, at, **changes)


def _stock(city: City, rng: Rng, pool: Ints) -> Frame:
    d, firms, people, size = city.divisions, city.organisations, city.people, len(pool)
    place, head, kind = firms.place[pool], firms.head[pool], firms.kind[pool]
    township = d.village_township[city.places.village[place]]
    section = _sections(firms.name[pool])
    lon, lat, system = located(city, rng, place)
    known = rng.random(size) < 0.93
    is_small = kind == "shop"
    scale = np.where(is_small, weighted(rng, (9, 1), size), weighted(rng, (3, 5, 2, 0.4), size))
    staff = np.array((1, 10, 60, 320))[scale] + rng.integers(0, np.array((9, 45, 230, 900))[scale])
    is_chemical = (np.isin(section.astype(str), ("C", "F", "G"))) & (rng.random(size) < 0.06) & ~is_small
    risk = np.where(is_chemical, weighted(rng, (3, 5, 2), size), weighted(rng, (0.3, 4, 35, 60), size))
    changed_at = rng.integers(-200 * DAY, 0, size)
    values = {
        "企业编号": join("QY", d.county_code[d.township_county[township]], digits(10_001 + 7 * pool, 6)),
        "企业名称": firms.name[pool],
        "统一社会信用代码": firms.code[pool],
        "行业类别": section,
        "企业规模": texts(SIZES)[scale],
        "行政区划代码": d.township_code[township],
        "地址": written(city, place, "emergency", rng),
        "经度": optional(lon, known),
        "纬度": optional(lat, known),
        "坐标系统": optional(system, known),
        "法定代表人": people.name[head],
        "法定代表人证件号码": optional(people.id_no[head], rng.random(size) < 0.9),
        "安全负责人": people.name[firms.contact[pool]],
        "联系电话": people.phone[firms.contact[pool]],
        "员工数": numbers(staff),
        "是否危化企业": np.where(is_chemical, "是", "否").astype(object),
        "风险等级": texts(tuple(RISK))[risk],
        "状态": choose(rng, tuple(STATE), size, (95, 4, 1)),
        "更新时间": times(city, changed_at),
    }
    entered = rng.integers(3_600, 6 * 3_600, size)
    return fill(size, COLUMNS, values) | marks_without_event(
        entered, "legal representative", head, pool, place
    )


def _sections(names: Texts) -> Texts:
    """The section that a firm's name tells, wholesale and retail where it tells none."""
    found = constant("F", len(names))
    for section, signs in reversed(TRADES.items()):
        told = [any(sign in name for sign in signs) for name in names.tolist()]
        found[np.flatnonzero(told)] = section
    return found


FEED = Feed(
    name="emergency.enterprise",
    key="企业编号",
    columns=COLUMNS,
    build=build,
    updated="更新时间",
    habits=(
        ("更新时间", slashed, 0.25),
        ("更新时间", serial, 0.08),
        ("行业类别", labelled(SECTION), 0.5),
        ("风险等级", labelled(RISK), 0.3),
        ("状态", labelled(STATE), 0.3),
        ("坐标系统", labelled(SYSTEM), 0.3),
        ("法定代表人证件号码", citizen_id, 0.12),
        ("联系电话", phone, 0.06),
        ("法定代表人", padded, 0.03),
        ("企业名称", padded, 0.03),
        ("地址", padded, 0.02),
    ),
    blank=("法定代表人证件号码",),
    again_today=0.01,
)
