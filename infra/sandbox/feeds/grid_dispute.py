"""The grid platform's disputes: found, assigned, mediated, closed with success or not (feed grid.dispute)."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City, adults_near
from infra.sandbox.coordinates import gcj02, moved
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import (
    MARKS,
    dates,
    degrees,
    empty,
    id_numbers,
    marks,
    numbered,
    numbers,
    optional,
    people_text,
    sex_codes,
    stacked,
    times,
    version,
)
from infra.sandbox.feeds.dispute_words import KINDS, mediated, mediators, result
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, fill, join, pick_columns, words
from infra.sandbox.noise import citizen_id, date_text, epoch, fourteen, labelled, padded, phone, sex
from infra.sandbox.plan import Plan, earlier, waking
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "disputeCode disputeName happenDate placeCode address location scale disputeType involveCount "
    "summary orgName partyIdType partyIdNo partyName partySex partyCategory deadline mediateMode "
    "mediateOrg mediator mediatorPhone success result source level status relatedNo deleted updateTime"
)
SOURCES = ("网格员巡查", "群众上报", "上级指示", "群众来访", "来电", "部门转来", "排查发现")
CATEGORIES = (
    "机关企事业单位从业人员",
    "农林牧渔从业人员",
    "个体或自由职业人员",
    "离退休人员",
    "无业人员",
    "其他人员",
)
FOUND, ASSIGNED, MEDIATING, AGREED, FAILED, CONFIRMED, ENDED = "1", "6", "2", "3", "5", "7", "4"
STATUS = {
    FOUND: ("待受理",),
    ASSIGNED: ("待调解",),
    MEDIATING: ("调解中",),
    AGREED: ("调解成功",),
    FAILED: ("调解终止",),
    CONFIRMED: ("司法确认",),
    ENDED: ("调解结束",),
}
SCALE = {"01": ("个体性事件",), "02": ("一般群体性事件",), "03": ("重大群体性事件",)}
LEVEL = {"01": ("特别重大",), "02": ("重大",), "03": ("较大",), "04": ("一般",)}
PETITIONS = 0.25  # share of petitions of a kind that can be mediated
DELETED = 0.012


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All versions, of all days, of the disputes behind the events of one day that the grid knows."""
    rng = stream(city.params.seed, "dispute", events.day)
    rows, at = _heard(events, plan, rng)
    if len(rows) == 0:
        return empty(COLUMNS)
    found = _found(city, events, rng, rows, at, plan)
    assigned = _next(city, rng, found, 0.96, 3_600, DAY, **_assignment(city, events, rng, rows))
    mediating = _next(city, rng, assigned, 0.95, 3_600, 3 * DAY, status=constant(MEDIATING, len(rows)))
    closed = _next(city, rng, mediating, 0.93, DAY, 18 * DAY, **_closing(events, rng, rows))
    archived = _next(city, rng, closed, 0.6, DAY, 9 * DAY, status=constant(ENDED, len(rows)))
    removed = _next(city, rng, archived, DELETED, DAY, 6 * DAY, deleted=constant("1", len(rows)))
    steps = (found, assigned, mediating, closed, archived, removed)
    return stacked([pick_columns(step, (*COLUMNS, *MARKS)) for step in steps])


def _heard(events: Events, plan: Plan, rng: Rng) -> tuple[Ints, Ints]:
    """Which events become disputes, and when: some hours after the grid member's report."""
    known, at = plan.rows["grid"], plan.at["grid"]
    one = [scenarios()[s] for s in events.scenario[known].tolist()]
    luck = rng.random(len(known))
    is_dispute = np.array([s.id in KINDS and s.kind == "dispute" for s in one], dtype=bool)
    is_petition = np.array([s.id in KINDS and s.kind == "petition" for s in one], dtype=bool)
    kept = (is_dispute & (luck < 0.9)) | (is_petition & (luck < PETITIONS))
    return known[kept], waking(rng, at[kept] + rng.integers(600, 10 * 3_600, int(kept.sum())))


def _next(
    city: City, rng: Rng, base: Frame, share: float, soonest: int, latest: int, **changes: Texts
) -> Frame:
    """The next stage of a share of `base`; `changes` are parallel to all disputes of the day (`_number`)."""
    size = len(base["_at"])
    some = np.flatnonzero(rng.random(size) < share)
    at = waking(rng, base["_at"][some].astype(np.int64) + rng.integers(soonest, latest, len(some)))
    chosen = {name: values[base["_number"][some].astype(np.int64)] for name, values in changes.items()}
    return version(base, some, at, **chosen, updateTime=times(city, at))


def _assignment(city: City, events: Events, rng: Rng, rows: Ints) -> Frame:
    who = adults_near(city, rng, city.places.village[events.place[rows]])
    return {
        "mediateOrg": mediators(city, events, rows, rng),
        "mediator": city.people.name[who],
        "mediatorPhone": city.people.phone[who],
        "status": constant(ASSIGNED, len(rows)),
    }


def _closing(events: Events, rng: Rng, rows: Ints) -> Frame:
    """Mode, success and result: a closed dispute has all three."""
    size = len(rows)
    success = rng.random(size) < 0.88
    agreed = choose(rng, (AGREED, CONFIRMED), size, (9, 1))
    return {
        "mediateMode": mediated(events, rows, rng, success),
        "success": np.where(success, "1", "0").astype(object),
        "result": result(events, rows, rng, success),
        "status": np.where(success, agreed, FAILED).astype(object),
    }


def _found(city: City, events: Events, rng: Rng, rows: Ints, at: Ints, plan: Plan) -> Frame:
    size, d = len(rows), city.divisions
    place, party = events.place[rows], events.person[rows]
    village = city.places.village[place]
    township = texts([code[:9] for code in d.township_code[d.village_township[village]].tolist()])
    name, in_full = people_text(city, rng, party, 0.06, 0.008)
    named = rng.random(size) < 0.93
    has_id = named & in_full & (rng.random(size) < 0.75)
    has_firm = (events.organisation[rows] >= 0) & (rng.random(size) < 0.9)
    firm = events.organisation[rows]
    east, north = rng.normal(0, 40, size), rng.normal(0, 40, size)
    lon, lat = gcj02(*moved(city.places.longitude[place], city.places.latitude[place], east, north))
    one = [KINDS[scenarios()[s].id] for s in events.scenario[rows].tolist()]
    is_new_list = (rng.random(size) < 0.6).tolist()
    police = earlier(plan, "police", plan.reported["grid"])[rows] & (rng.random(size) < 0.2)
    by_grid = optional(plan.number["grid"][rows], rng.random(size) < 0.8)
    values = {
        "disputeCode": numbered(city, "dispute", "MD", township, events.day, at, np.arange(size)),
        "disputeName": narratives.titles(city, events, rows, rng),
        "happenDate": dates(city, events.at[rows]),
        "placeCode": d.village_code[village],
        "address": written(city, place, "grid", rng),
        "location": optional(join(degrees(lon), ",", degrees(lat)), rng.random(size) < 0.9),
        "scale": np.select([events.count[rows] >= 5], ["02"], "01").astype(object),
        "disputeType": texts([k.newer if new else k.grid for k, new in zip(one, is_new_list, strict=True)]),
        "involveCount": numbers(events.count[rows]),
        "summary": narratives.grid(city, events, rows, rng),
        "orgName": optional(city.organisations.name[firm], has_firm),
        "partyIdType": optional(constant("111", size), has_id),
        "partyIdNo": optional(id_numbers(city, rng, party), has_id),
        "partyName": optional(name, named),
        "partySex": optional(sex_codes(city, party), named),
        "partyCategory": optional(choose(rng, CATEGORIES, size, (2, 4, 4, 2, 1, 2)), named),
        "deadline": dates(city, events.at[rows] + rng.integers(2, 7, size) * 5 * DAY),
        "source": choose(rng, SOURCES, size, (40, 25, 3, 8, 8, 6, 10)),
        "level": optional(choose(rng, ("04", "03"), size, (19, 1)), rng.random(size) < 0.8),
        "status": constant(FOUND, size),
        "relatedNo": np.where(police, plan.number["police"][rows], by_grid),
        "deleted": constant("0", size),
        "updateTime": times(city, at),
    }
    place_in_day = {"_number": np.arange(size).astype(object)}
    shown = np.where(has_firm, firm, -1)
    return fill(size, COLUMNS, values) | marks(events, rows, at, "party", party, shown) | place_in_day


FEED = Feed(
    name="grid.dispute",
    key="disputeCode",
    columns=COLUMNS,
    build=build,
    updated="updateTime",
    habits=(
        ("happenDate", date_text, 0.35),
        ("deadline", date_text, 0.35),
        ("updateTime", epoch, 0.15),
        ("updateTime", fourteen, 0.05),
        ("scale", labelled(SCALE), 0.3),
        ("status", labelled(STATUS), 0.25),
        ("level", labelled(LEVEL), 0.3),
        ("partySex", sex, 0.4),
        ("partyIdType", labelled({"111": ("居民身份证", "身份证")}), 0.2),
        ("partyIdNo", citizen_id, 0.12),
        ("mediatorPhone", phone, 0.05),
        ("partyName", padded, 0.03),
        ("mediator", padded, 0.02),
        ("orgName", padded, 0.02),
        ("address", padded, 0.03),
    ),
    blank=("orgName", "partyIdNo", "partyName", "mediateMode", "result", "success", "level", "relatedNo"),
    again_today=0.02,
    again_tomorrow=0.015,
)
