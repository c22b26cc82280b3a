"""The grid platform: what grid members found or were told, and how it ended (feed grid.event)."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City
from infra.sandbox.coordinates import gcj02, moved
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import (
    degrees,
    empty,
    id_numbers,
    marks,
    optional,
    people_text,
    phones,
    sex_codes,
    stacked,
    times,
    version,
)
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, digits, fill, join, words
from infra.sandbox.noise import citizen_id, day_only, epoch, fourteen, labelled, padded, phone, sex, slashed
from infra.sandbox.plan import Plan, earlier
from infra.sandbox.randomness import Ints, Rng, choose, stream, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "eventCode eventTitle happenTime reportTime gridCode communityCode address location eventType "
    "eventScale involveCount partyName partySex partyIdNo partyPhone orgName orgCode eventSource "
    "content status resolved closeTime relatedNo deleted updateTime"
)
SOURCES = ("网格员巡查", "群众上报", "物联网感知", "上级指示", "群众来电", "部门转来")
GRIDS_A_VILLAGE = 4
DELETED = 0.012
SCALE = {"01": ("个体性事件",), "02": ("一般群体性事件",), "03": ("重大群体性事件",)}
GRID_STATUS = {"0": ("化解中",), "5": ("已办结",), "4": ("已归档",)}


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All versions, of all days, of the grid events about the events of one day."""
    rng = stream(city.params.seed, "grid", events.day)
    rows, at = plan.rows["grid"], plan.at["grid"]
    if len(rows) == 0:
        return empty(COLUMNS)
    first = _reported(city, events, rng, rows, at, plan)
    size = len(rows)
    frames = [first]
    busy = np.flatnonzero(rng.random(size) < 0.5)
    when = at[busy] + rng.integers(1_800, 2 * DAY, len(busy))
    status = choose(rng, ("0", "3"), len(busy), (9, 1))
    frames.append(version(first, busy, when, status=status, updateTime=times(city, when)))
    latest = at.copy()
    latest[busy] = when
    done = np.flatnonzero(rng.random(size) < 0.95)
    closed = latest[done] + 600 + np.exp(rng.normal(10.8, 1.3, len(done))).astype(np.int64) % (40 * DAY)
    seen = closed + rng.integers(0, 1_200, len(done))
    changes = {
        "status": choose(rng, ("5", "4"), len(done), (3, 1)),
        "resolved": choose(rng, ("1", "0"), len(done), (9, 1)),
        "closeTime": times(city, closed),
        "updateTime": times(city, seen),
    }
    frames.append(version(first, done, seen, **changes))
    gone = np.flatnonzero(rng.random(len(done)) < DELETED)
    last = seen[gone] + rng.integers(3_600, 4 * DAY, len(gone))
    removal = {"deleted": constant("1", len(gone)), "updateTime": times(city, last)}
    frames.append(version(frames[-1], gone, last, **removal))
    return stacked(frames)


def _reported(city: City, events: Events, rng: Rng, rows: Ints, at: Ints, plan: Plan) -> Frame:
    size, d, firms = len(rows), city.divisions, city.organisations
    place, party = events.place[rows], events.person[rows]
    village = d.village_code[city.places.village[place]]
    name, in_full = people_text(city, rng, party, 0.12, 0.01)
    named = rng.random(size) < 0.85
    organisation = events.organisation[rows]
    has_firm = (organisation >= 0) & (rng.random(size) < 0.85)
    lon, lat = moved(
        city.places.longitude[place],
        city.places.latitude[place],
        rng.normal(0, 30, size),
        rng.normal(0, 30, size),
    )
    lon, lat = gcj02(lon, lat)
    one = [scenarios()[s] for s in events.scenario[rows].tolist()]
    police = earlier(plan, "police", plan.reported["grid"])[rows] & (rng.random(size) < 0.3)
    petition = earlier(plan, "petition", plan.reported["grid"])[rows] & (rng.random(size) < 0.4)
    related = np.where(police, plan.number["police"][rows], optional(plan.number["petition"][rows], petition))
    many = np.array([s.kind in ("dispute", "petition", "public_order") for s in one])
    count = np.where(many, events.count[rows], 1 + events.count[rows] % 2)
    scale = np.select([count >= 10, count >= 5], ["02", "02"], "01").astype(object)
    values = {
        "eventCode": plan.number["grid"][rows],
        "eventTitle": narratives.titles(city, events, rows, rng),
        "happenTime": times(city, events.at[rows]),
        "reportTime": times(city, at),
        "gridCode": join(village, digits(place % GRIDS_A_VILLAGE + 1, 3)),
        "communityCode": village,
        "address": written(city, place, "grid", rng),
        "location": optional(join(degrees(lon), ",", degrees(lat)), rng.random(size) < 0.95),
        "eventType": texts([s.codes["grid"] for s in one]),
        "eventScale": scale,
        "involveCount": texts([str(n) for n in count.tolist()]),
        "partyName": optional(name, named),
        "partySex": optional(sex_codes(city, party), named),
        "partyIdNo": optional(id_numbers(city, rng, party), named & in_full & (rng.random(size) < 0.65)),
        "partyPhone": optional(phones(city, rng, party), named & (rng.random(size) < 0.8)),
        "orgName": optional(firms.name[organisation], has_firm),
        "orgCode": optional(firms.code[organisation], has_firm & (rng.random(size) < 0.75)),
        "eventSource": choose(rng, SOURCES, size, (45, 30, 5, 5, 10, 5)),
        "content": narratives.grid(city, events, rows, rng),
        "status": choose(rng, ("1", "2"), size),
        "relatedNo": related,
        "deleted": constant("0", size),
        "updateTime": times(city, at),
    }
    shown = np.where(has_firm, organisation, -1)
    return fill(size, COLUMNS, values) | marks(events, rows, at, "party", party, shown)


FEED = Feed(
    name="grid.event",
    key="eventCode",
    columns=COLUMNS,
    build=build,
    updated="updateTime",
    habits=(
        ("happenTime", epoch, 0.2),
        ("happenTime", slashed, 0.08),
        ("happenTime", day_only, 0.02),
        ("reportTime", epoch, 0.2),
        ("reportTime", fourteen, 0.08),
        ("closeTime", epoch, 0.2),
        ("closeTime", slashed, 0.08),
        ("updateTime", epoch, 0.15),
        ("updateTime", fourteen, 0.05),
        ("eventScale", labelled(SCALE), 0.3),
        ("status", labelled(GRID_STATUS), 0.25),
        ("partySex", sex, 0.4),
        ("partyIdNo", citizen_id, 0.12),
        ("partyPhone", phone, 0.05),
        ("partyName", padded, 0.03),
        ("orgName", padded, 0.02),
        ("address", padded, 0.03),
    ),
    blank=("partyIdNo", "partyPhone", "orgName", "orgCode", "relatedNo"),
    again_today=0.02,
    again_tomorrow=0.015,
)
