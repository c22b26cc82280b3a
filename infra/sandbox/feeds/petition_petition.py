"""The petition office: matters that people bring, with their clocks (feed petition.petition)."""

from zlib import crc32

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City, adults_near
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import (
    dates,
    division,
    empty,
    marks,
    optional,
    people_text,
    phones,
    stacked,
    times,
    version,
)
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, fill, join, words
from infra.sandbox.noise import citizen_id, date_text, fourteen, padded, phone, slashed
from infra.sandbox.plan import Plan, earlier, record_numbers
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "XFJBH XFSXBH XFRQ DJSJ DJDW XM SFZH SJHM ZZ XFXS XFRS XFMD WTSDDM WTFSD WTFSRQ TSZT XFNR "
    "NRFL ZRBM XBSJ XFJZT BJSJ ZLWH GXSJ"
)
FORMS = ("来信", "来访", "走访", "网信", "网上", "电话", "视频", "短信")
OFFICES = {  # first-level category of the content -> department
    "农村农业": "市农业农村局",
    "市场监督": "市市场监管局",
    "自然资源": "市自然资源局",
    "城乡建设": "市住建局",
    "生态环境": "市生态环境局",
    "劳动和社会保障": "市人社局",
    "交通运输": "市交通局",
    "卫生健康": "市卫健委",
    "房产物业": "市房管中心",
    "民政与应急": "市应急管理局",
    "教育": "市教育局",
    "政法": "市公安局",
    "纪检监察": "市纪委监委",
}
LOCAL = "属地乡镇（街道）"
RETURNS = 0.2  # share of petitions that come again, as a new petition of the same matter
JOINED = 0.06  # share of petitions whose matter a neighbour brings too
DEADLINE = 60  # days (regulation of 2022)
UNHEARD, SLOW = 4, 6  # percent of petitions that an office forwards, or closes, after the legal time
LATER, SLOWER = 15, 35  # days that this takes on top


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All versions, of all days, of the petitions about the events of one day."""
    rng = stream(city.params.seed, "petition", events.day)
    rows, at = plan.rows["petition"], plan.at["petition"]
    if len(rows) == 0:
        return empty(COLUMNS)
    numbers = plan.number["petition"][rows]
    first = _registered(city, events, rng, rows, at, numbers, numbers)
    police = earlier(plan, "police", plan.reported["petition"])[rows] & (rng.random(len(rows)) < 0.35)
    grid = earlier(plan, "grid", plan.reported["petition"])[rows] & (rng.random(len(rows)) < 0.3)
    source = optional(plan.number["grid"][rows], grid)
    source = np.where(police, plan.number["police"][rows], source)
    lined = np.array([number is not None for number in plan.ticket[rows]])
    first["ZLWH"] = np.where(lined, plan.ticket[rows], source)
    frames = [first, *_progress(city, rng, first)]
    back = np.flatnonzero(rng.random(len(rows)) < RETURNS)
    if len(back):
        again_at = at[back] + rng.integers(4, 40, len(back)) * DAY + rng.integers(-3_000, 3_000, len(back))
        fresh = len(rows) + np.arange(len(back))
        number = record_numbers(city, events, "petition", rows[back], again_at, fresh)
        matter = np.where(rng.random(len(back)) < 0.6, numbers[back], number)
        again = _registered(city, events, rng, rows[back], again_at, number, matter)
        frames += [again, *_progress(city, rng, again)]
    joined = np.flatnonzero(rng.random(len(rows)) < JOINED)
    if len(joined):
        joined_at = at[joined] + rng.integers(0, 10, len(joined)) * DAY + rng.integers(60, 3_000, len(joined))
        fresh = len(rows) + len(back) + np.arange(len(joined))
        number = record_numbers(city, events, "petition", rows[joined], joined_at, fresh)
        neighbour = adults_near(city, rng, city.places.village[events.place[rows[joined]]])
        other = _registered(city, events, rng, rows[joined], joined_at, number, number, neighbour)
        frames += [other, *_progress(city, rng, other)]
    return stacked(frames)


def _registered(
    city: City,
    events: Events,
    rng: Rng,
    rows: Ints,
    at: Ints,
    numbers: Texts,
    matters: Texts,
    petitioner: Ints | None = None,
) -> Frame:
    size, d, people = len(rows), city.divisions, city.people
    petitioner = events.person[rows] if petitioner is None else petitioner
    happened = dates(city, events.at[rows])
    registered = at + rng.integers(300, 5_400, size)
    updated = registered + rng.integers(60, 1_800, size)
    one = [scenarios()[s] for s in events.scenario[rows].tolist()]
    county = d.county_name[d.township_county[d.village_township[city.places.village[events.place[rows]]]]]
    several = np.array([s.id in ("wages", "land", "property_fee", "heating", "water", "power") for s in one])
    count = np.where(several & (rng.random(size) < 0.5), events.count[rows] + 3, 1)
    purpose = choose(
        rng,
        ("申诉求决", "求决", "建议意见", "意见建议", "咨询", "申诉", "其他"),
        size,
        (50, 15, 10, 6, 8, 6, 5),
    )
    accused = np.array([s.id in ("corruption", "complaint_police") for s in one])
    values = {
        "XFJBH": numbers,
        "XFSXBH": matters,
        "XFRQ": dates(city, at),
        "DJSJ": times(city, registered),
        "DJDW": join(county, "信访局"),
        "XM": people_text(city, rng, petitioner, 0.0, 0.01)[0],
        "SFZH": optional(people.id_no[petitioner], rng.random(size) < 0.85),
        "SJHM": optional(phones(city, rng, petitioner), rng.random(size) < 0.93),
        "ZZ": written(city, people.household[petitioner], "petition", rng),
        "XFXS": choose(rng, FORMS, size, (8, 18, 6, 28, 12, 22, 3, 3)),
        "XFRS": texts([str(n) for n in count.tolist()]),
        "XFMD": np.where(accused, choose(rng, ("检举控告", "揭发控告"), size), purpose),
        "WTSDDM": division(city, events, rows),
        "WTFSD": written(city, events.place[rows], "petition", rng),
        "WTFSRQ": optional(happened, rng.random(size) < 0.9),
        "TSZT": narratives.titles(city, events, rows, rng),
        "XFNR": narratives.petition(city, events, rows, rng, happened),
        "NRFL": texts([s.codes["petition"] for s in one]),
        "ZRBM": optional(
            texts([OFFICES.get(s.codes["petition"], LOCAL) for s in one]), rng.random(size) < 0.8
        ),
        "XBSJ": dates(city, registered + DEADLINE * DAY),
        "XFJZT": choose(rng, ("待签收", "已签收待办理"), size),
        "GXSJ": times(city, updated),
    }
    return fill(size, COLUMNS, values) | marks(events, rows, updated, "petitioner", petitioner)


def _progress(city: City, rng: Rng, first: Frame) -> list[Frame]:
    """Forwarded, in handling, closed, filed, a few too late; each step is a new version of the petition."""
    size = len(first["_at"])
    # By its number alone: no other draw moves for it.
    luck = np.array([crc32(number.encode()) % 100 for number in first["XFJBH"].tolist()])
    unheard, slow = luck < UNHEARD, (luck >= 50) & (luck < 50 + SLOW)
    sent = _working(rng, first["_at"].astype(np.int64) + (rng.integers(1, 4, size) + LATER * unheard) * DAY)
    status = choose(rng, ("待办理", "待送达", "已送达待处理", "退回待办理"), size, (5, 2, 4, 1))
    frames = [version(first, np.arange(size), sent, XFJZT=status, GXSJ=times(city, sent))]
    some = np.flatnonzero(rng.random(size) < 0.75)
    work = _working(rng, sent[some] + rng.integers(2, 9, len(some)) * DAY)
    status = choose(
        rng,
        ("待审核", "已受理待送达", "已处理待送达", "待补充材料", "已延期申请"),
        len(some),
        (4, 4, 4, 1, 1),
    )
    frames.append(version(first, some, work, XFJZT=status, GXSJ=times(city, work)))
    done = np.flatnonzero(rng.random(size) < 0.9)
    closed = _working(rng, sent[done] + (rng.integers(10, 48, len(done)) + SLOWER * slow[done]) * DAY)
    seen = closed + rng.integers(60, 3_000, len(done))
    changes = {"XFJZT": constant("已办结", len(done)), "BJSJ": times(city, closed), "GXSJ": times(city, seen)}
    frames.append(version(first, done, seen, **changes))
    filed = np.flatnonzero(rng.random(len(done)) < 0.5)
    put_away = _working(rng, seen[filed] + rng.integers(3, 10, len(filed)) * DAY)
    frames.append(
        version(frames[-1], filed, put_away, XFJZT=constant("已存档", len(filed)), GXSJ=times(city, put_away))
    )
    return frames


def _working(rng: Rng, at: Ints) -> Ints:
    """Some moment of the office hours of that day."""
    return np.asarray(at // DAY * DAY + rng.integers(8 * 3600 + 1800, 18 * 3600, len(at)), dtype=np.int64)


FEED = Feed(
    name="petition.petition",
    key="XFJBH",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    habits=(
        ("SFZH", citizen_id, 0.15),
        ("SJHM", phone, 0.06),
        ("XM", padded, 0.03),
        ("ZZ", padded, 0.03),
        ("XFNR", padded, 0.04),
        ("XFRQ", date_text, 0.45),
        ("WTFSRQ", date_text, 0.45),
        ("XBSJ", date_text, 0.3),
        ("DJSJ", slashed, 0.15),
        ("DJSJ", fourteen, 0.1),
        ("BJSJ", slashed, 0.15),
        ("BJSJ", fourteen, 0.1),
    ),
    blank=("SFZH", "SJHM", "ZRBM", "ZLWH"),
    shows_present=True,
)
