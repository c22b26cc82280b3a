"""The grid platform's grids: each lies in one community and has a leader (feed grid.grid).

The stock stands on the first day; some grids change later, once each. The platform's other feeds name these
grids: `GRIDS_A_VILLAGE` basic ones in every community, numbered from 001, and in some a dedicated one.
"""

from typing import NamedTuple

import numpy as np

from infra.sandbox.city import City, adults_near
from infra.sandbox.coordinates import gcj02
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import degrees, empty, marks_without_event, numbers, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.grid_event import GRIDS_A_VILLAGE
from infra.sandbox.frame import DAY, Frame, constant, digits, fill, join, words
from infra.sandbox.noise import labelled, padded, phone, slashed
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Bools, Floats, Ints, Rng, Texts, choose, stream, texts, weighted

COLUMNS = words(
    "gridCode gridName gridType communityCode households population fullTimeMembers partTimeMembers "
    "gridLeader leaderPhone centre status updateTime"
)
ORDINALS = words("一 二 三 四 五 六 七 八 九")
BASIC, DEDICATED = "基础网格", "专属网格"
DEDICATED_SHARE = 0.3  # of the communities have a grid for their market, school or works
CHANGING, SPAN = 0.35, 120  # share that changes once in so many days after the first


class Grids(NamedTuple):
    """The grids of a city, parallel arrays."""

    code: Texts
    village: Ints
    serial: Ints  # 1 to GRIDS_A_VILLAGE for basic grids
    leader: Ints  # a person
    is_basic: Bools


def grids(city: City) -> Grids:
    """All grids, by community and serial number."""
    rng = stream(city.params.seed, "grids")
    villages = np.arange(len(city.divisions.village_code))
    dedicated = villages[rng.random(len(villages)) < DEDICATED_SHARE]
    village = np.concatenate([np.repeat(villages, GRIDS_A_VILLAGE), dedicated])
    serial = np.concatenate(
        [
            np.tile(np.arange(1, GRIDS_A_VILLAGE + 1), len(villages)),
            np.full(len(dedicated), GRIDS_A_VILLAGE + 1),
        ]
    )
    order = np.lexsort((serial, village))
    village, serial = village[order], serial[order]
    code = join(city.divisions.village_code[village], digits(serial, 3))
    return Grids(code, village, serial, adults_near(city, rng, village), serial <= GRIDS_A_VILLAGE)


def build(city: City, events: Events, plan: Plan) -> Frame:  # noqa: ARG001
    """The stock and its changes, all of which spring from the first day."""
    if events.day:
        return empty(COLUMNS)
    rng = stream(city.params.seed, "grid stock")
    every = grids(city)
    stock = _stock(city, rng, every)
    some = np.flatnonzero(rng.random(len(every.code)) < CHANGING)
    at = rng.integers(1, SPAN, len(some)) * DAY + rng.integers(9 * 3_600, 18 * 3_600, len(some))
    return stacked([stock, _changed(city, rng, stock, every, some, at)])


def _changed(city: City, rng: Rng, stock: Frame, every: Grids, some: Ints, at: Ints) -> Frame:
    """Another leader, other numbers of residents or members, seldom the end of a grid."""
    what = weighted(rng, (3, 5, 2, 0.3), len(some))
    who = adults_near(city, rng, every.village[some])
    people = np.maximum(0, stock["population"][some].astype(np.int64) + rng.integers(-9, 15, len(some)))
    changes = {
        "gridLeader": np.where(what == 0, city.people.name[who], stock["gridLeader"][some]),
        "leaderPhone": np.where(what == 0, city.people.phone[who], stock["leaderPhone"][some]),
        "population": np.where(what == 1, numbers(people), stock["population"][some]),
        "partTimeMembers": np.where(
            what == 2, numbers(rng.integers(0, 5, len(some))), stock["partTimeMembers"][some]
        ),
        "status": np.where(what == 3, "0", stock["status"][some]),
        "updateTime": times(city, at),
    }
    return version(stock, some, at, **changes)


def _stock(city: City, rng: Rng, every: Grids) -> Frame:
    d, people, size = city.divisions, city.people, len(every.code)
    households, persons, lon, lat = _inside(city, every)
    lon, lat = gcj02(lon, lat)
    spoken = d.village_spoken[every.village]
    ordinal = texts([ORDINALS[number - 1] for number in every.serial.tolist()])
    values = {
        "gridCode": every.code,
        "gridName": np.where(every.is_basic, join(spoken, "第", ordinal, "网格"), join(spoken, DEDICATED)),
        "gridType": np.where(every.is_basic, BASIC, DEDICATED).astype(object),
        "communityCode": d.village_code[every.village],
        "households": numbers(households),
        "population": numbers(persons),
        "fullTimeMembers": choose(rng, words("1 2"), size, (6, 4)),
        "partTimeMembers": choose(rng, words("0 1 2 3 4"), size, (5, 4, 3, 1, 1)),
        "gridLeader": people.name[every.leader],
        "leaderPhone": people.phone[every.leader],
        "centre": join(degrees(lon), ",", degrees(lat)),
        "status": constant("1", size),
        "updateTime": times(city, rng.integers(-200 * DAY, 0, size)),
    }
    entered = rng.integers(3_600, 6 * 3_600, size)
    nothing = np.full(size, -1)
    return fill(size, COLUMNS, values) | marks_without_event(
        entered, "grid leader", every.leader, nothing, nothing
    )


def _inside(city: City, every: Grids) -> tuple[Ints, Ints, Floats, Floats]:
    """Households, persons and the middle of each grid; a household's grid is that of its address."""
    home = np.arange(len(city.home_starts) - 1)
    number = every.village * (GRIDS_A_VILLAGE + 1) + every.serial - 1
    slots = len(city.divisions.village_code) * (GRIDS_A_VILLAGE + 1)
    grid_of_home = city.places.village[home] * (GRIDS_A_VILLAGE + 1) + home % GRIDS_A_VILLAGE
    households = np.bincount(grid_of_home, minlength=slots)[number]
    persons = np.bincount(grid_of_home[city.people.household], minlength=slots)[number]
    total = np.maximum(households, 1)
    middle = []
    for of_home, of_village in (
        (city.places.longitude[home], city.divisions.longitude),
        (city.places.latitude[home], city.divisions.latitude),
    ):
        mean = np.bincount(grid_of_home, of_home, slots)[number] / total
        middle.append(np.where(households > 0, mean, of_village[every.village]))
    return households, persons, middle[0], middle[1]


FEED = Feed(
    name="grid.grid",
    key="gridCode",
    columns=COLUMNS,
    build=build,
    updated="updateTime",
    habits=(
        ("updateTime", slashed, 0.3),
        ("gridType", labelled({BASIC: ("基础",), DEDICATED: ("专属",)}), 0.2),
        ("status", labelled({"1": ("启用",), "0": ("停用",)}), 0.3),
        ("leaderPhone", phone, 0.06),
        ("gridLeader", padded, 0.03),
        ("gridName", padded, 0.02),
    ),
    blank=(),
)
