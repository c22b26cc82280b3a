"""Households and the people in them: shared surnames, shared phones, children, twins, valid ID numbers."""

from dataclasses import dataclass

import numpy as np

from infra.sandbox.divisions import Divisions
from infra.sandbox.identifiers import citizen_ids, mobiles
from infra.sandbox.names import given_names, long_names, surnames
from infra.sandbox.parameters import Params
from infra.sandbox.randomness import Bools, Ints, Rng, Texts, choose, stream, texts, weighted

SIZES = (0.22, 0.28, 0.26, 0.15, 0.09)  # households of one to five
HEAD, SPOUSE, CHILD, SECOND_CHILD, GRANDPARENT = range(5)
OLDER_AREA = 0.3  # share of those born before 1996 whose number carries an abolished area code
MOVED_IN = 0.12  # share whose number comes from another county of the region


@dataclass(frozen=True)
class People:
    """Parallel arrays over the persons; `household` is also the position of the dwelling."""

    household: Ints
    slot: Ints
    name: Texts
    is_female: Bools
    birth: Texts  # YYYYMMDD
    age: Ints  # whole years on the first day
    id_no: Texts
    phone: Texts  # own or the family's; None for households without one
    adults: Ints  # positions of persons of 18 to 85 with a phone


def household_sizes(params: Params) -> Ints:
    """Sizes that sum up to the people of the city."""
    rng = stream(params.seed, "households")
    drawn = weighted(rng, SIZES, params.people) + 1
    total = np.cumsum(drawn)
    count = int(np.searchsorted(total, params.people)) + 1
    sizes = drawn[:count].copy()
    sizes[-1] -= int(total[count - 1]) - params.people
    return sizes


def build(params: Params, divisions: Divisions, sizes: Ints, village: Ints) -> People:
    """People of the households; `village` is the village of each household."""
    rng = stream(params.seed, "people")
    household = np.repeat(np.arange(len(sizes)), sizes)
    slot = np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    age, is_female = _ages(rng, sizes, household, slot)
    birth, year = _births(params, rng, age, slot)
    name = _names(rng, household, slot, is_female, year, len(sizes))
    county = divisions.township_county[divisions.village_township[village]]
    area = divisions.county_code[county][household].copy()
    elsewhere = np.flatnonzero(rng.random(len(area)) < MOVED_IN)
    area[elsewhere] = choose(rng, divisions.county_code.tolist(), len(elsewhere))
    old = np.flatnonzero((year < 1996) & (rng.random(len(area)) < OLDER_AREA))
    area[old] = choose(rng, divisions.retired.tolist(), len(old))
    id_no = citizen_ids(rng, area, birth, is_female.astype(np.int64))
    phone = _phones(rng, household, age, len(sizes))
    has_phone = np.array([number is not None for number in phone])
    adults = np.flatnonzero((age >= 18) & (age <= 85) & has_phone)
    return People(household, slot, name, is_female, birth, age, id_no, phone, adults)


def _ages(rng: Rng, sizes: Ints, household: Ints, slot: Ints) -> tuple[Ints, Bools]:
    lowest = np.array([22, 24, 25, 28, 30])[sizes - 1]
    highest = np.array([88, 84, 62, 56, 54])[sizes - 1]
    head = (lowest + (highest - lowest) * rng.random(len(sizes))).astype(np.int64)
    base = head[household]
    gap = rng.integers(22, 34, len(household))
    spouse = base - rng.integers(-3, 6, len(household))
    child = np.maximum(0, base - gap)
    second = np.maximum(0, child - rng.integers(1, 7, len(household)))
    elder = np.minimum(97, base + rng.integers(22, 31, len(household)))
    age = np.choose(slot, [base, np.maximum(20, spouse), child, second, elder])
    chance = rng.random(len(household))
    is_female = np.choose(
        slot, [chance < 0.25, chance < 2, chance < 0.48, chance < 0.48, chance < 0.5]
    ).astype(bool)
    alone = (slot == HEAD) & (sizes[household] == 1)
    is_female = np.where(alone, chance < 0.55, is_female & ~((slot == HEAD) & ~alone))
    return age.astype(np.int64), is_female.astype(bool)


def _births(params: Params, rng: Rng, age: Ints, slot: Ints) -> tuple[Texts, Ints]:
    start = np.datetime64(params.first_day.isoformat(), "D")
    days = (age * 365.25).astype(np.int64) + rng.integers(1, 364, len(age))
    twins = np.flatnonzero((slot == SECOND_CHILD) & (rng.random(len(age)) < 0.03))
    days[twins] = days[twins - 1]
    age[twins] = age[twins - 1]
    born = start - days.astype("timedelta64[D]")
    birth = np.char.replace(np.datetime_as_string(born, unit="D"), "-", "").astype(object)
    return birth, born.astype("datetime64[Y]").astype(np.int64) + 1970


def _names(rng: Rng, household: Ints, slot: Ints, is_female: Bools, year: Ints, households: int) -> Texts:
    family = surnames(rng, households)[household]
    married = np.flatnonzero(slot == SPOUSE)
    family[married] = surnames(rng, len(married))
    given = given_names(rng, year, is_female)
    name = texts([a + b for a, b in zip(family.tolist(), given.tolist(), strict=True)])
    ethnic = np.flatnonzero((rng.random(households) < 0.004)[household])
    name[ethnic] = long_names(rng, is_female[ethnic])
    return name


def _phones(rng: Rng, household: Ints, age: Ints, households: int) -> Texts:
    number = mobiles(rng, len(household))
    chance = rng.random(len(household))
    own = ((age >= 16) & (age < 75) & (chance < 0.97)) | ((age >= 75) & (chance < 0.45))
    first = np.full(households, -1, dtype=np.int64)
    holders = np.flatnonzero(own)[::-1]
    first[household[holders]] = holders  # the earliest holder of the family wins
    holder = np.where(own, np.arange(len(household)), first[household])
    return texts([number[at] if at >= 0 else None for at in holder.tolist()])
