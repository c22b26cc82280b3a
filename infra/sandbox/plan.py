"""Who reports an event, when and under which number; by which numbers platforms refer to each other."""

from dataclasses import dataclass

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.frame import DAY, clock, digits, join
from infra.sandbox.randomness import Bools, Ints, Rng, Texts, stream, texts
from infra.sandbox.scenarios import scenarios

PLATFORMS = ("police", "petition", "grid", "message")
CHANCES = {  # chance that each of PLATFORMS hears of an event of the kind
    "criminal_case": (1.00, 0.03, 0.15, 0.01),
    "public_order": (0.95, 0.04, 0.25, 0.04),
    "traffic": (1.00, 0.02, 0.12, 0.01),
    "fire": (0.85, 0.03, 0.45, 0.02),
    "accident": (0.60, 0.06, 0.30, 0.01),
    "dispute": (0.45, 0.25, 0.60, 0.06),
    "petition": (0.08, 0.70, 0.30, 0.25),
    "hazard": (0.12, 0.10, 0.80, 0.05),
    "help": (0.75, 0.01, 0.35, 0.01),
    "supervision": (0.70, 0.40, 0.02, 0.05),
    "other": (0.70, 0.10, 0.30, 0.08),
}
TICKET = 0.4  # share of the events of police and petition office that went through the 12345 line
SERIALS = 10_000_000
STEP = 3_456_789  # coprime to SERIALS: serial numbers look random, stay distinct and do not tell the event
OFFSETS = {
    "police": 17,
    "petition": 2_222_223,
    "grid": 5_010_101,
    "message": 7_373_737,
    "emergency": 999,
    "line": 64,
    "case": 3_131_313,
    "dispute": 1_313_131,
    "hazard": 4_040_403,
    "task": 8_181_811,
}


@dataclass(frozen=True)
class Plan:
    """Per platform (and `emergency`): which events it reports, when, and under which number."""

    rows: dict[str, Ints]  # positions of events
    at: dict[str, Ints]  # time of report, parallel to rows
    number: dict[str, Texts]  # parallel to the events, None where the platform has none
    reported: dict[str, Ints]  # time of report, parallel to the events, -1 where none
    ticket: Texts  # number of the 12345 line, parallel to the events, None where none


def serials(platform: str, day: int, indices: Ints) -> Ints:
    """Distinct serial numbers of the platform for the records that spring from the events of `day`.

    100 days and 100,000 records a day fit before a serial comes again, and then with another date before it.
    """
    raw = (day % 100) * 100_000 + indices % 100_000
    return np.asarray((raw * STEP + OFFSETS[platform]) % SERIALS, dtype=np.int64)


def day_text(city: City, seconds: Ints) -> Texts:
    """YYYYMMDD of each time."""
    return texts([stamp[:10].replace("-", "") for stamp in clock(city.params.first_day, seconds).tolist()])


def record_numbers(city: City, events: Events, platform: str, rows: Ints, at: Ints, indices: Ints) -> Texts:
    """Numbers in the manner of each platform: where, when, serial."""
    township = city.divisions.village_township[city.places.village[events.place[rows]]]
    county = city.divisions.county_code[city.divisions.township_county[township]]
    date, serial = day_text(city, at), digits(serials(platform, events.day, indices), 7)
    if platform == "police":
        return join("J", county, "000000", date, serial)
    if platform == "petition":
        return join(county, date, serial)
    if platform == "grid":
        return join(
            "WG", texts([code[:9] for code in city.divisions.township_code[township].tolist()]), date, serial
        )
    if platform == "emergency":
        return join("SG", county, date, serial)
    if platform == "message":
        return join(texts([text[2:] for text in date.tolist()]), serial)
    return join("RX", date, serial)


def make(city: City, events: Events) -> Plan:
    """The plan for the events of one day; every event has one report at least."""
    rng = stream(city.params.seed, "plan", events.day)
    size = len(events)
    kinds = [scenarios()[s].kind for s in events.scenario.tolist()]
    chances = np.array([CHANCES[kind] for kind in kinds]).reshape(size, len(PLATFORMS))
    hears = rng.random((size, len(PLATFORMS))) < chances
    silent = np.flatnonzero(~hears.any(axis=1))
    hears[silent, np.argmax(chances[silent], axis=1)] = True
    is_accident = np.array([kind == "accident" for kind in kinds], dtype=bool) & (events.organisation >= 0)
    at = {
        "police": events.at + 60 + (rng.exponential(900, size)).astype(np.int64),
        "petition": _office_hours(rng, events.at, rng.geometric(0.28, size) - 1),
        "grid": waking(rng, events.at + 600 + rng.exponential(20_000, size).astype(np.int64)),
        "message": events.at + 3_600 + rng.exponential(2.5 * DAY, size).astype(np.int64),
        "emergency": events.at + 1_800 + rng.exponential(9_000, size).astype(np.int64),
    }
    masks = {name: hears[:, column] for column, name in enumerate(PLATFORMS)} | {"emergency": is_accident}
    return _numbered(city, events, rng, masks, at)


def _numbered(city: City, events: Events, rng: Rng, masks: dict[str, Bools], at: dict[str, Ints]) -> Plan:
    rows, times, number, reported = {}, {}, {}, {}
    for name, mask in masks.items():
        rows[name] = np.flatnonzero(mask)
        times[name] = at[name][rows[name]]
        number[name] = texts([None] * len(events))
        number[name][rows[name]] = record_numbers(
            city, events, name, rows[name], times[name], np.arange(len(rows[name]))
        )
        reported[name] = np.where(mask, at[name], -1)
    ticket = texts([None] * len(events))
    lined = np.flatnonzero(masks["police"] & masks["petition"] & (rng.random(len(events)) < TICKET))
    first = np.minimum(reported["police"][lined], reported["petition"][lined])
    ticket[lined] = record_numbers(city, events, "line", lined, first, np.arange(len(lined)))
    return Plan(rows, times, number, reported, ticket)


def _office_hours(rng: Rng, at: Ints, days: Ints) -> Ints:
    """A moment of a working day's office hours, at least an hour after `at`."""
    clock_time = rng.integers(8 * 3600 + 1800, 17 * 3600, len(at))
    moment = (at // DAY + days) * DAY + clock_time
    return np.asarray(np.where(moment < at + 3600, moment + DAY, moment), dtype=np.int64)


def waking(rng: Rng, at: Ints) -> Ints:
    """People of grids and offices write between 7 and 21 o'clock; the night waits for the morning."""
    hour = at % DAY // 3600
    morning = rng.integers(7 * 3600, 9 * 3600, len(at))
    late = np.where(hour >= 21, (at // DAY + 1) * DAY + morning, at)
    return np.asarray(np.where(hour < 7, at // DAY * DAY + morning, late), dtype=np.int64)


def earlier(plan: Plan, platform: str, than: Ints) -> Bools:
    """Whether `platform` reported each event, and before the time given."""
    return np.asarray((plan.reported[platform] >= 0) & (plan.reported[platform] < than), dtype=bool)
