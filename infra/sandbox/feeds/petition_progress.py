"""What was done about each petition, step by step (办理过程, feed petition.progress).

The steps are read off the petition's own versions, so that both feeds tell one story.
"""

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.feeds import petition_petition
from infra.sandbox.feeds.common import empty, optional, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, digits, fill, join, take, words
from infra.sandbox.names import given_names, surnames
from infra.sandbox.noise import date_text, fourteen, labelled, padded, slashed
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Ints, Rng, Texts, stream, texts

COLUMNS = words("GCBH XFJBH XH BLSJ BLDW BLR BLFS BLZT BLYJ XBSJ GXSJ")
HANDLING = {  # status of the petition after the step -> what may have been done
    "待签收": ("登记",),
    "已签收待办理": ("登记",),
    "待办理": ("转送", "转送", "交办"),
    "待送达": ("转送", "交办"),
    "已送达待处理": ("转送", "交办"),
    "退回待办理": ("退回",),
    "待审核": ("受理",),
    "已受理待送达": ("受理",),
    "已处理待送达": ("受理",),
    "待补充材料": ("补正",),
    "已延期申请": ("延期",),
    "已办结": ("办结",) * 24 + ("不予受理",),
    "已存档": ("存",),
}
OFFICE = ("登记", "转送", "交办", "督办", "存")  # what the petition office does itself
WITH_A_DEADLINE = ("转送", "交办", "督办", "受理")
OPINIONS = {
    "登记": ("已登记，拟转有关单位办理", "已登记，材料齐全"),
    "转送": ("请{unit}依法按政策办理，并按期答复", "转{unit}办理"),
    "交办": ("请{unit}认真调查核实，于限办时间前报结果", "交{unit}办理并要结果"),
    "督办": ("请{unit}加快办理，按期办结", "办理进度偏慢，请{unit}说明情况"),
    "退回": ("不属于本单位职责，请重新转送", "属地不符，退回重转"),
    "受理": ("符合受理条件，予以受理", "已受理，安排专人调查"),
    "补正": ("请补充有关材料后继续办理", "缺少身份证明和相关票据，已告知补正"),
    "延期": ("情况复杂，申请延期三十日", "需要鉴定，申请延期办理"),
    "不予受理": ("应当通过诉讼、仲裁等途径解决，不予受理", "已有终结结论，不予受理"),
    "办结": ("已调查处理，并将结果书面答复", "诉求已解决，群众表示满意", "已作政策解释，予以办结"),
    "存": ("材料归档", "归档备查"),
}
URGED = 0.3  # share of long pauses in which the office presses for progress
PATIENCE = 6  # days without a step
AMENDED = 0.03  # share of steps whose opinion is added to later
CLERKS, A_UNIT = 90, 5


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All steps, of all days, of the petitions about the events of one day."""
    petitions = petition_petition.build(city, events, plan)
    if len(petitions["_at"]) == 0:
        return empty(COLUMNS)
    rng = stream(city.params.seed, "progress", events.day)
    rows, days = _in_order(rng, petitions)
    first = _steps(city, rng, take(petitions, rows), days)
    some = np.flatnonzero(rng.random(len(rows)) < AMENDED)
    later = first["_at"][some].astype(np.int64) + rng.integers(1, 4, len(some)) * DAY
    amended = join(first["BLYJ"][some], "（补充：已电话告知本人）")
    return stacked([first, version(first, some, later, BLYJ=amended, GXSJ=times(city, later))])


def _in_order(rng: Rng, petitions: Frame) -> tuple[Ints, Ints]:
    """The petitions' versions in order of petition and time, and how many days later a step follows each.

    Some stand twice: there the office presses for progress, a third of the way to a next step far off.
    """
    day = petitions["_at"].astype(np.int64) // DAY
    order = np.lexsort((petitions["_at"].astype(np.int64), petitions["XFJBH"].astype(str)))
    number = petitions["XFJBH"][order]
    is_last = np.append(number[1:] != number[:-1], True)
    gap = np.where(is_last, 2 * PATIENCE, np.roll(day[order], -1) - day[order])
    is_open = ~np.isin(petitions["XFJZT"][order].astype(str), ("待签收", "已签收待办理", "已办结", "已存档"))
    urged = is_open & (gap >= PATIENCE) & (rng.random(len(order)) < URGED)
    rows = np.repeat(np.arange(len(order)), 1 + urged)
    second = np.append(False, rows[1:] == rows[:-1])
    return order[rows].astype(np.int64), np.where(second, gap[rows] // 3, 0)


def _steps(city: City, rng: Rng, base: Frame, days: Ints) -> Frame:
    """One row for each version of a petition, or for the urging that came so many days after it."""
    size, urging = len(days), days > 0
    number = base["XFJBH"]
    starts = np.flatnonzero(np.concatenate([[True], number[1:] != number[:-1]]))
    position = np.arange(size) - np.repeat(starts, np.diff(np.append(starts, size))) + 1
    status = base["XFJZT"]
    options = [HANDLING[each] for each in status.tolist()]
    drawn = rng.integers(0, 1 << 20, size).tolist()
    manner = texts([o[at % len(o)] for o, at in zip(options, drawn, strict=True)])
    manner[urging] = "督办"
    at = base["_at"].astype(np.int64) + days * DAY
    closed = (status == "已办结") & np.array([moment is not None for moment in base["BJSJ"].tolist()])
    unit = texts([name or petition_petition.LOCAL for name in base["ZRBM"].tolist()])
    by = np.where(np.isin(manner.astype(str), OFFICE), base["DJDW"], unit)
    seen = at + rng.integers(0, 1_200, size)
    has_deadline = np.isin(manner.astype(str), WITH_A_DEADLINE)
    said = [OPINIONS[each] for each in manner.tolist()]
    ways = zip(said, drawn, unit.tolist(), strict=True)
    step = digits(position.astype(np.int64), 2)
    values = {
        "GCBH": join("GC", number, step),
        "XFJBH": number,
        "XH": digits(position.astype(np.int64), 1),
        "BLSJ": np.where(closed, base["BJSJ"], times(city, at)),
        "BLDW": by,
        "BLR": _clerks(city, rng, by),
        "BLFS": manner,
        "BLZT": status,
        "BLYJ": texts([o[(at >> 8) % len(o)].format(unit=u) + "。" for o, at, u in ways]),
        "XBSJ": optional(base["XBSJ"], has_deadline),
        "GXSJ": times(city, seen),
    }
    nobody = {"_at": seen.astype(object), "_role": constant(None, size), "_is_first": constant(True, size)}
    marked = {name: column for name, column in base.items() if name.startswith("_")} | nobody
    return fill(size, COLUMNS, values) | marked | {"_person": constant(-1, size)}


def _clerks(city: City, rng: Rng, unit: Texts) -> Texts:
    """Who did it: one of the few clerks of the unit."""
    once = stream(city.params.seed, "clerks")
    is_female = once.random(CLERKS) < 0.5
    names = join(surnames(once, CLERKS), given_names(once, once.integers(1968, 2000, CLERKS), is_female))
    first = np.array([sum(map(ord, name)) for name in unit.tolist()])
    return names[(first * A_UNIT + rng.integers(0, A_UNIT, len(unit))) % CLERKS]


FEED = Feed(
    name="petition.progress",
    key="GCBH",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    habits=(
        ("BLSJ", slashed, 0.15),
        ("BLSJ", fourteen, 0.1),
        ("XBSJ", date_text, 0.3),
        ("BLFS", labelled({"存": ("存档", "存查")}), 0.3),
        ("BLYJ", padded, 0.04),
    ),
    blank=("XBSJ", "BLR"),
    shows_present=True,
)
