"""The city as it stands before the first day: divisions, places, people, organisations."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from infra.sandbox import divisions, organisations, people, places
from infra.sandbox.parameters import Params
from infra.sandbox.randomness import Floats, Ints, Rng, stream

TROUBLE = 0.3  # share of events that happen where trouble recurs
TROUBLE_PLACES = 0.02  # share of places where it does


@dataclass(frozen=True)
class City:
    """Everything that does not change from day to day; built from the parameters alone."""

    params: Params
    divisions: divisions.Divisions
    places: places.Places
    people: people.People
    organisations: organisations.Organisations
    adult_starts: Ints  # of each village, in people.adults
    home_starts: Ints  # of each household, in people.adults
    trouble: dict[str, Ints]  # kind of place -> places where trouble recurs
    activity: Floats  # how ready each adult is to call and complain, cumulative


@lru_cache(maxsize=2)
def build(params: Params) -> City:
    """The city of these parameters."""
    d = divisions.build(params)
    sizes = people.household_sizes(params)
    village = places.villages_of(params, d, len(sizes))
    where = places.build(params, d, village)
    persons = people.build(params, d, sizes, village)
    firms = organisations.build(params, d, where, persons)
    adult_village = village[persons.household[persons.adults]]
    starts = np.searchsorted(adult_village, np.arange(len(d.village_code) + 1))
    homes = np.searchsorted(persons.household[persons.adults], np.arange(len(sizes) + 1)).astype(np.int64)
    rng = stream(params.seed, "city")
    trouble = {
        kind: members[rng.permutation(len(members))[: max(1, int(len(members) * TROUBLE_PLACES))]]
        for kind, members in where.by_kind.items()
        if len(members)
    }
    activity = np.cumsum(rng.pareto(2.5, len(persons.adults)) + 0.2)
    return City(params, d, where, persons, firms, starts.astype(np.int64), homes, trouble, activity)


def adults_near(city: City, rng: Rng, village: Ints) -> Ints:
    """One adult with a phone for each of these villages; the active ones are met more often."""
    before = np.concatenate([[0.0], city.activity])
    low, high = before[city.adult_starts[village]], before[city.adult_starts[village + 1]]
    anyone = rng.random(len(village)) * before[-1]
    drawn = np.where(high > low, low + rng.random(len(village)) * (high - low), anyone)
    at = np.minimum(np.searchsorted(city.activity, drawn, side="right"), len(city.people.adults) - 1)
    return np.asarray(city.people.adults[at], dtype=np.int64)


def residents(city: City, rng: Rng, place: Ints) -> Ints:
    """An adult who lives at each place, -1 where nobody does."""
    home = np.minimum(place, len(city.home_starts) - 2)
    low, high = city.home_starts[home], city.home_starts[home + 1]
    drawn = low + (rng.random(len(place)) * (high - low)).astype(np.int64)
    lived_in = (place < len(city.home_starts) - 1) & (high > low)
    adults = city.people.adults[np.minimum(drawn, len(city.people.adults) - 1)]
    return np.asarray(np.where(lived_in, adults, -1), dtype=np.int64)
