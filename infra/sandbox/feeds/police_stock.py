"""Master data (主数据) of the police: a stock on the first day, then a few changes; numbers that others use.

A record changes once at most, on a day that is drawn beforehand, so that a day can be made without the days
before it. The change is made some days ahead: of a spoiled row that waits for its correction it must be known
that a later version is due.
"""

from collections.abc import Callable, Mapping

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.feeds.common import stacked, times, version
from infra.sandbox.frame import DAY, Frame, digits, join
from infra.sandbox.plan import SERIALS, STEP
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream

AHEAD = 6  # days; a spoiled row waits five at most
TYPED_IN = 5 * 3_600  # the platform was filled in the first hours of the first day


Change = Callable[[City, Rng, Frame, Ints, Ints], list[Frame]]  # of some records of the stock, at these times


def with_changes(city: City, feed: str, day: int, stock: Frame, share: float, change: Change) -> Frame:
    """The stock on the first day, and the changes that are made today; `share` is what changes a day."""
    rows, at = _changing(city, feed, day, len(stock["_at"]), share)
    later = change(city, stream(city.params.seed, feed.partition(".")[2], day), stock, rows, at)
    return stacked([stock, *later] if day == 0 else later)


def _changing(city: City, feed: str, day: int, size: int, share: float) -> tuple[Ints, Ints]:
    """The records whose change is made today, and its time."""
    rng = stream(city.params.seed, feed, "changes")
    when = rng.geometric(share, size).astype(np.int64)
    at = when * DAY + rng.integers(8 * 3_600, 18 * 3_600, size)
    due = when <= AHEAD if day == 0 else when == day + AHEAD
    rows = np.flatnonzero(due)
    return rows, at[rows]


def drawn_kinds(rng: Rng, weights: Mapping[str, float], size: int) -> Texts:
    """What each change is about."""
    return choose(rng, tuple(weights), size, tuple(weights.values()))


def changed(
    city: City, stock: Frame, rows: Ints, at: Ints, kinds: Texts, changes: Mapping[str, Frame]
) -> list[Frame]:
    """Later versions of some records: `changes` has, for each kind, the columns as they would be then."""
    frames = []
    for kind, columns in changes.items():
        some = np.flatnonzero(kinds == kind)
        picked = {name: values[some] for name, values in columns.items()}
        stamps = {"GXSJ": times(city, at[some]), "RKSJ": times(city, at[some] + 60)}
        frames.append(version(stock, rows[some], at[some], **(picked | stamps)))
    return frames


def nobody(size: int) -> Ints:
    """-1 for each row."""
    return np.full(size, -1, dtype=np.int64)


def serial(indices: Ints) -> Texts:
    """Distinct seven-digit numbers that do not tell the order; for ten million records."""
    return digits(np.asarray(indices * STEP % SERIALS, dtype=np.int64), 7)


def address_codes(city: City, place: Ints) -> Texts:
    """The number of each place in the register of standard addresses (标准地址编码): village and serial."""
    return join(city.divisions.village_code[city.places.village[place]], serial(place))


def full_addresses(city: City, place: Ints) -> Texts:
    """The whole standard address of each place, from the province down."""
    d = city.divisions
    township = d.village_township[city.places.village[place]]
    county = d.county_name[d.township_county[township]]
    return join(d.province + d.city, county, d.township_name[township], city.places.exact[place])
