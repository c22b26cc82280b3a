"""Small cells of indicators: which counts statistics must not see, so that nobody can work them out.

A count from 1 to `min_cell` - 1 is withheld. What could give it away by differencing is withheld too: counts
add up over divisions (villages to a township, …), over kinds (the row `all`) and over columns (`adds_up`).
A township may hold more than its villages: what is known to lie in it, and not where. That rest is a part
which nobody sees.

The choice carries its own proof. A linear programme looks for a change of the table, as cheap as possible,
that leaves every sum as it is, takes no count below zero and raises each small count by `min_cell`. Where the
change is zero, cells are published; elsewhere they are withheld. The true table and the changed one then
publish alike, and so does every mixture of them, so each withheld small cell spans at least `min_cell` for
who knows all that is published. This is the linear form of secondary cell suppression (Fischetti and
Salazar), with a fixed direction. It does not guard against what one department knows of its own cells, nor
against comparing different marts or nights.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

from infra.serving import LEVELS

Mask = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int64]  # numbers of cells: row * counts + count
Numbers = npt.NDArray[np.float64]
ABOVE = {finer: (level, LEVELS[level]) for level, finer in pairwise(LEVELS)}
# What it costs to withhold: totals are read more than their parts, and a zero says nothing of anybody.
LEVEL_COST = {"village": 1.0, "township": 2.0, "county": 4.0, "prefecture": 16.0}
TOTAL_COST, ZERO_COST = 3.0, 2.0
ALL = "all"
TINY = 1e-6  # of the solver's answer


@dataclass(frozen=True)
class Shape:
    """How the counts of a mart add up. `kind`: column of its key in which `all` is the sum of the others."""

    key: tuple[str, ...]
    counts: tuple[str, ...]
    kind: str | None
    adds_up: Mapping[str, Sequence[str]]


def withheld(rows: pd.DataFrame, shape: Shape, min_cell: int) -> Mask:
    """Which cells (rows x counts) are to be withheld."""
    values = rows[list(shape.counts)].to_numpy(dtype=float, na_value=0.0)
    hidden: Mask = (values >= 1) & (values < min_cell)
    pairs = list(additions(rows, shape))
    if not pairs or not hidden.any():
        return hidden
    sums, edges, exceeds = _matrices(pairs, values.size)
    _, component = connected_components(edges, directed=False)
    primary, cost, flat = hidden.ravel(), _cost(rows, shape, values), values.ravel()
    rest = np.where(exceeds, np.maximum(sums @ flat, 0.0), 0.0)
    order = np.argsort(component, kind="stable")
    concerned = np.unique(component[primary])
    for side, edge in zip(
        np.searchsorted(component[order], concerned),
        np.searchsorted(component[order], concerned, side="right"),
        strict=True,
    ):
        cells = order[side:edge]
        if len(cells) > 1:
            lines = np.unique(sums[:, cells].nonzero()[0])
            own = sums[lines][:, cells]
            primary[cells] |= _moved(own, rest[lines], flat[cells], primary[cells], cost[cells], min_cell)
    return primary.reshape(values.shape)


def additions(rows: pd.DataFrame, shape: Shape) -> Iterator[tuple[Cells, Cells, bool]]:
    """Every sum that a reader can do, one tuple a kind of sum.

    Cells that are totals, each beside a part, and whether a total may hold more than its parts.
    """
    width = len(shape.counts)
    place = {name: number for number, name in enumerate(shape.counts)}
    numbers = np.arange(len(rows)) * width
    for total, parts in shape.adds_up.items():
        own = np.array([place[name] for name in parts])
        yield np.repeat(numbers + place[total], len(own)), (numbers[:, None] + own).ravel(), False
    for (totals, members), exceeds in (
        (_over_divisions(rows, shape), True),
        (_over_kinds(rows, shape), False),
    ):
        for column in range(width):
            yield totals * width + column, members * width + column, exceeds


def _over_divisions(rows: pd.DataFrame, shape: Shape) -> tuple[Cells, Cells]:
    if "division_level" not in rows:
        return np.array([], dtype=int), np.array([], dtype=int)
    by = list(dict.fromkeys((*shape.key, "division_code", "division_level")))
    parts = [
        own.assign(division_level=level, division_code=own["division_code"].str[:digits].str.ljust(12, "0"))
        for below, (level, digits) in ABOVE.items()
        for own in [rows.loc[rows["division_level"] == below, by]]
    ]
    return _joined(rows, pd.concat(parts), by)


def _over_kinds(rows: pd.DataFrame, shape: Shape) -> tuple[Cells, Cells]:
    if shape.kind is None:
        return np.array([], dtype=int), np.array([], dtype=int)
    is_total = rows[shape.kind] == ALL
    return _joined(rows[is_total], rows[~is_total], [name for name in shape.key if name != shape.kind])


def _joined(totals: pd.DataFrame, parts: pd.DataFrame, by: list[str]) -> tuple[Cells, Cells]:
    """Row numbers of totals and parts that agree in some columns; the index holds the row numbers."""
    both = [
        one[by].assign(_all=0).reset_index(names=name) for one, name in ((totals, "total"), (parts, "part"))
    ]
    found = both[0].merge(both[1], on=[*by, "_all"])  # with no column to agree in, all belong together
    return found["total"].to_numpy(dtype=int), found["part"].to_numpy(dtype=int)


def _matrices(pairs: Sequence[tuple[Cells, Cells, bool]], size: int) -> tuple[csr_array, csr_array, Mask]:
    """One row a sum, with 1 at its total and -1 at its parts; which cells a sum ties; which may exceed."""
    lines, columns, signs, may_exceed, count = [], [], [], [], 0
    for totals, parts, exceeds in pairs:
        heads, line = np.unique(totals, return_inverse=True)
        lines += [line + count, np.arange(len(heads)) + count]
        columns += [parts, heads]
        signs += [-np.ones(len(parts)), np.ones(len(heads))]
        may_exceed.append(np.full(len(heads), exceeds))
        count += len(heads)
    where = (np.concatenate(lines), np.concatenate(columns))
    ties = tuple(np.concatenate(side) for side in list(zip(*pairs, strict=True))[:2])
    return (
        csr_array((np.concatenate(signs), where), shape=(count, size)),
        csr_array((np.ones(len(ties[0])), ties), shape=(size, size)),
        np.concatenate(may_exceed),
    )


def _moved(sums: csr_array, rest: Numbers, values: Numbers, primary: Mask, cost: Numbers, least: int) -> Mask:
    """Where the cheapest change that raises every primary cell by `least` is not zero.

    `rest`: what each total holds beyond its parts; it may change too, but not below zero. Everywhere, where
    there is no such change: where sums contradict each other, nothing that they tie together is published.
    """
    nothing, loose = np.zeros(len(values)), np.flatnonzero(rest > 0)
    unseen = csr_array((-np.ones(len(loose)), (loose, np.arange(len(loose)))), shape=(len(rest), len(loose)))
    lower = np.concatenate([np.where(primary, least, 0.0), nothing, -rest[loose]])
    upper = np.concatenate(
        [np.full(len(values), np.inf), np.where(primary, 0.0, values), np.full(len(loose), np.inf)]
    )
    found = linprog(
        np.concatenate([np.where(primary, 0.0, cost), cost, np.zeros(len(loose))]),
        A_eq=hstack([sums, -sums, unseen], format="csr"),
        b_eq=np.zeros(sums.shape[0]),
        bounds=np.column_stack([lower, upper]),
        method="highs",
    )
    if found.status != 0:
        return np.ones(len(values), dtype=bool)
    up, down = np.split(found.x[: 2 * len(values)], 2)
    return np.asarray(np.abs(up - down) > TINY)


def _cost(rows: pd.DataFrame, shape: Shape, values: Numbers) -> Numbers:
    cost = np.where(values == 0, ZERO_COST, 1.0)
    cost *= np.where([name in shape.adds_up for name in shape.counts], TOTAL_COST, 1.0)
    if "division_level" in rows:
        cost *= rows["division_level"].map(LEVEL_COST).to_numpy(dtype=float)[:, None]
    if shape.kind is not None:
        cost *= np.where(rows[shape.kind] == ALL, TOTAL_COST, 1.0)[:, None]
    return cost.ravel()
