"""The grid platform's tasks: issued to a grid, signed for, reported back, some too late (feed grid.task)."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import empty, marks_without_event, numbered, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.grid_event import GRIDS_A_VILLAGE
from infra.sandbox.feeds.grid_grid import grids
from infra.sandbox.frame import DAY, Frame, constant, fill, join, words
from infra.sandbox.noise import day_only, epoch, fourteen, labelled, padded, slashed
from infra.sandbox.plan import Plan, waking
from infra.sandbox.randomness import Ints, Rng, choose, stream, texts

COLUMNS = words(
    "taskCode taskName taskType source issueTime gridCode communityCode deadline receiver signTime "
    "feedbackTime feedback status relatedNo updateTime"
)
CAMPAIGNS = {  # name -> kind of task
    "开展节前安全隐患专项排查": "专项排查",
    "开展出租房屋消防安全排查": "专项排查",
    "开展防汛重点部位巡查": "专项排查",
    "开展反电信诈骗入户宣传": "政策宣传",
    "宣传森林防火和禁烧政策": "政策宣传",
    "核对辖区房屋和单位底数": "信息采集",
    "更新网格内商户登记信息": "信息采集",
    "复查上月未整改隐患": "隐患复查",
    "走访独居老人家庭用气安全": "走访核查",
}
HANDLING = "事件处置"
OFFICES = ("社会治安综合治理中心", "应急管理办公室", "平安建设办公室")
FEEDBACK = (
    "已到现场核实处置，情况稳定。",
    "已完成，未发现新的问题。",
    "已逐户走访，发放宣传资料。",
    "已协调有关部门处理，持续跟踪。",
    "已整改到位，附现场照片。",
    "问题较复杂，已上报请求联合处置。",
)
STATUS = {"01": ("待签收",), "02": ("处理中",), "05": ("已处理",)}
FROM_EVENTS = 0.3  # share of grid events that lead to a task
A_GRID = 0.05  # campaign tasks a day for each grid


def build(city: City, events: Events, plan: Plan) -> Frame:
    """Issue, receipt, report: all versions of the tasks of one day."""
    rng = stream(city.params.seed, "task", events.day)
    first = _issued(city, events, plan, rng)
    size = len(first["_at"])
    if size == 0:
        return empty(COLUMNS)
    signed = np.flatnonzero(rng.random(size) < 0.97)
    at = waking(rng, first["_at"][signed].astype(np.int64) + rng.integers(600, 20 * 3_600, len(signed)))
    stamp = times(city, at)
    taken = version(first, signed, at, signTime=stamp, status=constant("02", len(signed)), updateTime=stamp)
    done = np.flatnonzero(rng.random(len(signed)) < 0.93)
    # Most report within two days, some after the deadline.
    taking = 1_800 + np.exp(rng.normal(11.2, 0.9, len(done))).astype(np.int64) % (15 * DAY)
    when = waking(rng, at[done] + taking)
    changes = {
        "feedbackTime": times(city, when),
        "feedback": choose(rng, FEEDBACK, len(done)),
        "status": constant("05", len(done)),
        "updateTime": times(city, when + 60),
    }
    return stacked([first, taken, version(taken, done, when + 60, **changes)])


def _issued(city: City, events: Events, plan: Plan, rng: Rng) -> Frame:
    """Tasks that follow from grid events, then those of campaigns, which no event leads to."""
    every, d = grids(city), city.divisions
    chosen = rng.random(len(plan.rows["grid"])) < FROM_EVENTS
    rows, told = plan.rows["grid"][chosen], plan.at["grid"][chosen]
    place = events.place[rows]
    key = every.village * (GRIDS_A_VILLAGE + 2) + every.serial
    wanted = city.places.village[place] * (GRIDS_A_VILLAGE + 2) + place % GRIDS_A_VILLAGE + 1
    free = rng.integers(0, len(key), int(rng.poisson(A_GRID * len(key))))
    grid = np.concatenate([np.searchsorted(key, wanted), free])
    campaign = choose(rng, tuple(CAMPAIGNS), len(free)).tolist()
    none = [None] * len(free)
    titles = narratives.titles(city, events, rows, rng).tolist()
    morning = events.day * DAY + rng.integers(8 * 3_600, 17 * 3_600, len(free))
    at = waking(rng, np.concatenate([told + rng.integers(600, 6 * 3_600, len(rows)), morning]))
    size, village = len(grid), every.village[grid]
    township = d.village_township[village]
    code = texts([code[:9] for code in d.township_code[township].tolist()])
    due = (at // DAY + rng.integers(1, 6, size)) * DAY + 18 * 3_600
    values = {
        "taskCode": numbered(city, "task", "RW", code, events.day, at, np.arange(size)),
        "taskName": texts([*(f"处置：{title}" for title in titles), *campaign]),
        "taskType": texts([*[HANDLING] * len(rows), *(CAMPAIGNS[name] for name in campaign)]),
        "source": join(d.township_name[township], choose(rng, OFFICES, size, (6, 2, 2))),
        "issueTime": times(city, at),
        "gridCode": every.code[grid],
        "communityCode": d.village_code[village],
        "deadline": times(city, due),
        "receiver": city.people.name[every.leader[grid]],
        "status": constant("01", size),
        "relatedNo": texts([*plan.number["grid"][rows].tolist(), *none]),
        "updateTime": times(city, at),
    }
    about = marks_without_event(at, "receiver", every.leader[grid], _nothing(size), _nothing(size))
    about["_event"] = texts([*events.id[rows].tolist(), *none])
    about["_place"] = texts([*place.tolist(), *_nothing(len(free)).tolist()])
    return fill(size, COLUMNS, values) | about


def _nothing(size: int) -> Ints:
    return np.full(size, -1, dtype=np.int64)


FEED = Feed(
    name="grid.task",
    key="taskCode",
    columns=COLUMNS,
    build=build,
    updated="updateTime",
    habits=(
        ("issueTime", epoch, 0.2),
        ("issueTime", day_only, 0.02),
        ("deadline", epoch, 0.2),
        ("deadline", slashed, 0.08),
        ("signTime", fourteen, 0.08),
        ("feedbackTime", epoch, 0.2),
        ("updateTime", epoch, 0.15),
        ("status", labelled(STATUS), 0.25),
        ("receiver", padded, 0.03),
        ("taskName", padded, 0.02),
    ),
    blank=("signTime", "feedbackTime", "feedback", "relatedNo"),
    again_today=0.02,
    again_tomorrow=0.015,
)
