"""The emergency bureau: hazards found at enterprises and their rectification (feed emergency.hazard)."""

import numpy as np

from infra.sandbox.addresses import written
from infra.sandbox.city import City, adults_near
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import (
    dates,
    empty,
    marks_without_event,
    numbered,
    optional,
    stacked,
    times,
    version,
)
from infra.sandbox.feeds.emergency_enterprise import supervised
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.hazard_words import FINDINGS, demands, described, kinds
from infra.sandbox.frame import DAY, Frame, constant, fill, words
from infra.sandbox.noise import chinese, date_text, day_only, fourteen, labelled, padded, serial, slashed
from infra.sandbox.plan import Plan, waking
from infra.sandbox.randomness import Ints, Rng, Texts, stream, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "隐患编号 检查时间 检查单位 检查人 企业名称 统一社会信用代码 行政区划代码 隐患地点 隐患描述 隐患类型 "
    "隐患等级 整改要求 整改期限 责任单位 整改完成日期 销号情况 关联网格事件 更新时间"
)
INSPECTED = 0.015  # hazards that inspections of a day find, per supervised enterprise
GRADE = {"一般": ("一般隐患", "一般事故隐患"), "重大": ("重大隐患", "重大事故隐患")}
KIND = {"消防安全": ("消防",), "用电安全": ("电气安全",), "机械防护": ("机械设备",)}
OPEN, BUSY, DONE = "未销号", "整改中", "已销号"


def build(city: City, events: Events, plan: Plan) -> Frame:
    """Finding, rectification, cancellation: all versions of the hazards found on one day."""
    rng = stream(city.params.seed, "hazard", events.day)
    first = _found(city, events, rng, plan)
    size = len(first["_at"])
    if size == 0:
        return empty(COLUMNS)
    at = first["_at"].astype(np.int64)
    busy = np.flatnonzero(rng.random(size) < 0.75)
    started = waking(rng, at[busy] + rng.integers(DAY // 4, DAY, len(busy)))
    steps = [first, _next(city, first, busy, started, 销号情况=constant(BUSY, len(busy)))]
    # A fifth is late: rectified after the deadline, or not at all while the city is watched.
    done = np.flatnonzero(rng.random(size) < 0.88)
    is_late = rng.random(len(done)) < 0.15
    allowed = first["_days"][done].astype(np.int64)
    used = np.where(is_late, allowed + rng.integers(1, 20, len(done)), rng.integers(2, allowed + 1))
    finished = (at[done] // DAY + used) * DAY
    checked = waking(rng, finished + rng.integers(10 * 3_600, 3 * DAY, len(done)))
    changes = {"整改完成日期": dates(city, finished), "销号情况": constant(DONE, len(done))}
    steps.append(_next(city, first, done, checked, **changes))
    for step in steps:
        del step["_days"]
    return stacked(steps)


def _next(city: City, base: Frame, rows: Ints, at: Ints, **changes: Texts) -> Frame:
    return version(base, rows, at, **changes, 更新时间=times(city, at))


def _found(city: City, events: Events, rng: Rng, plan: Plan) -> Frame:
    """What grid members told of and what inspections found, as first written down."""
    d, firms = city.divisions, city.organisations
    one = [scenarios()[s] for s in events.scenario.tolist()]
    told = np.array([s.kind == "hazard" and s.has_organisation for s in one], dtype=bool)
    told &= (events.organisation >= 0) & (rng.random(len(events)) < 0.85)
    rows = np.flatnonzero(told)
    pool = supervised(city)
    visits = pool[rng.integers(0, len(pool), int(rng.poisson(INSPECTED * len(pool))))]
    firm = np.concatenate([events.organisation[rows], visits])
    size, place = len(firm), firms.place[firm]
    heard = np.maximum(events.at[rows], plan.reported["grid"][rows])
    working = rng.integers(9 * 3_600, 17 * 3_600, size)
    day = np.concatenate([heard // DAY + 1, np.full(len(visits), events.day)])
    seen = day * DAY + working
    at = seen + rng.integers(1_800, 5 * 3_600, size)
    found = np.concatenate([events.slots[rows, 0] % 5, rng.integers(0, len(FINDINGS), len(visits))])
    is_major = rng.random(size) < np.array([FINDINGS[f].major for f in found.tolist()])
    days = np.where(is_major, 15, rng.integers(1, 4, size) * 5)
    village = city.places.village[place]
    township = d.village_township[village]
    county = d.county_name[d.township_county[township]]
    who = adults_near(city, rng, village)
    offices = np.where(
        rng.random(size) < 0.6, d.township_name[township] + "应急管理办公室", county + "应急管理局"
    )
    counties = d.county_code[d.township_county[township]]
    values = {
        "隐患编号": numbered(city, "hazard", "YH", counties, events.day, at, np.arange(size)),
        "检查时间": times(city, seen),
        "检查单位": offices,
        "检查人": city.people.name[who],
        "企业名称": firms.name[firm],
        "统一社会信用代码": optional(firms.code[firm], rng.random(size) < 0.92),
        "行政区划代码": d.township_code[township],
        "隐患地点": written(city, place, "emergency", rng),
        "隐患描述": described(found, rng.integers(0, 4, size), rng.integers(1, 9, size)),
        "隐患类型": kinds(found),
        "隐患等级": np.where(is_major, "重大", "一般").astype(object),
        "整改要求": demands(found),
        "整改期限": dates(city, seen + days * DAY),
        "责任单位": firms.name[firm],
        "销号情况": constant(OPEN, size),
        "关联网格事件": texts([*plan.number["grid"][rows].tolist(), *[None] * len(visits)]),
        "更新时间": times(city, at),
    }
    about = marks_without_event(at, "inspector", who, firm, place)
    about["_event"] = texts([*events.id[rows].tolist(), *[None] * len(visits)])
    return fill(size, COLUMNS, values) | about | {"_days": days.astype(object)}


FEED = Feed(
    name="emergency.hazard",
    key="隐患编号",
    columns=COLUMNS,
    build=build,
    updated="更新时间",
    habits=(
        ("检查时间", day_only, 0.03),
        ("检查时间", slashed, 0.25),
        ("检查时间", chinese, 0.12),
        ("检查时间", fourteen, 0.08),
        ("整改期限", date_text, 0.4),
        ("整改完成日期", date_text, 0.4),
        ("更新时间", slashed, 0.2),
        ("更新时间", serial, 0.08),
        ("隐患等级", labelled(GRADE), 0.35),
        ("隐患类型", labelled(KIND), 0.3),
        ("销号情况", padded, 0.03),
        ("检查人", padded, 0.03),
        ("企业名称", padded, 0.03),
    ),
    blank=("统一社会信用代码", "整改完成日期", "关联网格事件"),
    again_today=0.01,
    again_tomorrow=0.015,
)
