"""Which matters of a place rise beyond what its own history explains: exact tests, with few false alarms.

A place (never a person) had `history` events of a kind before a window and `observed` ones in it; the
rest of the city had `rest_history` and `rest_observed`. If the place only moves with its city, each of
its events falls into the window with the chance that the city's events have, so that, given their number
n, those in the window are Binomial(n, chance). Season, trend and the lateness of reports are in that
chance; the length of the history need not be known. The chance is taken at that end of its exact
confidence interval (Clopper and Pearson 1934) which speaks against an alarm: a city with few events of a
kind raises none. A place with a short history is judged by the few events it has, with no normal
approximation.

The alarms of a night are those that the procedure of Benjamini and Hochberg (1995) keeps. Places whose
few events could not look rare however they fell are no tests (Tarone 1990): that depends on n and the
city, not on how the place's events fell, so it is no choice by result.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

TAIL = 0.025  # chance beyond either end of the interval of what history explains
UNSURE = 0.05  # chance that the city's own share lies beyond the bound that is used
FALSE_ALARMS = 0.05  # largest expected share of false alarms among the alarms of a night


@dataclass(frozen=True)
class Judged:
    """Parallel to the places. `low` to `high`: the interval; NaN where the city knows no such history."""

    expected: NDArray[np.float64]  # own events before × events of the rest of the city now per one before
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p_value: NDArray[np.float64]  # one-sided: so many or more
    is_rising: NDArray[np.bool_]


def judge(observed: Any, history: Any, rest_observed: Any, rest_history: Any) -> Judged:
    """Judge all places and kinds of one night together; arguments are parallel arrays of counts."""
    x, before, rest_x, rest_before = (
        np.asarray(part, dtype=np.float64) for part in (observed, history, rest_observed, rest_history)
    )
    most = np.where(rest_before > 0, stats.beta.ppf(1 - UNSURE, rest_x + 1, np.maximum(rest_before, 1)), 1.0)
    least = np.where(rest_x > 0, stats.beta.ppf(UNSURE, np.maximum(rest_x, 1), rest_before + 1), 0.0)
    known = rest_before > 0
    p_value = np.where(known, stats.binom.sf(x - 1, x + before, most), 1.0)
    # P(Binomial(before + x, chance) >= x) is the chance that x or more fall in before `before` + 1 fall out:
    # the interval's ends are quantiles of the negative binomial distribution.
    high = np.where(known, stats.nbinom.isf(TAIL, before + 1, np.where(known, 1 - most, 0.5)), np.nan)
    low = np.where(before > 0, stats.nbinom.ppf(TAIL, np.maximum(before, 1), 1 - least), 0.0)
    expected = np.where(known, before * rest_x / np.maximum(rest_before, 1), np.nan)
    tested = most ** (x + before) <= FALSE_ALARMS
    is_rising = np.zeros(len(x), dtype=bool)
    if tested.any():
        is_rising[tested] = stats.false_discovery_control(p_value[tested]) <= FALSE_ALARMS
    return Judged(expected, np.where(known, low, np.nan), high, p_value, is_rising)
