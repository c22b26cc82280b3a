"""What a reader of the published tables can still work out of the withheld cells, by linear programming.

The attacker here is written apart from the code: he has the published cells, knows every sum that the
definitions promise and that no count is negative, and bounds each withheld cell from below and above. Of a
division he knows that it holds at least what the divisions in it hold, and where it holds no more than that.
"""

from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy.optimize import linprog

from infra.nightly.suppression import Shape, withheld

MIN = 5
KINDS = ("fire", "help", "traffic")
SHAPE = Shape(
    key=("division_code", "division_level", "month", "event_kind"),
    counts=("found", "resolved", "open"),
    kind="event_kind",
    adds_up={"found": ("resolved", "open")},
)


def city(leaves: npt.NDArray[np.int64]) -> pd.DataFrame:
    """All rows of a city: leaves[county, township, village, kind, resolved or open] rolled up every way."""
    rows = []
    counties, townships, villages, kinds, _ = leaves.shape

    def add(code: str, level: str, part: npt.NDArray[np.int64]) -> None:
        by_kind = part.reshape(-1, kinds, 2).sum(axis=0)
        for kind, (resolved, still) in (("all", by_kind.sum(axis=0)), *zip(KINDS, by_kind, strict=False)):
            rows.append((code, level, "2026-10-01", kind, resolved + still, resolved, still))

    add("410100000000", "prefecture", leaves)
    for c, t, v in product(range(counties), range(townships), range(villages)):
        if t == v == 0:
            add(f"4101{c + 1:02}000000", "county", leaves[c])
        if v == 0:
            add(f"4101{c + 1:02}{t + 1:03}000", "township", leaves[c, t])
        add(f"4101{c + 1:02}{t + 1:03}{v + 1:03}", "village", leaves[c, t, v])
    return pd.DataFrame(rows, columns=[*SHAPE.key, *SHAPE.counts])


def spans(rows: pd.DataFrame, hidden: npt.NDArray[np.bool_]) -> dict[tuple[str, str, str], float]:
    """By how much each withheld cell may vary for the attacker; infinite where nothing bounds it."""
    cells = {
        (row.division_code, row.event_kind, name): number * 3 + column
        for number, row in enumerate(rows.itertuples())
        for column, name in enumerate(SHAPE.counts)
    }
    values = rows[list(SHAPE.counts)].to_numpy(dtype=float).ravel()
    sums: list[npt.NDArray[np.float64]] = []
    at_least: list[npt.NDArray[np.float64]] = [np.zeros(len(values))]

    def promise(total: int, parts: list[int], *, may_exceed: bool = False) -> None:
        line = np.zeros(len(values))
        line[total], line[parts] = 1, -1
        (at_least if may_exceed and line @ values > 0 else sums).append(line)

    codes, kinds = rows["division_code"].unique(), [k for k in rows["event_kind"].unique() if k != "all"]
    level = {code: rows.loc[rows.division_code == code, "division_level"].iloc[0] for code in codes}
    below = {"prefecture": ("county", 4), "county": ("township", 6), "township": ("village", 9)}
    for code, kind in product(codes, ("all", *kinds)):
        if (code, kind, "found") not in cells:
            continue
        promise(cells[code, kind, "found"], [cells[code, kind, "resolved"], cells[code, kind, "open"]])
        for name in SHAPE.counts:
            if kind == "all":
                own = [cells[code, k, name] for k in kinds if (code, k, name) in cells]
                promise(cells[code, "all", name], own)
            if level[code] in below:
                lower, width = below[level[code]]
                inside = [c for c in codes if level[c] == lower and c[:width] == code[:width]]
                own = [cells[c, kind, name] for c in inside if (c, kind, name) in cells]
                promise(cells[code, kind, name], own, may_exceed=True)
    unknown = np.flatnonzero(hidden.ravel())
    matrix, loose = np.array(sums), -np.array(at_least)
    known = np.where(hidden.ravel(), 0, values)
    promised = {
        "A_eq": matrix[:, unknown], "b_eq": -matrix @ known, "A_ub": loose[:, unknown], "b_ub": -loose @ known
    }  # fmt: skip
    found = {}
    names = {number: name for name, number in cells.items()}
    for place, cell in enumerate(unknown):
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(unknown))
            goal[place] = sign
            answer = linprog(goal, **promised, bounds=(0, None), method="highs")
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        found[names[cell]] = abs(ends[1] - ends[0])
    return found


def judge(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    hidden = withheld(rows, SHAPE, MIN)
    values = rows[list(SHAPE.counts)].to_numpy()
    small = (values > 0) & (values < MIN)
    assert hidden[small].all()
    reached = spans(rows, hidden)
    by_row = {(r.division_code, r.event_kind): i for i, r in enumerate(rows.itertuples())}
    for (code, kind, name), span in reached.items():
        place = by_row[code, kind], SHAPE.counts.index(name)
        least = MIN if small[place] else 1
        assert span >= least - 1e-6, (code, kind, name, values[place], span)
    return hidden


@examples(max_examples=12)
@given(st.data())
def test_no_withheld_cell_can_be_worked_out(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), st.integers(1, 3)))
    count = st.one_of(st.just(0), st.integers(1, 4), st.integers(0, 60))
    size = int(np.prod(shape)) * 2
    leaves = np.array(data.draw(st.lists(count, min_size=size, max_size=size))).reshape(*shape, 2)
    judge(city(leaves))


def test_one_small_village_hides_a_neighbour_and_no_total() -> None:
    leaves = np.full((2, 2, 3, 3, 2), 40)
    leaves[0, 0, 0, 0, 1] = 2
    rows = city(leaves)
    hidden = judge(rows)
    assert not hidden[(rows["division_level"] != "village").to_numpy()].any()
    assert hidden.sum() <= 8  # no more than the corners of a cube: villages x kinds x columns


def test_large_counts_and_zeros_are_published() -> None:
    leaves = np.full((2, 2, 2, 2, 2), 9)
    leaves[0, 0] = 0
    assert not withheld(city(leaves), SHAPE, MIN).any()


def test_one_event_in_the_whole_city_is_hidden_all_the_way_up() -> None:
    leaves = np.zeros((2, 2, 2, 2, 2), dtype=int)
    leaves[1, 1, 1, 0, 0] = 1
    rows = city(leaves)
    hidden = judge(rows)
    assert hidden[(rows["division_level"] == "prefecture") & (rows["event_kind"] == "all"), :2].all()


def test_a_mart_without_sums_hides_its_small_cells_alone() -> None:
    rows = pd.DataFrame({"unit": ["a", "b", "c", "d"], "n": [0, 4, 5, None]})
    shape = Shape(key=("unit",), counts=("n",), kind=None, adds_up={})
    assert withheld(rows, shape, MIN).ravel().tolist() == [False, True, False, False]


def test_the_same_table_is_hidden_alike() -> None:
    """Else two nights together would tell what each of them hides."""
    rows = city(np.random.default_rng(3).integers(0, 12, (1, 2, 3, 2, 2)))
    assert (withheld(rows, SHAPE, MIN) == withheld(rows.copy(), SHAPE, MIN)).all()


def test_sums_that_contradict_each_other_are_not_published() -> None:
    """A village whose kind of event its township does not have: no change of one cell would add up."""
    rows = city(np.full((1, 1, 2, 2, 2), 9, dtype=np.int64))
    is_gone = (rows["event_kind"] == "fire") & (rows["division_level"] == "township")
    is_odd = (rows["event_kind"] == "fire") & (rows["division_code"] == "410101001002")
    rows = rows[~is_gone & ~is_odd].reset_index(drop=True)
    rows.loc[(rows["event_kind"] == "fire") & (rows["division_level"] == "village"), "found"] = 1
    village = rows["division_level"] == "village"
    only = rows[village & (rows["division_code"] == "410101001001") & (rows["event_kind"] == "fire")].index
    hidden = withheld(rows, SHAPE, MIN)
    assert hidden[only].all()
    assert hidden[rows["division_level"] == "county"].all()


def test_what_only_the_township_is_known_of_hides_itself_and_not_everything() -> None:
    """Two accidents that lie in a township, and nobody wrote down in which of its villages."""
    rows = city(np.full((1, 1, 2, 2, 2), 9, dtype=np.int64))
    above = rows["division_level"] != "village"
    for name, more in zip(SHAPE.counts, (2, 1, 1), strict=True):
        rows.loc[above & (rows["event_kind"] == "all"), name] += more
    known = rows.loc[above & (rows["event_kind"] == "fire")].assign(
        event_kind="traffic", found=2, resolved=1, open=1
    )
    rows = pd.concat([rows, known], ignore_index=True)
    hidden = judge(rows)
    assert hidden[rows["event_kind"] == "traffic"].all()
    assert not hidden[rows["division_level"] == "village"].all()
    assert not hidden[rows["event_kind"] == "fire"].all()
