"""Organisations: firms, shops, schools, collectives as the police know them (feed police.organisation)."""

from functools import lru_cache

import numpy as np

from infra.sandbox import city as cities
from infra.sandbox.addresses import written
from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import marks_without_event, optional, times
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.police_stock import (
    TYPED_IN,
    address_codes,
    changed,
    drawn_kinds,
    full_addresses,
    serial,
    with_changes,
)
from infra.sandbox.frame import Frame, constant, digits, fill, join, words
from infra.sandbox.identifiers import fixed_lines
from infra.sandbox.noise import citizen_id, labelled, padded, phone
from infra.sandbox.parameters import Params
from infra.sandbox.places import KINDS as PLACE_KINDS
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts

COLUMNS = words(
    "DWBH DWMC TYSHXYDM ZZJGDM DWLBDM DWDZ XZQHDM DZBM FRXM FRZJHM LXDH CYRS SFWHQY ZXBZ SCBS GXSJ RKSJ"
)
CODES = {"firm": "01", "shop": "02", "school": "03", "cooperative": "04", "collective": "05", "branch": "06"}
STAFF = {"firm": 40, "shop": 3, "school": 60, "cooperative": 8, "collective": 6, "branch": 15}  # usual number
CODED_LATE = ("firm", "branch", "school")  # had an organisation code before credit codes came in 2015
OLD = 0.12  # share of these that still show it
HAZARDOUS = 0.08  # share of factories that handle dangerous chemicals
CHANGES = 0.004  # share of records that change a day
KINDS = {"phone": 30, "head": 25, "staff": 25, "code": 10, "closed": 10}
LABELS = {"01": ("企业",), "02": ("个体工商户", "个体"), "03": ("事业单位",)}


def build(city: City, events: Events, plan: Plan) -> Frame:  # noqa: ARG001  (what every feed is given)
    """Every organisation on the first day; later other heads, phones and staff, and those that close."""
    return with_changes(city, "police.organisation", events.day, _stock(city.params), CHANGES, _changed)


@lru_cache(maxsize=1)
def _stock(params: Params) -> Frame:
    """Every organisation as the register was filled."""
    city = cities.build(params)
    rng, d, firms, people = (
        stream(params.seed, "organisation"),
        city.divisions,
        city.organisations,
        city.people,
    )
    size = len(firms.name)
    at = rng.integers(600, TYPED_IN, size)
    township = d.village_township[city.places.village[firms.place]]
    old = np.isin(firms.kind.astype(str), CODED_LATE) & (rng.random(size) < OLD)
    organisation_code = texts([f"{code[8:16]}-{code[16]}" for code in firms.code.tolist()])
    makes = (firms.kind == "firm") & (city.places.kind[firms.place] == PLACE_KINDS.index("factory"))
    landline = rng.random(size) < 0.3
    number = fixed_lines(rng, d.area_code, d.fixed_digits, size)
    place = full_addresses(city, firms.place)
    values = {
        "DWBH": join("DW", d.county_code[d.township_county[township]], serial(np.arange(size))),
        "DWMC": firms.name,
        "TYSHXYDM": optional(firms.code, ~old),
        "ZZJGDM": optional(organisation_code, old),
        "DWLBDM": texts([CODES[kind] for kind in firms.kind.tolist()]),
        "DWDZ": np.where(rng.random(size) < 0.7, place, written(city, firms.place, "police", rng)),
        "XZQHDM": d.township_code[township],
        "DZBM": address_codes(city, firms.place),
        "FRXM": people.name[firms.head],
        "FRZJHM": optional(people.id_no[firms.head], rng.random(size) < 0.9),
        "LXDH": np.where(landline, number, people.phone[firms.contact]),
        "CYRS": _staff(city, rng, np.arange(size)),
        "SFWHQY": np.where(makes & (rng.random(size) < HAZARDOUS), "1", "0").astype(object),
        "ZXBZ": np.where(rng.random(size) < 0.02, "1", "0").astype(object),
        "SCBS": constant("0", size),
        "GXSJ": times(city, at),
        "RKSJ": times(city, at + 60),
    }
    marked = marks_without_event(at, "head", firms.head, np.arange(size), firms.place)
    return fill(size, COLUMNS, values) | marked


def _staff(city: City, rng: Rng, rows: Ints) -> Texts:
    usual = np.array([STAFF[kind] for kind in city.organisations.kind[rows].tolist()], dtype=np.float64)
    return digits(np.maximum(1, (usual * np.exp(rng.normal(0, 0.6, len(rows)))).astype(np.int64)), 1)


def _changed(city: City, rng: Rng, stock: Frame, rows: Ints, at: Ints) -> list[Frame]:
    size, people, firms = len(rows), city.people, city.organisations
    kinds = drawn_kinds(rng, KINDS, size)
    is_old = np.array([code is None for code in stock["TYSHXYDM"][rows].tolist()], dtype=bool)
    kinds = np.where((kinds == "code") & ~is_old, "staff", kinds)
    head, contact = people.adults[rng.integers(0, len(people.adults), (2, size))]
    changes = {
        "phone": {"LXDH": people.phone[contact]},
        "head": {"FRXM": people.name[head], "FRZJHM": people.id_no[head], "_person": head.astype(object)},
        "staff": {"CYRS": _staff(city, rng, rows)},
        "code": {"TYSHXYDM": firms.code[rows], "ZZJGDM": constant(None, size)},
        "closed": {"ZXBZ": constant("1", size), "SCBS": choose(rng, ("0", "1"), size, (4, 1))},
    }
    return changed(city, stock, rows, at, kinds, changes)


FEED = Feed(
    name="police.organisation",
    key="DWBH",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    entered="RKSJ",
    habits=(
        ("DWMC", padded, 0.03),
        ("DWDZ", padded, 0.03),
        ("DWLBDM", labelled(LABELS), 0.1),
        ("FRZJHM", citizen_id, 0.06),
        ("LXDH", phone, 0.04),
    ),
    blank=("TYSHXYDM", "ZZJGDM", "FRZJHM"),
    shows_present=True,
)
