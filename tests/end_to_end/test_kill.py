"""kill -9 of every step at moments of its work, then a rerun: the marts are those of an undisturbed night.

Two of the city's feeds stand for all: one read from PostgreSQL, one from a drop folder. The catalogue and the
marts of the city's last night are copied, so that the next can be done twice: once in peace, once with every
step killed. Moments are what a step leaves behind (a session, an object, a snapshot, a table), not seconds.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import pytest

from tests.end_to_end import world as worlds
from tests.end_to_end.city import PARAMS, City
from tests.end_to_end.originals import client, read
from tests.end_to_end.readers import Dashboard
from tests.end_to_end.world import Marts, Moment, World

POLICE, GRID = "police.incident", "grid.event"
FIRST, SECOND, THIRD = (PARAMS.last_day + timedelta(days=n) for n in (2, 3, 4))  # the city's last, two more

Objects = dict[tuple[str, str], bytes]  # bucket and name -> body

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Nights:
    """A second night that went in peace, and worlds that have it before them."""

    calm: World
    wild: World
    late: World
    before: Marts
    after: Marts
    left: Objects  # what the calm night left in the object stores


@pytest.fixture(scope="module")
def nights(city: City) -> Nights:
    """The second night in peace; what it left in the object stores is taken away again."""
    assert city.nights[-1].day == FIRST
    city.sanling("sandbox", "advance")
    begun = worlds.of(city)
    calm, wild, late = (worlds.make(name, begun) for name in ("calm", "wild", "late"))
    calm.night(SECOND, POLICE, GRID)
    return Nights(calm, wild, late, begun.marts(), calm.marts(), _forget(city, SECOND))


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
    city: City, nights: Nights
) -> None:
    """No night follows the kill. The calm world has the same pulls, judged and built day by day. All that
    comes after staging is made of it.
    """
    _forget(city, SECOND)
    _put_back(city, nights.left, "landing", "raw")
    late = nights.late
    late.kill("validate", POLICE, day=SECOND, when=late.is_at_work("mart"))
    late.do("validate", GRID, day=SECOND)  # judged, and killed before it was given back
    city.sanling("sandbox", "advance")
    late.night(THIRD, POLICE, GRID, last="staging")
    returned = _returns(city)
    for day in (SECOND, THIRD):
        _forget(city, day, "verdicts", "returns")
    _put_back(city, nights.left, "verdicts", "returns")
    nights.calm.night(THIRD, POLICE, GRID, source="there", last="staging")
    staged = late.staged(POLICE, GRID)
    assert staged == nights.calm.staged(POLICE, GRID)
    assert returned == _returns(city)
    assert any(f"date={SECOND}/" in key for key in returned)
    days = [night.day.isoformat() for night in city.nights] + [str(SECOND), str(THIRD)]
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
