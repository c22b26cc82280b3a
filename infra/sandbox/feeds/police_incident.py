"""110: calls and their dispatch, as the police command centre keeps them (feed police.incident)."""

import numpy as np

from infra.sandbox.addresses import written
from infra.sandbox.city import City, adults_near
from infra.sandbox.events import Events, pick
from infra.sandbox.feeds.common import (
    empty,
    optional,
    stacked,
    times,
    version,
)
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.police_calls import COLUMNS, calls
from infra.sandbox.frame import DAY, Frame, constant
from infra.sandbox.noise import citizen_id, padded, phone, sex
from infra.sandbox.plan import Plan, earlier, record_numbers
from infra.sandbox.randomness import Ints, Rng, choose, stream

REPEATS = 0.10  # share of reports that are called in again
IDLE = 0.08  # calls about nothing, as a share of the others
NOTHING = (
    "接通后无人说话，回拨无人接听",
    "误拨110，称手机放在口袋里误触",
    "小孩玩电话，无警情",
    "线路测试，无警情",
    "来电人语无伦次，多次追问未说明事由",
    "接通后立即挂断",
)
DELETED = 0.01
NEVER_CLOSED = 0.04


def build(city: City, events: Events, plan: Plan) -> Frame:
    """All versions, of all days, of the calls about the events of one day."""
    rng = stream(city.params.seed, "police", events.day)
    rows, at = plan.rows["police"], plan.at["police"]
    if len(rows) == 0:
        return empty(COLUMNS)
    main = calls(city, events, rng, rows, at, events.person[rows], plan.number["police"][rows])
    lined = np.array([number is not None for number in plan.ticket[rows]])
    petition = earlier(plan, "petition", plan.reported["police"])[rows]
    origin = np.where(lined, plan.ticket[rows], optional(plan.number["petition"][rows], petition))
    has_origin = lined | (petition & (rng.random(len(rows)) < 0.5))
    main["JJLYBH"] = optional(origin, has_origin)
    main["JJLYLX"] = np.select([has_origin & lined, has_origin], ["12345", "信访"], "电话").astype(object)
    again = _again(city, events, rng, rows, at, main)
    taken = len(rows) + sum(len(frame["_at"]) for frame in again)
    idle = _idle(city, events, rng, len(rows), taken)
    frames = [main, *again, *idle]
    for first in (main, *again):
        frames += _later(city, rng, first)
    return {name: column for name, column in stacked(frames).items() if name not in ("_right", "_received")}


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
    frame = calls(city, events, rng, chosen, at[some] + delay, caller, numbers)
    merged = rng.random(len(some)) < 0.7
    flags = {
        "GLLX": kind,
        "GLZJJDBH": main["JJDBH"][some],
        "HBBS": np.where(merged, "1", "0").astype(object),
        "WXBS": np.where(kind == "4", "1", "0").astype(object),
        "SFBM": main["SFBM"][some],
    }
    return [frame | flags]


def _idle(city: City, events: Events, rng: Rng, others: int, taken: int) -> list[Frame]:
    """Silent, misdialled and prank calls, which have no event; `taken` numbers are in use already."""
    size = int(rng.binomial(others, IDLE))
    if size == 0:
        return []
    rows = np.zeros(size, dtype=np.int64)
    place = rng.integers(0, len(city.places.kind), size)
    caller = city.people.adults[rng.integers(0, len(city.people.adults), size)]
    nothing = pick(events, rows, id=constant(None, size), place=place, person=caller)
    at = events.day * DAY + rng.integers(0, DAY, size)
    numbers = record_numbers(city, nothing, "police", np.arange(size), at, taken + np.arange(size))
    frame = calls(city, nothing, rng, np.arange(size), at, caller, numbers)
    said = choose(rng, NOTHING, size)
    fixed = {
        "JQLBDM": "990000",
        "CSJQLBDM": "990000",
        "JQCLZTDM": "04",
        "WXBS": "1",
        "SFJA": "1",
        "SFBM": "0",
    }
    flags = {name: constant(value, size) for name, value in fixed.items()}
    none = constant(None, size)
    return [
        frame
        | flags
        | {"BJNR": said, "JASJ": frame["JJWCSJ"], "BJRMC": none, "BJRZJDM": none, "BJRZJHM": none}
    ]


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


FEED = Feed(
    name="police.incident",
    key="JJDBH",
    columns=COLUMNS,
    build=build,
    updated="GXSJ",
    entered="RKSJ",
    habits=(
        ("BJRZJHM", citizen_id, 0.12),
        ("BJDH", phone, 0.04),
        ("LXDH", phone, 0.05),
        ("BJRXBDM", sex, 0.15),
        ("BJRMC", padded, 0.03),
        ("JQDZ", padded, 0.03),
        ("BJNR", padded, 0.03),
    ),
    blank=("LXDH", "BJRZJHM", "JJLYBH"),
    shows_present=True,
)
