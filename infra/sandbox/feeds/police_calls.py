"""A call to 110 as it is first typed in: caller, place, time, category, coordinates."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City
from infra.sandbox.coordinates import moved
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import (
    degrees,
    division,
    id_numbers,
    marks,
    optional,
    people_text,
    phones,
    sex_codes,
    times,
)
from infra.sandbox.frame import Frame, constant, fill, join, words
from infra.sandbox.identifiers import fixed_lines
from infra.sandbox.randomness import Ints, Rng, Texts, choose, texts
from infra.sandbox.scenarios import scenarios

COLUMNS = words(
    "JJDBH GLZJJDBH XZQHDM JJLX BJSJ JJSJ JJWCSJ BJDH BJRMC BJRXBDM LXDH BJRZJDM BJRZJHM JQDZ "
    "BJNR GXDWDM GXDWMC JQLBDM CSJQLBDM JQDJDM JQCLZTDM FXDWJD FXDWWD GLLX HBBS WXBS SCBS SFBM "
    "SFJA JASJ JJLYLX JJLYBH GXSJ RKSJ"
)
WRONG_FIRST = 0.08  # share whose category is corrected later
INTAKE = {"050000": "122", "040000": "119"}  # traffic and fire calls
CATEGORIES = ("010000", "020000", "030000", "050000", "060000", "070000", "990000")


def calls(city: City, events: Events, rng: Rng, rows: Ints, at: Ints, caller: Ints, numbers: Texts) -> Frame:
    """First versions of the calls; besides the columns `_right` (true category) and `_received` (seconds)."""
    size, d = len(rows), city.divisions
    township = d.village_township[city.places.village[events.place[rows]]]
    county = d.county_code[d.township_county[township]]
    name, in_full = people_text(city, rng, caller, 0.18, 0.02)
    is_anonymous = rng.random(size) < 0.07
    name[is_anonymous] = "匿名"
    with_id = in_full & ~is_anonymous & (rng.random(size) < 0.55)
    landline = rng.random(size) < 0.06
    phone = phones(city, rng, caller)
    fixed = fixed_lines(rng, d.area_code, d.fixed_digits, size)
    right = texts([scenarios()[s].codes["police"] for s in events.scenario[rows].tolist()])
    intake = texts([INTAKE.get(code, "110") for code in right.tolist()])
    wrong = rng.random(size) < WRONG_FIRST
    first = np.where(wrong, choose(rng, CATEGORIES, size), right)
    received = at + rng.integers(2, 60, size)
    finished = received + rng.integers(40, 300, size)
    updated = finished + rng.integers(120, 2_400, size)
    lon, lat = moved(
        city.places.longitude[events.place[rows]],
        city.places.latitude[events.place[rows]],
        rng.normal(0, 60, size),
        rng.normal(0, 60, size),
    )
    located = rng.random(size) < 0.85
    station = texts(
        [
            f"{t.removesuffix('街道').removesuffix('镇').removesuffix('乡')}派出所"
            for t in d.township_name[township].tolist()
        ]
    )
    values = {
        "JJDBH": numbers,
        "XZQHDM": division(city, events, rows),
        "JJLX": np.where(rng.random(size) < 0.05, "自接警", intake),
        "BJSJ": times(city, at),
        "JJSJ": times(city, received),
        "JJWCSJ": times(city, finished),
        "BJDH": np.where(landline, fixed, phone),
        "BJRMC": name,
        "BJRXBDM": sex_codes(city, caller),
        "LXDH": optional(phone, rng.random(size) < 0.8),
        "BJRZJDM": optional(constant("111", size), with_id),
        "BJRZJHM": optional(id_numbers(city, rng, caller), with_id),
        "JQDZ": written(city, events.place[rows], "police", rng),
        "BJNR": narratives.police(city, events, rows, rng),
        "GXDWDM": join(county, texts([c[6:9] for c in d.township_code[township].tolist()]), "000"),
        "GXDWMC": station,
        "JQLBDM": first,
        "CSJQLBDM": first,
        "JQDJDM": choose(rng, ("1", "2", "3", "4"), size, (1, 6, 60, 33)),
        "JQCLZTDM": choose(rng, ("02", "03"), size, (1, 3)),
        "FXDWJD": optional(degrees(lon), located),
        "FXDWWD": optional(degrees(lat), located),
        "HBBS": constant("0", size),
        "WXBS": constant("0", size),
        "SCBS": constant("0", size),
        "SFBM": np.where(events.is_confidential[rows], "1", "0").astype(object),
        "SFJA": constant("0", size),
        "JJLYLX": constant("电话", size),
        "GXSJ": times(city, updated),
        "RKSJ": times(city, updated + 60),
    }
    frame = fill(size, COLUMNS, values) | marks(events, rows, updated, "caller", caller)
    return frame | {"_right": right, "_received": received.astype(object)}
