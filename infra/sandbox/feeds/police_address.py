"""Standard addresses: every place of the city with its number and point (feed police.address)."""

from functools import lru_cache

import numpy as np

from infra.sandbox import city as cities
from infra.sandbox.city import City
from infra.sandbox.coordinates import gcj02, moved
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import degrees, marks_without_event, optional, times
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.police_stock import (
    TYPED_IN,
    address_codes,
    changed,
    drawn_kinds,
    full_addresses,
    nobody,
    with_changes,
)
from infra.sandbox.frame import DAY, Frame, constant, fill, words
from infra.sandbox.noise import labelled, padded
from infra.sandbox.parameters import Params
from infra.sandbox.places import KINDS as PLACE_KINDS
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Bools, Ints, Rng, Texts, stream, texts

COLUMNS = words(
    "DZBM XZQHDM JLXMC MPH XQMC LZH DYH SH CZ DZQC DZLXDM ZXDJD ZXDWD ZBXDM DZZT QYSJ TYSJ SCBS GXSJ RKSJ"
)
CODES = {"estate": "01", "house": "02", "site": "04", "road": "05", "crossing": "05", "park": "05"}
PREMISES = "03"  # shops, markets, schools, factories
FLEETING = ("site", "road", "crossing", "park")  # nobody lives there, so that the address may end
ENDED = 0.03  # share of these that have ended before the first day
LITERAL = 0.2  # share of absent parts that are written as 无, as some rules for addresses ask
CHANGES = 0.0015  # share of records that change a day
KINDS = {"point": 70, "end": 25, "twice": 5}
FIRST_YEAR = np.datetime64("2010-01-01")


def build(city: City, events: Events, plan: Plan) -> Frame:  # noqa: ARG001  (what every feed is given)
    """Every place on the first day; later corrected points, and addresses that end."""
    return with_changes(city, "police.address", events.day, _stock(city.params), CHANGES, _changed)


@lru_cache(maxsize=1)
def _stock(params: Params) -> Frame:
    """Every place as the register was filled."""
    city = cities.build(params)
    rng, places = stream(params.seed, "address"), city.places
    size = len(places.kind)
    rows = np.arange(size)
    at = rng.integers(600, TYPED_IN, size)
    known = rng.random(size) < 0.97
    is_gcj = rng.random(size) < 0.15
    east, north = gcj02(places.longitude, places.latitude)
    lon, lat = np.where(is_gcj, east, places.longitude), np.where(is_gcj, north, places.latitude)
    began, ended = _lifetimes(params, rng, size)
    over = _fleeting(city) & (rng.random(size) < ENDED)
    values = {
        "DZBM": address_codes(city, rows),
        "XZQHDM": city.divisions.village_code[places.village],
        "JLXMC": _part(rng, places.road, ""),
        "MPH": _part(rng, places.number, "号"),
        "XQMC": _part(rng, places.estate, ""),
        "LZH": _part(rng, places.building, "号楼"),
        "DYH": _part(rng, places.unit, "单元"),
        "SH": _part(rng, places.room, "室"),
        "CZ": _part(rng, places.group, "组"),
        "DZQC": full_addresses(city, rows),
        "DZLXDM": texts([CODES.get(PLACE_KINDS[kind], PREMISES) for kind in places.kind.tolist()]),
        "ZXDJD": optional(degrees(lon), known),
        "ZXDWD": optional(degrees(lat), known),
        "ZBXDM": optional(np.where(is_gcj, "GCJ-02", "CGCS2000").astype(object), known),
        "DZZT": np.where(over, "0", "1").astype(object),
        "QYSJ": began,
        "TYSJ": optional(ended, over),
        "SCBS": constant("0", size),
        "GXSJ": times(city, at),
        "RKSJ": times(city, at + 60),
    }
    return fill(size, COLUMNS, values) | marks_without_event(at, None, nobody(size), nobody(size), rows)


def _part(rng: Rng, values: Texts, ending: str) -> Texts:
    """One level of the address; where there is none, nothing or the word for nothing."""
    literal = (rng.random(len(values)) < LITERAL).tolist()
    rows = zip(values.tolist(), literal, strict=True)
    return texts([f"{value}{ending}" if value else ("无" if word else None) for value, word in rows])


def _lifetimes(params: Params, rng: Rng, size: int) -> tuple[Texts, Texts]:
    """Day on which each address began, and one on which it might have ended since."""
    today = np.datetime64(params.first_day.isoformat())
    began = FIRST_YEAR + rng.integers(0, 5_500, size).astype("timedelta64[D]")
    ended = began + (rng.random(size) * (today - began).astype(np.int64)).astype("timedelta64[D]")
    return _midnight(began), _midnight(ended)


def _midnight(days: "np.typing.NDArray[np.datetime64]") -> Texts:
    return texts([f"{day} 00:00:00" for day in np.datetime_as_string(days, unit="D").tolist()])


def _fleeting(city: City) -> Bools:
    return np.isin(city.places.kind, [PLACE_KINDS.index(kind) for kind in FLEETING])


def _changed(city: City, rng: Rng, stock: Frame, rows: Ints, at: Ints) -> list[Frame]:
    size, places = len(rows), city.places
    kinds = drawn_kinds(rng, KINDS, size)
    kinds = np.where(_fleeting(city)[rows], kinds, "point")
    east, north = rng.normal(0, 25, (2, size))
    lon, lat = moved(places.longitude[rows], places.latitude[rows], east, north)
    changes = {
        "point": {"ZXDJD": degrees(lon), "ZXDWD": degrees(lat), "ZBXDM": constant("CGCS2000", size)},
        "end": {"DZZT": constant("0", size), "TYSJ": times(city, at // DAY * DAY)},
        "twice": {"SCBS": constant("1", size)},
    }
    return changed(city, stock, rows, at, kinds, changes)


FEED = Feed(
    name="police.address",
    key="DZBM",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    entered="RKSJ",
    habits=(
        ("DZLXDM", labelled({"01": ("楼房住宅",), "02": ("农村院落",), "03": ("单位",)}), 0.05),
        ("DZZT", labelled({"1": ("在用",), "0": ("停用",)}), 0.05),
        ("DZQC", padded, 0.02),
        ("XQMC", padded, 0.02),
    ),
    blank=("LZH", "DYH", "SH", "CZ"),
    shows_present=True,
)
