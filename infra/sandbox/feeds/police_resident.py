"""Residents: everybody who lives in the city, with the household and the address (feed police.resident)."""

from functools import lru_cache

import numpy as np

from infra.sandbox import city as cities
from infra.sandbox.addresses import written
from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import marks_without_event, optional, sex_codes, times
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.police_persons import education, ethnicity, marital_status, relation_to_head
from infra.sandbox.feeds.police_stock import (
    TYPED_IN,
    address_codes,
    changed,
    drawn_kinds,
    full_addresses,
    nobody,
    serial,
    with_changes,
)
from infra.sandbox.frame import Frame, constant, digits, fill, join, words
from infra.sandbox.identifiers import mobiles
from infra.sandbox.noise import citizen_id, day_only, labelled, padded, phone, sex
from infra.sandbox.parameters import Params
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts

COLUMNS = words(
    "RYBH GMSFHM XM XBDM CSRQ MZDM HYZKDM XLDM HJDXZQH HJDXZ XZZXZQH XZZXZ DZBM HH YHZGXDM RYLBDM "
    "LXDH DJRQ ZXBZ SCBS GXSJ RKSJ"
)
FLOATING = 0.1  # share of households that are registered in another county
ELSEWHERE = 0.06  # share of households that are registered at another address of the city
CHANGES = 0.002  # share of records that change a day
KINDS = {"phone": 45, "move": 25, "schooling": 12, "gone": 15, "twice": 3}
LABELS = {"01": ("户籍", "户籍人口"), "02": ("流动", "流动人口"), "04": ("未落户",)}
HAN = {"01": ("汉", "汉族"), "03": ("回族",), "11": ("满族",)}


def build(city: City, events: Events, plan: Plan) -> Frame:  # noqa: ARG001  (what every feed is given)
    """Everybody on the first day; later who moves, has another phone, dies or leaves."""
    return with_changes(city, "police.resident", events.day, _stock(city.params), CHANGES, _changed)


@lru_cache(maxsize=1)
def _stock(params: Params) -> Frame:
    """Everybody as the register was filled."""
    city = cities.build(params)
    rng, people, d = stream(params.seed, "resident"), city.people, city.divisions
    size, home = len(people.name), people.household
    at = rng.integers(600, TYPED_IN, size)
    households = int(home[-1]) + 1
    floating = (rng.random(households) < FLOATING)[home]
    other = rng.integers(0, households, households)
    away = np.where((rng.random(households) < ELSEWHERE)[home], other[home], home)
    origin = rng.integers(0, len(d.township_code), households)[home]  # township of the floating ones
    county = d.county_code[d.township_county[d.village_township[city.places.village[home]]]]
    registered = d.county_code[d.township_county[d.village_township[city.places.village[away]]]]
    unregistered = (people.age < 1) & (rng.random(size) < 0.3)
    standard = rng.random(size) < 0.85
    there = join(d.province + d.city, d.county_name[d.township_county[origin]], d.township_name[origin])
    values = {
        "RYBH": join("R", county, serial(np.arange(size))),
        "GMSFHM": optional(people.id_no, ~unregistered),
        "XM": people.name,
        "XBDM": sex_codes(city, np.arange(size)),
        "CSRQ": texts([f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in people.birth.tolist()]),
        "MZDM": ethnicity(city, rng),
        "HYZKDM": marital_status(city, rng),
        "XLDM": education(city, rng),
        "HJDXZQH": np.where(floating, d.county_code[d.township_county[origin]], registered),
        "HJDXZ": np.where(floating, there, full_addresses(city, away)),
        "XZZXZQH": d.village_code[city.places.village[home]],
        "XZZXZ": np.where(standard, full_addresses(city, home), written(city, home, "petition", rng)),
        "DZBM": address_codes(city, home),
        "HH": optional(digits(home + 100_000_001, 9), ~floating & ~unregistered),
        "YHZGXDM": relation_to_head(city),
        "RYLBDM": np.select([unregistered, floating], ["04", "02"], "01").astype(object),
        "LXDH": people.phone,
        "DJRQ": _registered_on(params, rng, people.birth),
        "ZXBZ": constant("0", size),
        "SCBS": constant("0", size),
        "GXSJ": times(city, at),
        "RKSJ": times(city, at + 60),
    }
    return fill(size, COLUMNS, values) | marks_without_event(
        at, "resident", np.arange(size), nobody(size), home
    )


def _registered_on(params: Params, rng: Rng, birth: Texts) -> Texts:
    """A day since 2004, when the register was begun, and since birth."""
    born = np.array([f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in birth.tolist()], dtype="datetime64[D]")
    begun = np.maximum(born, np.datetime64("2004-01-01"))
    open_days = (np.datetime64(params.first_day.isoformat()) - begun).astype(np.int64)
    drawn = begun + (rng.random(len(birth)) * open_days).astype("timedelta64[D]")
    return texts(np.datetime_as_string(drawn, unit="D").tolist())


def _changed(city: City, rng: Rng, stock: Frame, rows: Ints, at: Ints) -> list[Frame]:
    kinds = drawn_kinds(rng, KINDS, len(rows))
    new_home = rng.integers(0, len(city.home_starts) - 1, len(rows))
    # Who moves, and what is then different.
    changes = {
        "phone": {"LXDH": mobiles(rng, len(rows))},
        "move": {
            "XZZXZQH": city.divisions.village_code[city.places.village[new_home]],
            "XZZXZ": full_addresses(city, new_home),
            "DZBM": address_codes(city, new_home),
            "_place": new_home.astype(object),
        },
        "schooling": {"XLDM": choose(rng, ("61", "31", "21"), len(rows))},
        "gone": {"ZXBZ": constant("1", len(rows))},
        "twice": {"SCBS": constant("1", len(rows))},
    }
    return changed(city, stock, rows, at, kinds, changes)


FEED = Feed(
    name="police.resident",
    key="RYBH",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    entered="RKSJ",
    habits=(
        ("GMSFHM", citizen_id, 0.06),
        ("XM", padded, 0.02),
        ("XBDM", sex, 0.05),
        ("CSRQ", day_only, 0.5),
        ("DJRQ", day_only, 0.4),
        ("MZDM", labelled(HAN), 0.06),
        ("RYLBDM", labelled(LABELS), 0.08),
        ("LXDH", phone, 0.03),
        ("XZZXZ", padded, 0.02),
    ),
    blank=("GMSFHM", "LXDH", "HH", "XLDM"),
    shows_present=True,
)
