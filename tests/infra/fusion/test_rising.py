"""Rising matters: the numbers are exact, alarms without a signal are as rare as promised, a signal is found.

`pytest tests/infra/fusion/test_rising.py -s` prints the measured rates (docs/rising-matters.md).
"""

from fractions import Fraction
from math import comb

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from infra.fusion.engine import register
from infra.fusion.rising import FALSE_ALARMS, TAIL, UNSURE, judge
from infra.sandbox import Params, events
from infra.sandbox import city as cities
from infra.sandbox.scenarios import scenarios

Counts = NDArray[np.int64]
BEYOND = 1e-6  # chance that a test fails although everything is right
KINDS, WINDOWS = 8, 13  # kinds of events; history as a multiple of the window


def tail(x: int, n: int, chance: Fraction) -> Fraction:
    """P(Binomial(n, chance) >= x), in whole numbers."""
    return sum((comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(x, n + 1)), Fraction(0))


def bounds(now: int, before: int) -> tuple[Fraction, Fraction]:
    """The ends of the interval of Clopper and Pearson, by halving, from their definition alone."""
    n, ends = now + before, []
    for holds in (
        lambda c: tail(now, n, c) < UNSURE,  # too small a chance to see so many
        lambda c: 1 - tail(now + 1, n, c) > UNSURE,  # not yet too large to see so few
    ):
        low, high = 0, 1 << 40
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if holds(Fraction(middle, 1 << 40)) else (low, middle)
        ends.append(Fraction(low, 1 << 40))
    return ends[0], ends[1]


@pytest.mark.parametrize(("now", "before"), [(8, 92), (3, 10), (0, 12)])
@pytest.mark.parametrize("history", [0, 1, 7])
def test_values_and_intervals_are_exact(now: int, before: int, history: int) -> None:
    least, most = bounds(now, before)
    size = 25
    xs = np.arange(size)
    found = judge(xs, np.full(size, history), np.full(size, now), np.full(size, before))
    exact = [float(tail(x, x + history, most)) for x in range(size)]
    np.testing.assert_allclose(found.p_value, exact, rtol=1e-6)
    np.testing.assert_array_equal(xs > found.high, found.p_value <= TAIL)
    within = [x for x in range(size) if 1 - tail(x + 1, x + history, least) > TAIL]
    assert (found.low == min(within)).all()
    assert found.expected == pytest.approx(history * now / before)


def test_what_the_whole_city_does_is_no_rise() -> None:
    """Ten times as many everywhere, in 50 places."""
    found = judge(np.full(50, 20), np.full(50, 26), np.full(50, 980), np.full(50, 1274))
    assert not found.is_rising.any()
    assert (found.p_value > TAIL).all()


def test_little_knowledge_raises_no_alarm() -> None:
    """No history in the city; a single event; and no test at all."""
    nowhere = judge([9], [0], [50], [0])
    assert np.isnan([nowhere.expected, nowhere.low, nowhere.high]).all()
    single = judge([1], [0], [8_000], [100_000])
    for found in (nowhere, single, judge([], [], [], [])):
        assert not found.is_rising.any()


def a_night(
    seed: int, places: int, events: float, planted: tuple[float, int] | None = None
) -> tuple[Counts, ...]:
    """Counts of places of very different size, each kind with a season of its own; perhaps one signal.

    events: mean number a place and kind in the whole history. planted: the first place's history, and what it
    has in the window instead of its share.
    """
    rng = np.random.default_rng([2026, seed])
    rate = rng.gamma(0.7, events / WINDOWS / 0.7, (places, KINDS))
    if planted:
        rate[0, 0] = planted[0] / WINDOWS
    history, now = rng.poisson(rate * WINDOWS), rng.poisson(rate * rng.uniform(0.4, 2.5, KINDS))
    if planted:
        now[0, 0] = planted[1]
    seen = (history + now > 0).ravel()
    rest = now.sum(0) - now, history.sum(0) - history
    return tuple(part.ravel()[seen].astype(np.int64) for part in (now, history, *rest))


@pytest.mark.parametrize(("places", "events"), [(20, 1), (60, 3), (300, 10)])
def test_without_a_signal_alarms_are_as_rare_as_promised(places: int, events: float) -> None:
    """Nights with an alarm: at most 5 in 100. Places above their interval: at most 2.5 in 100."""
    nights, alarmed, above, tests = 200, 0, 0, 0
    for seed in range(nights):
        found = judge(*a_night(seed, places, events))
        alarmed += found.is_rising.any()
        above += int((found.p_value <= TAIL).sum())
        tests += len(found.p_value)
    print(
        f"\n{places} places: {alarmed} of {nights} nights with an alarm, {above} of {tests} above, ", end=""
    )
    assert alarmed <= stats.binom.isf(BEYOND, nights, FALSE_ALARMS)
    assert above <= stats.binom.isf(BEYOND, tests, TAIL)


def test_a_planted_signal_is_found() -> None:
    """Six times what the place's year explains, among 2,400 tests: found on all of 50 nights.

    Its p-value is below 0.05 / 2,400 by far: with a season's factor of 2.5 and a history of 26, five are
    expected and 30 seen.
    """
    chance = 2.5 / (2.5 + WINDOWS)
    assert stats.binom.sf(29, 56, chance) < FALSE_ALARMS / (300 * KINDS) / 10
    false = 0
    for seed in range(50):
        found = judge(*a_night(seed, 300, 10, planted=(26, 30)))
        assert found.is_rising[0], seed
        false += int(found.is_rising[1:].sum())
    print(f"\nfound on all of 50 nights, with {false} false alarms beside it")
    assert false <= stats.poisson.isf(BEYOND, 50 * FALSE_ALARMS / (1 - FALSE_ALARMS))


def test_the_sql_function_gives_the_same() -> None:
    counts = a_night(1, 30, 5, planted=(26, 40))
    with duckdb.connect() as con:
        register(con)
        [(given,)] = con.execute("select rising(?, ?, ?, ?)", [part.tolist() for part in counts]).fetchall()
    wanted = judge(*counts)
    assert [row["p_value"] for row in given] == wanted.p_value.tolist()
    assert [row["expected_high"] for row in given] == wanted.high.tolist()
    assert [row["is_rising"] for row in given] == wanted.is_rising.tolist()
    assert given[0]["is_rising"]


def test_a_sandbox_city_without_a_signal(request: pytest.FixtureRequest) -> None:
    """Every 28th night of a city whose places keep their rates; larger with `--people 60000 --days 1120`."""
    option = request.config.option
    params = Params(seed=7, people=option.people or 2_000, days=option.days or 504)
    city = cities.build(params)
    days = [events.of_day(city, day) for day in range(params.days)]
    village = np.concatenate([city.places.village[one.place] for one in days])
    kind = np.unique([one.kind for one in scenarios()], return_inverse=True)[1]
    kinds = np.concatenate([kind[one.scenario] for one in days])
    at = np.concatenate([np.full(len(one), one.day) for one in days])
    alarmed, above, tests, nights = 0, 0, 0, range(392, params.days + 1, 28)
    for night in nights:
        now, before = (at >= night - 28) & (at < night), (at >= night - 392) & (at < night - 28)
        found = judge(*of_places(city.divisions.village_township, village, kinds, now, before))
        alarmed += int(found.is_rising.any())
        above += int((found.p_value <= TAIL).sum())
        tests += len(found.p_value)
    print(
        f"\n{alarmed} of {len(nights)} nights with an alarm, {above} of {tests} above ({above / tests:.4f})"
    )
    assert alarmed <= stats.binom.isf(BEYOND, len(nights), FALSE_ALARMS)
    # A place's tests of both levels hold the same events, so that they count as half as many.
    assert above / 2 <= stats.binom.isf(BEYOND, tests // 2, TAIL)


def of_places(
    township: Counts, village: Counts, kinds: Counts, now: NDArray[np.bool_], before: NDArray[np.bool_]
) -> list[Counts]:
    """Counts by village and kind, then by township and kind, and those of the rest of the city."""
    columns: list[list[Counts]] = [[], [], [], []]
    for place in (village, township[village]):
        size = (int(place.max()) + 1, int(kinds.max()) + 1)
        tables = []
        for chosen in (now, before):
            flat = np.bincount(place[chosen] * size[1] + kinds[chosen], minlength=size[0] * size[1])
            tables.append(flat.reshape(size))
        seen = (tables[0] + tables[1] > 0).ravel()
        for column, table in zip(
            columns, (*tables, *(table.sum(0) - table for table in tables)), strict=True
        ):
            column.append(table.ravel()[seen])
    return [np.concatenate(column) for column in columns]
