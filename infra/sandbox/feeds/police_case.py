"""Cases: what the police take up after a call, and its course until it is closed (feed police.case)."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import division, empty, marks, optional, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, digits, fill, join, take, words
from infra.sandbox.noise import labelled, padded
from infra.sandbox.plan import Plan, day_text, serials
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "AJBH AJMC AJLBDM AJXZDM AJJBDM FASJ XZQHDM FADDXZ JYAQ JJDBH LASJ PASJ ZARS ZTRS ZHRS SFPA "
    "SFMA BADWDM BADWMC AJZTDM SCBS SFBM GXSJ RKSJ"
)
TAKEN_UP = {"criminal_case": 0.9, "public_order": 0.6, "dispute": 0.06}  # share of calls that become a case
NATURE = {"criminal_case": "02"}  # everything else that is taken up is a matter of public order, 01
CATEGORY = {  # scenario -> category in this platform's own list
    "ebike_theft": "0201",
    "rural_theft": "0201",
    "burglary": "0202",
    "phone_fraud": "0203",
    "fight": "0101",
    "drunk": "0102",
    "noise": "0103",
    "gambling": "0104",
    "damage": "0105",
}
OTHER = "0199"
CALLED = {
    "0101": "殴打他人",
    "0102": "醉酒滋事",
    "0103": "噪声扰民",
    "0104": "聚众赌博",
    "0105": "故意损毁财物",
    "0199": "扰乱秩序",
    "0201": "盗窃",
    "0202": "入室盗窃",
    "0203": "电信网络诈骗",
}
BY_CALL = 0.92  # share that names the call it came from
WRONG_FIRST = 0.05  # share whose category is corrected later
FILED, SOLVED, CLOSED = 0.93, 0.45, 0.9
DELETED = 0.2  # of the few that are never filed
NATURES = {"01": ("治安",), "02": ("刑事",)}


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All versions, of all days, of the cases that spring from the calls about one day's events."""
    rng = stream(city.params.seed, "case", events.day)
    called = plan.rows["police"]
    kinds = [scenarios()[s].kind for s in events.scenario[called].tolist()]
    chance = np.array([TAKEN_UP.get(kind, 0.0) for kind in kinds])
    some = np.flatnonzero(rng.random(len(called)) < chance)
    if len(some) == 0:
        return empty(COLUMNS)
    at = plan.at["police"][some] + rng.integers(1_800, 20 * 3_600, len(some))
    first, right = _taken_up(city, events, rng, called[some], at, plan)
    return stacked([first, *_course(city, rng, first, right)])


def _taken_up(city: City, events: Events, rng: Rng, rows: Ints, at: Ints, plan: Plan) -> tuple[Frame, Texts]:
    """First versions, as the station takes the matter up, and the category that turns out right."""
    size, d = len(rows), city.divisions
    township = d.village_township[city.places.village[events.place[rows]]]
    county = d.county_code[d.township_county[township]]
    one = [scenarios()[s] for s in events.scenario[rows].tolist()]
    right = texts([CATEGORY.get(s.id, OTHER) for s in one])
    wrong = rng.random(size) < WRONG_FIRST
    nature = texts([NATURE.get(s.kind, "01") for s in one])
    short = texts([name.removesuffix("街道").rstrip("镇乡") for name in d.township_name[township].tolist()])
    happened = times(city, events.at[rows])
    said = narratives.police(city, events, rows, rng)
    dated = texts([f"{int(t[5:7])}·{int(t[8:10])}" for t in happened.tolist()])
    called = texts([CALLED[code] for code in right.tolist()])
    when = texts([f"{int(t[5:7])}月{int(t[8:10])}日{int(t[11:13])}时许，" for t in happened.tolist()])
    values = {
        "AJBH": join(
            "A", county, "0000", day_text(city, at), digits(serials("case", events.day, np.arange(size)), 7)
        ),
        "AJMC": join(d.county_name[d.township_county[township]], short, "“", dated, "”", called, "案"),
        "AJLBDM": np.where(wrong, OTHER, right),
        "AJXZDM": nature,
        "AJJBDM": choose(rng, ("02", "03", "04"), size, (1, 8, 91)),
        "FASJ": happened,
        "XZQHDM": division(city, events, rows),
        "FADDXZ": written(city, events.place[rows], "police", rng),
        "JYAQ": join(when, said),
        "JJDBH": optional(plan.number["police"][rows], rng.random(size) < BY_CALL),
        "SFPA": constant("0", size),
        "SFMA": constant("0", size),
        "BADWDM": join(county, texts([c[6:9] for c in d.township_code[township].tolist()]), "000"),
        "BADWMC": join(short, "派出所"),
        "AJZTDM": constant("01", size),
        "SCBS": constant("0", size),
        "SFBM": np.where(events.is_confidential[rows], "1", "0").astype(object),
        "GXSJ": times(city, at),
        "RKSJ": times(city, at + 60),
    }
    return fill(size, COLUMNS, values) | marks(events, rows, at, None, np.full(size, -1)), right


def _course(city: City, rng: Rng, first: Frame, right: Texts) -> list[Frame]:
    """Filed, corrected, solved, closed, deleted: each a later version of the one before."""
    at = first["_at"].astype(np.int64)
    some = np.flatnonzero(rng.random(len(at)) < FILED)
    when = at[some] + rng.integers(3_600, 3 * DAY, len(some))
    filed = _next(city, first, some, when, AJZTDM=constant("02", len(some)), LASJ=times(city, when))
    steps, right = [filed], right[some]
    wrong = np.flatnonzero((filed["AJLBDM"] != right) | (rng.random(len(some)) < 0.02))
    when = filed["_at"][wrong].astype(np.int64) + rng.integers(3_600, 4 * DAY, len(wrong))
    steps.append(_next(city, filed, wrong, when, AJLBDM=right[wrong]))
    known = take(filed, np.arange(len(some)), AJLBDM=right)
    solved = np.flatnonzero(rng.random(len(some)) < SOLVED)
    when = known["_at"][solved].astype(np.int64) + rng.integers(5 * DAY, 40 * DAY, len(solved))
    steps.append(_solved(city, rng, known, solved, when))
    done = np.flatnonzero(rng.random(len(solved)) < CLOSED)
    when = when[done] + rng.integers(DAY, 20 * DAY, len(done))
    steps.append(_next(city, steps[-1], done, when, AJZTDM=constant("04", len(done))))
    never = np.setdiff1d(np.arange(len(at)), some)
    gone = never[rng.random(len(never)) < DELETED]  # taken up by mistake
    when = at[gone] + rng.integers(DAY, 6 * DAY, len(gone))
    steps.append(
        _next(city, first, gone, when, SCBS=constant("1", len(gone)), AJZTDM=constant("05", len(gone)))
    )
    return steps


def _solved(city: City, rng: Rng, base: Frame, rows: Ints, at: Ints) -> Frame:
    """The day it was solved, and how many did it, are caught, are still at large."""
    size = len(rows)
    offenders = 1 + rng.integers(0, 12, size) // 8 + rng.integers(0, 12, size) // 10
    caught = np.minimum(offenders, 1 + rng.integers(0, 4, size))
    found_out = at - rng.integers(600, 18 * 3_600, size)
    return _next(
        city,
        base,
        rows,
        at,
        AJZTDM=constant("03", size),
        PASJ=times(city, found_out),
        SFPA=constant("1", size),
        ZARS=digits(offenders, 1),
        ZHRS=digits(caught, 1),
        ZTRS=digits(offenders - caught, 1),
    )


def _next(city: City, base: Frame, rows: Ints, at: Ints, **changes: Texts) -> Frame:
    return version(base, rows, at, **changes, GXSJ=times(city, at), RKSJ=times(city, at + 60))


FEED = Feed(
    name="police.case",
    key="AJBH",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    entered="RKSJ",
    habits=(
        ("AJXZDM", labelled(NATURES), 0.1),
        ("AJMC", padded, 0.03),
        ("FADDXZ", padded, 0.03),
        ("JYAQ", padded, 0.03),
    ),
    blank=("JJDBH",),
    shows_present=True,
)
