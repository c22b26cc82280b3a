"""kill -9 of every step at moments of its work, then a rerun: the marts are those of an undisturbed night.

Two of the city's feeds stand for all: one read from PostgreSQL, one from a drop folder. The catalogue and the
marts of the first night are copied, so that the second can be done twice: once in peace, once with every step
killed. Moments are what a step leaves behind (a session, an object, a snapshot, a table), not seconds.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pytest

from infra.sandbox.parameters import Params
from tests.end_to_end.city import City, founded
from tests.end_to_end.originals import client, read
from tests.end_to_end.readers import Dashboard
from tests.end_to_end.world import Marts, Moment, World, make

POLICE, GRID = "police.incident", "grid.event"
FIRST, SECOND, THIRD = date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)
CITY = Params(seed=5, people=600, days=3, dirt=0.3)
LOAD = "import sys; from datetime import date; from infra import store; from infra.sandbox import platforms; "
LOAD += "store.ensure_buckets(); platforms.load_all(date.fromisoformat(sys.argv[1]), tuple(sys.argv[2:]))"

Objects = dict[tuple[str, str], bytes]  # bucket and name -> body

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def town() -> Iterator[City]:
    """A small city with its servers, and nothing pulled yet."""
    with founded(CITY) as city:
        city.sanling("stack", "up", "--no-sandbox")
        yield city


@pytest.fixture(scope="module")
def begun(town: City) -> World:
    """The world after its first night, to make others of."""
    town.run(sys.executable, "-c", LOAD, FIRST.isoformat(), POLICE, GRID)
    world = make(town, "first")
    world.night(FIRST, POLICE, GRID)
    return world


@dataclass(frozen=True)
class Nights:
    """A second night that went in peace, and a world that has it before it."""

    calm: World
    wild: World
    before: Marts
    after: Marts
    left: Objects  # what the calm night left in the object stores


@pytest.fixture(scope="module")
def nights(town: City, begun: World) -> Nights:
    """The second night in peace; what it left in the object stores is taken away again."""
    town.run(sys.executable, "-c", LOAD, SECOND.isoformat(), POLICE, GRID)
    calm, wild = make(town, "calm", begun), make(town, "wild", begun)
    calm.night(SECOND, POLICE, GRID)
    return Nights(calm, wild, begun.marts(), calm.marts(), _forget(town, SECOND))


def test_a_night_killed_in_every_step_ends_like_a_calm_one(nights: Nights) -> None:
    world, before, after = nights.wild, nights.before, nights.after
    assert {name for name in after if after[name] != before[name]} >= {"event", "event_report", "feed_ledger"}
    of_day = f"date={SECOND}/"
    steps: dict[tuple[str, ...], list[Moment]] = {
        ("pull", POLICE): [world.is_at_work("mart"), world.holds("raw", f"police/incident/{of_day}")],
        ("pull", GRID): [
            world.holds("landing", f"grid/event/{of_day}"),
            world.holds("raw", f"grid/event/{of_day}"),
        ],
        ("validate", POLICE): [
            world.is_at_work("mart"),
            world.holds("verdicts", f"police/incident/{of_day}"),
        ],
        ("validate", GRID): [world.holds("verdicts", f"grid/event/{of_day}")],
        ("build", "--layer", "staging"): [world.has_committed(2)],
        ("build", "--layer", "intermediate"): [world.has_committed(2)],
        ("build", "--layer", "marts"): [world.has_committed(2)],
        ("audit",): [world.is_at_work("lake")],
        ("publish",): [world.is_at_work("lake"), world.has_copied(3), world.has_swapped()],
    }
    with Dashboard(world.uri("mart")) as dashboard:
        for command, moments in steps.items():
            for moment in moments:
                world.kill(*command, day=SECOND, when=moment)
                assert len(world.as_of()) == 1, f"consumers see half a night after {command}"
            world.do(*command, day=SECOND)
            assert world.as_of() == {SECOND if command == ("publish",) else FIRST}
    assert world.marts() == after
    assert dashboard.troubles == []
    whole = {
        (name, day.isoformat() if rows else None, rows)
        for day, marts in ((FIRST, before), (SECOND, after))
        for name, (rows, _) in marts.items()
    }
    assert dashboard.seen <= whole
    assert {day for name, day, _ in dashboard.seen if name == "event"} == {str(FIRST), str(SECOND)}
    assert dashboard.rounds > 20


def test_a_batch_that_was_killed_before_its_judgement_is_taken_up_by_the_next_night(
    town: City, begun: World, nights: Nights
) -> None:
    """No night follows the kill. The calm world has the same pulls, judged and built day by day. All that
    comes after staging is made of it.
    """
    _forget(town, SECOND)
    _put_back(town, nights.left, "landing", "raw")
    late = make(town, "late", begun)
    late.kill("validate", POLICE, day=SECOND, when=late.is_at_work("mart"))
    late.do("validate", GRID, day=SECOND)  # judged, and killed before it was given back
    town.run(sys.executable, "-c", LOAD, THIRD.isoformat(), POLICE, GRID)
    late.night(THIRD, POLICE, GRID, last="staging")
    returned = _returns(town)
    for day in (SECOND, THIRD):
        _forget(town, day, "verdicts", "returns")
    _put_back(town, nights.left, "verdicts", "returns")
    nights.calm.night(THIRD, POLICE, GRID, source="there", last="staging")
    staged = late.staged(POLICE, GRID)
    assert staged == nights.calm.staged(POLICE, GRID)
    assert returned == _returns(town)
    assert any(f"date={SECOND}/" in key for key in returned)
    days = [day.isoformat() for day in (FIRST, SECOND, THIRD)]
    assert [(feed, day) for feed, day, *_ in staged["batches"]] == [
        (feed, day) for feed in (POLICE, GRID) for day in days
    ]
    assert all(received == disposed > 0 for _, _, received, disposed in staged["batches"])


def _returns(city: City) -> set[str]:
    return {str(each.object_name) for each in client(city).list_objects("returns", recursive=True)}


def _forget(city: City, day: date, *buckets: str) -> Objects:
    """Take away what a night left in the object stores, so that the next is the first to write it."""
    store, taken = client(city), {}
    for bucket in buckets or ("landing", "raw", "verdicts", "returns"):
        for each in store.list_objects(bucket, recursive=True):
            name = str(each.object_name)
            if f"date={day}/" in name:
                taken[bucket, name] = read(city, f"s3://{bucket}/{name}")
                store.remove_object(bucket, name)
    return taken


def _put_back(city: City, taken: Objects, *buckets: str) -> None:
    """Let some of the stores hold again what was taken away."""
    for (bucket, name), body in taken.items():
        if bucket in buckets:
            client(city).put_object(bucket, name, BytesIO(body), len(body))
