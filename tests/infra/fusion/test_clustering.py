"""Constrained clustering: what must stay apart does, whatever the order; else it is connected components."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from infra.fusion.clustering import cluster, cluster_keys
from infra.fusion.forest import AMBIGUOUS, NONE, REFUSED

SIZE = 12
NODE = st.integers(0, SIZE - 1)
PAIR = st.tuples(NODE, NODE).filter(lambda pair: pair[0] != pair[1])
EDGES = st.lists(st.tuples(PAIR, st.integers(-5, 30)), max_size=30)
ANCHORS = st.lists(st.one_of(st.just(NONE), st.integers(0, 3)), min_size=SIZE, max_size=SIZE)


def run(
    edges: Any,
    anchors: Any = None,
    must: Any = (),
    must_not: Any = (),
    margin: float = 0.0,
    marks: Any = None,
) -> Any:
    def ends(pairs: Any) -> Any:
        return tuple(np.array([p[side] for p in pairs], dtype=np.int64) for side in (0, 1))

    weights = np.array([weight for _, weight in edges], dtype=np.float64)
    return cluster(
        SIZE,
        (*ends([pair for pair, _ in edges]), weights),
        must=ends(must),
        must_not=ends(must_not),
        anchor=np.array(anchors if anchors is not None else [NONE] * SIZE, dtype=np.int64),
        mark=None if marks is None else np.array(marks, dtype=np.int64),
        margin=margin,
    )


@given(EDGES, ANCHORS, st.lists(PAIR, max_size=3), st.lists(PAIR, max_size=4), st.sampled_from([0.0, 3.0]))
def test_constraints_hold(edges: Any, anchors: Any, must: Any, must_not: Any, margin: float) -> None:
    found = run(edges, anchors, must, must_not, margin)
    for label in set(found.label.tolist()):
        held = {anchors[n] for n in range(SIZE) if found.label[n] == label} - {NONE}
        assert len(held) <= 1
        assert found.label[label] == label == min(n for n in range(SIZE) if found.label[n] == label)
    assert all(found.label[a] != found.label[b] for a, b in must_not)
    for pair, fate in zip([p for p, _ in edges], found.edge.tolist(), strict=True):
        if fate not in (REFUSED, AMBIGUOUS):
            assert found.label[pair[0]] == found.label[pair[1]]
    for pair, fate in zip(must, found.must.tolist(), strict=True):
        assert (found.label[pair[0]] == found.label[pair[1]]) == (fate != REFUSED)


@given(EDGES, ANCHORS, st.lists(PAIR, max_size=3), st.lists(PAIR, max_size=3), st.randoms())
def test_order_of_rows_and_of_ends_does_not_matter(
    edges: Any, anchors: Any, must: Any, must_not: Any, random: Any
) -> None:
    mixed = [((b, a), w) if random.random() < 0.5 else ((a, b), w) for (a, b), w in edges]
    random.shuffle(mixed)
    one = run(edges, anchors, must, must_not, 3.0)
    assert one.label.tolist() == run(mixed, anchors, must[::-1], must_not[::-1], 3.0).label.tolist()


@given(EDGES)
def test_without_constraints_it_is_connected_components(edges: Any) -> None:
    label = list(range(SIZE))
    for _ in range(SIZE):
        for (a, b), _weight in edges:
            label[a] = label[b] = min(label[a], label[b])
    assert run(edges).label.tolist() == label


def test_a_bridge_without_an_anchor_joins_the_heavier_side_only() -> None:
    found = run([((0, 2), 20), ((1, 2), 10)], [7, 8, *[NONE] * 10], margin=3.0)
    assert found.label[2] == 0
    assert found.label[1] == 1
    assert found.edge.tolist() == [0, REFUSED]


def test_within_the_margin_it_joins_neither() -> None:
    found = run([((0, 2), 20), ((1, 2), 18)], [7, 8, *[NONE] * 10], margin=3.0)
    assert sorted({found.label[n].item() for n in (0, 1, 2)}) == [0, 1, 2]
    assert found.edge.tolist() == [AMBIGUOUS, AMBIGUOUS]


def test_the_margin_counts_for_the_cluster_not_for_the_record() -> None:
    """2 and 3 are one by the heaviest edge; what speaks for 3's other anchor speaks for 2 as well."""
    found = run([((2, 3), 30), ((0, 2), 20), ((1, 3), 19)], [7, 8, *[NONE] * 10], margin=3.0)
    assert found.label[2] == found.label[3] == 2
    assert found.edge.tolist() == [0, AMBIGUOUS, AMBIGUOUS]


def test_another_name_is_a_rival_where_there_is_no_number() -> None:
    """A record of 王先生 on the phone of a father with a number and of his son, who has none yet."""
    edges = [((0, 2), 20), ((1, 2), 20)]
    free, same = [NONE] * 9, [7, NONE, NONE]
    assert run(edges, [*same, *free], margin=3.0, marks=[1, 2, NONE, *free]).label.tolist()[:3] == [0, 1, 2]
    assert run(edges, [*same, *free], margin=3.0, marks=[1, 1, NONE, *free]).label.tolist()[:3] == [0, 0, 0]


def test_text_keys_give_labels_in_the_order_of_the_rows() -> None:
    nodes = pa.table({"key": ["c", "a", "b", "d"], "anchor": pa.array(["X", None, "Y", None], pa.string())})
    nodes = nodes.append_column("mark", pa.nulls(4, pa.string()))
    edges = pa.table({"left": ["c", "b", "a"], "right": ["a", "a", "gone"], "weight": [9.0, 8.0, 7.0]})
    decisions = pa.table({"left": ["d"], "right": ["b"], "decision": ["must"]})
    labels, fates = cluster_keys(nodes, edges, decisions)
    assert labels.to_pylist() == ["a", "a", "b", "b"]
    assert fates.to_pylist() == ["accepted", "refused", None]
