"""110: calls and their dispatch, as the police command centre keeps them (feed police.incident)."""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.addresses import written
from infra.sandbox.city import City, adults_near
from infra.sandbox.coordinates import moved
from infra.sandbox.events import Events
from infra.sandbox.frame import DAY, Frame, constant, fill, join, words
from infra.sandbox.identifiers import fixed_lines
from infra.sandbox.plan import Plan, earlier, record_numbers
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts
from infra.sandbox.reports import (
    degrees,
    division,
    empty,
    marks,
    optional,
    people_text,
    sex_codes,
    stacked,
    times,
    version,
)
from infra.sandbox.scenarios import scenarios

FEED = "police.incident"
COLUMNS = words(
    "JJDBH GLZJJDBH XZQHDM JJLX BJSJ JJSJ JJWCSJ BJDH BJRMC BJRXBDM LXDH BJRZJDM BJRZJHM JQDZ "
    "BJNR GXDWDM GXDWMC JQLBDM CSJQLBDM JQDJDM JQCLZTDM FXDWJD FXDWWD GLLX HBBS WXBS SCBS SFBM "
    "SFJA JASJ JJLYLX JJLYBH GXSJ RKSJ"
)
REPEATS = 0.10  # share of reports that are called in again
WRONG_FIRST = 0.08  # share whose category is corrected later
DELETED = 0.01
NEVER_CLOSED = 0.04
CATEGORIES = ("010000", "020000", "030000", "050000", "060000", "070000", "990000")


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All versions, of all days, of the calls about the events of one day."""
    rng = stream(city.params.seed, "police", events.day)
    rows, at = plan.rows["police"], plan.at["police"]
    if len(rows) == 0:
        return empty(COLUMNS)
    main = _calls(city, events, rng, rows, at, events.person[rows], plan.number["police"][rows])
    lined = np.array([number is not None for number in plan.ticket[rows]])
    petition = earlier(plan, "petition", plan.reported["police"])[rows]
    origin = np.where(lined, plan.ticket[rows], optional(plan.number["petition"][rows], petition))
    has_origin = lined | (petition & (rng.random(len(rows)) < 0.5))
    main["JJLYBH"] = optional(origin, has_origin)
    main["JJLYLX"] = texts(
        [
            ("12345" if li else "信访") if h else "电话"
            for h, li in zip(has_origin.tolist(), lined.tolist(), strict=True)
        ]
    )
    again = _again(city, events, rng, rows, at, main)
    frames = [main, *again]
    for first in (main, *again):
        frames += _later(city, rng, first)
    return {name: column for name, column in stacked(frames).items() if name not in ("_right", "_received")}


def _calls(city: City, events: Events, rng: Rng, rows: Ints, at: Ints, caller: Ints, numbers: Texts) -> Frame:
    size, d, people = len(rows), city.divisions, city.people
    township = d.village_township[city.places.village[events.place[rows]]]
    county = d.county_code[d.township_county[township]]
    name, in_full = people_text(city, rng, caller, 0.18)
    is_anonymous = rng.random(size) < 0.07
    name[is_anonymous] = "匿名"
    with_id = in_full & ~is_anonymous & (rng.random(size) < 0.55)
    landline = rng.random(size) < 0.06
    fixed = fixed_lines(rng, d.area_code, d.fixed_digits, size)
    right = texts([scenarios()[s].codes["police"] for s in events.scenario[rows].tolist()])
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
        "JJLX": choose(rng, ("110", "122", "119", "自接警"), size, (80, 12, 3, 5)),
        "BJSJ": times(city, at),
        "JJSJ": times(city, received),
        "JJWCSJ": times(city, finished),
        "BJDH": np.where(landline, fixed, people.phone[caller]),
        "BJRMC": name,
        "BJRXBDM": sex_codes(city, caller),
        "LXDH": optional(people.phone[caller], rng.random(size) < 0.8),
        "BJRZJDM": optional(constant("111", size), with_id),
        "BJRZJHM": optional(people.id_no[caller], with_id),
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


def _again(city: City, events: Events, rng: Rng, rows: Ints, at: Ints, main: Frame) -> list[Frame]:
    """Second calls: the same or another caller, 1 repeat, 2 urging, 3 feedback, 4 nuisance; some merged."""
    some = np.flatnonzero(rng.random(len(rows)) < REPEATS)
    if len(some) == 0:
        return []
    chosen = rows[some]
    village = city.places.village[events.place[chosen]]
    caller = np.where(rng.random(len(some)) < 0.45, events.person[chosen], adults_near(city, rng, village))
    kind = choose(rng, ("1", "2", "3", "4"), len(some), (62, 25, 8, 5))
    delay = np.where(kind == "1", rng.integers(60, 2_400, len(some)), rng.integers(1_800, 30_000, len(some)))
    numbers = record_numbers(
        city, events, "police", chosen, at[some] + delay, len(rows) + np.arange(len(some))
    )
    frame = _calls(city, events, rng, chosen, at[some] + delay, caller, numbers)
    merged = rng.random(len(some)) < 0.7
    flags = {
        "GLLX": kind,
        "GLZJJDBH": main["JJDBH"][some],
        "HBBS": np.where(merged, "1", "0").astype(object),
        "WXBS": np.where(kind == "4", "1", "0").astype(object),
        "SFBM": main["SFBM"][some],
    }
    return [frame | flags]


def _later(city: City, rng: Rng, first: Frame) -> list[Frame]:
    """Later versions: category and address corrected, case closed, call deleted."""
    size = len(first["_at"])
    at = first["_at"].astype(np.int64)
    received = first["_received"].astype(np.int64)
    corrected = np.flatnonzero((first["JQLBDM"] != first["_right"]) | (rng.random(size) < 0.04))
    when = at[corrected] + rng.integers(3 * 3600, 4 * DAY, len(corrected))
    base = {name: column.copy() for name, column in first.items()}
    frames = []
    if len(corrected):
        address = written(city, first["_place"][corrected].astype(np.int64), "police", rng)
        keep = rng.random(len(corrected)) < 0.5
        changes = {
            "JQLBDM": first["_right"][corrected],
            "JQDZ": np.where(keep, first["JQDZ"][corrected], address),
            "GXSJ": times(city, when),
            "RKSJ": times(city, when + 60),
        }
        frames.append(version(first, corrected, when, **changes))
        base["JQLBDM"][corrected] = changes["JQLBDM"]
        base["JQDZ"][corrected] = changes["JQDZ"]
        at[corrected] = when
    closed = np.flatnonzero(rng.random(size) > NEVER_CLOSED)
    took = np.exp(rng.normal(10.0, 1.7, len(closed))).astype(np.int64) + 600
    end = np.minimum(received[closed] + took, received[closed] + 50 * DAY)
    when = np.maximum(end, at[closed]) + rng.integers(60, 3_600, len(closed))
    handed_on = rng.random(len(closed)) < 0.08
    changes = {
        "JQCLZTDM": np.where(handed_on, "05", "04").astype(object),
        "SFJA": constant("1", len(closed)),
        "JASJ": times(city, end),
        "GXSJ": times(city, when),
        "RKSJ": times(city, when + 60),
    }
    frames.append(version(base, closed, when, **changes))
    gone = np.flatnonzero(rng.random(len(closed)) < DELETED)
    last = when[gone] + rng.integers(3600, 5 * DAY, len(gone))
    updates = {"SCBS": constant("1", len(gone)), "GXSJ": times(city, last), "RKSJ": times(city, last + 60)}
    frames.append(version(frames[-1], gone, last, **updates))
    return frames
