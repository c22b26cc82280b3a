"""The grid platform's statistics: how often each grid patrolled, visited and checked, in counts alone.

No person is named, neither a grid member nor anybody visited (feed grid.activity).
"""

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import marks_without_event, numbers, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.feeds.grid_grid import grids
from infra.sandbox.frame import DAY, Frame, fill, join, words
from infra.sandbox.noise import date_text, slashed
from infra.sandbox.plan import Plan, day_text
from infra.sandbox.randomness import Ints, stream, texts

COLUMNS = words(
    "activityCode gridCode communityCode activityDate activityType times peopleReached memberCount updateTime"
)
KINDS = ("巡查", "走访", "宣传", "隐患排查", "纠纷排查", "志愿服务")
CHANCES = (0.7, 0.5, 0.15, 0.25, 0.25, 0.08)  # that a grid does it on a day
REACHED = (1.5, 4.0, 15.0, 2.0, 3.0, 8.0)  # persons met each time
COUNTED_AGAIN = 0.03  # share that is corrected on the next day


def build(city: City, events: Events, plan: Plan) -> Frame:  # noqa: ARG001
    """The counts of one day, and the next day's corrections."""
    rng = stream(city.params.seed, "activity", events.day)
    every = grids(city)
    grid, kind = np.nonzero(rng.random((len(every.code), len(KINDS))) < np.array(CHANCES))
    size = len(grid)
    often = 1 + rng.poisson(0.8, size)
    met = rng.poisson(often * np.array(REACHED)[kind])
    reached = np.where(kind == 0, met, np.maximum(met, often))  # a patrol may meet nobody
    at = events.day * DAY + rng.integers(20 * 3_600, 22 * 3_600, size)
    day = day_text(city, at)
    values = {
        "activityCode": join("HD", every.code[grid], day, numbers(kind + 1)),
        "gridCode": every.code[grid],
        "communityCode": city.divisions.village_code[every.village[grid]],
        "activityDate": texts([f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in day.tolist()]),
        "activityType": texts(KINDS)[kind],
        "times": numbers(often),
        "peopleReached": numbers(reached),
        "memberCount": numbers(rng.integers(1, 4, size)),
        "updateTime": times(city, at),
    }
    none: Ints = np.full(size, -1)
    first = fill(size, COLUMNS, values) | marks_without_event(at, None, none, none, none)
    some = np.flatnonzero(rng.random(size) < COUNTED_AGAIN)
    later = at[some] + rng.integers(11 * 3_600, 20 * 3_600, len(some))
    more = numbers(reached[some] + rng.integers(1, 5, len(some)))
    return stacked([first, version(first, some, later, peopleReached=more, updateTime=times(city, later))])


FEED = Feed(
    name="grid.activity",
    key="activityCode",
    columns=COLUMNS,
    build=build,
    updated="updateTime",
    habits=(
        ("activityDate", date_text, 0.3),
        ("updateTime", slashed, 0.2),
    ),
    again_tomorrow=0.01,
)
