"""What happened on one day: kind, time, place, parties, facts. Made from (seed, day) alone."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from infra.sandbox.city import TROUBLE, City, adults_near, residents
from infra.sandbox.frame import DAY
from infra.sandbox.randomness import Bools, Floats, Ints, Rng, Texts, stream, texts, weighted
from infra.sandbox.scenarios import HOURS, MAX_SLOTS, scenarios, shares

DECOYS = 0.04  # share of events that get a look-alike in the same words at another place
AT_HOME = 0.75  # chance that what happens in a home is told by who lives there
CONFIDENTIAL = {"criminal_case": 0.06, "public_order": 0.02, "petition": 0.01}


@dataclass(frozen=True)
class Events:
    """Parallel arrays over the events of one day. Times are seconds since the city's first midnight."""

    day: int
    id: Texts
    scenario: Ints
    at: Ints
    place: Ints
    person: Ints  # who suffers or reports it
    other: Ints  # the other party
    organisation: Ints  # -1 where none
    slots: Ints  # (events, MAX_SLOTS): the facts, as options of the scenario's slots
    money: Ints  # yuan
    minutes: Ints
    count: Ints
    deaths: Ints
    serious: Ints
    minor: Ints
    loss: Floats  # ten thousand yuan
    is_confidential: Bools

    def __len__(self) -> int:
        return len(self.at)


def of_day(city: City, day: int) -> Events:
    """The events of day `day` (0 = first day), look-alikes included, in order of time."""
    rng = stream(city.params.seed, "events", day)
    size = int(rng.poisson(city.params.people / 1000 * city.params.events_per_1000))
    scenario = weighted(rng, shares(), size)
    original = np.flatnonzero(rng.random(size) < DECOYS)
    scenario = np.concatenate([scenario, scenario[original]])
    total = len(scenario)
    hour = np.zeros(total, dtype=np.int64)
    for name, weights in HOURS.items():
        rows = np.flatnonzero([scenarios()[s].hours == name for s in scenario.tolist()])
        hour[rows] = weighted(rng, weights, len(rows))
    at = day * DAY + hour * 3600 + rng.integers(0, 3600, total)
    place, organisation = _where(city, rng, scenario)
    person, other = _parties(city, rng, place)
    deaths, serious, minor, loss = _harm(rng, scenario)
    chance = [CONFIDENTIAL.get(scenarios()[s].kind, 0.003) for s in scenario.tolist()]
    happened = Events(
        day=day,
        id=texts([f"E{day:04d}{number:06d}" for number in range(total)]),
        scenario=scenario,
        at=at,
        place=place,
        person=person,
        other=other,
        organisation=organisation,
        slots=rng.integers(0, 1 << 20, (total, MAX_SLOTS)),
        money=_amounts(rng, total),
        minutes=rng.integers(2, 25, total) * 10,
        count=2 + weighted(rng, 1.0 / np.arange(1, 12), total),
        deaths=deaths,
        serious=serious,
        minor=minor,
        loss=loss,
        is_confidential=rng.random(total) < np.array(chance),
    )
    for facts in (happened.slots, happened.money, happened.minutes, happened.count):
        facts[size:] = facts[original]
    order = np.argsort(at, kind="stable")
    return pick(happened, order, id=happened.id)


def pick(events: Events, rows: Ints, **changes: Any) -> Events:
    """Some of the events, in this order, with some columns replaced."""
    columns = {
        f.name: getattr(events, f.name)[rows] for f in fields(events) if f.name not in ("day", *changes)
    }
    return replace(events, **columns, **changes)


def _amounts(rng: Rng, size: int) -> Ints:
    raw = np.exp(rng.normal(8.0, 1.2, size))
    step = np.where(raw < 1_000, 50, np.where(raw < 20_000, 100, 1_000))
    return np.asarray(np.maximum(50, raw // step * step), dtype=np.int64)


def _where(city: City, rng: Rng, scenario: Ints) -> tuple[Ints, Ints]:
    """A place that fits each scenario; the organisation at it where the scenario is about one."""
    place = np.zeros(len(scenario), dtype=np.int64)
    organisation = np.full(len(scenario), -1, dtype=np.int64)
    for number, one in enumerate(scenarios()):
        rows = np.flatnonzero(scenario == number)
        kinds = [k for k in one.places if len(city.places.by_kind[k])] or ["road"]
        drawn = rng.integers(0, len(kinds), len(rows))
        often = rng.random(len(rows)) < TROUBLE
        for position, kind in enumerate(kinds):
            for recurring in (False, True):
                some = rows[(drawn == position) & (often == recurring)]
                if one.has_organisation and kind in city.organisations.by_place_kind:
                    pool = city.organisations.by_place_kind[kind]
                    pool = pool[: max(1, len(pool) // 12)] if recurring else pool
                    organisation[some] = pool[rng.integers(0, len(pool), len(some))]
                    place[some] = city.organisations.place[organisation[some]]
                else:
                    pool = city.trouble[kind] if recurring else city.places.by_kind[kind]
                    place[some] = pool[rng.integers(0, len(pool), len(some))]
    return place, organisation


def _parties(city: City, rng: Rng, place: Ints) -> tuple[Ints, Ints]:
    """Two adults: who lives at the place if anybody does, else mostly people of that village."""
    villages = len(city.divisions.village_code)
    village = city.places.village[place]
    near = [
        np.where(rng.random(len(place)) < 0.75, village, rng.integers(0, villages, len(place)))
        for _ in range(2)
    ]
    person, other = adults_near(city, rng, near[0]), adults_near(city, rng, near[1])
    at_home = residents(city, rng, place)
    return np.where((at_home >= 0) & (rng.random(len(place)) < AT_HOME), at_home, person), other


def _harm(rng: Rng, scenario: Ints) -> tuple[Ints, Ints, Ints, Floats]:
    """Final casualties and loss (ten thousand yuan); zero but for work accidents."""
    is_accident = np.array([scenarios()[s].kind == "accident" for s in scenario.tolist()], dtype=bool)
    size = len(scenario)
    deaths = np.where(is_accident, weighted(rng, (78, 17, 3, 1.2, 0.5, 0.3), size), 0)
    serious = np.where(is_accident, weighted(rng, (45, 35, 12, 5, 2, 0.5, 0.3, 0.2), size), 0)
    minor = np.where(is_accident, weighted(rng, (50, 30, 12, 6, 2), size), 0)
    loss = np.where(is_accident, np.round(np.exp(rng.normal(3.2, 1.3, size)), 1), 0.0)
    return deaths.astype(np.int64), serious.astype(np.int64), minor.astype(np.int64), loss
