"""Average linkage of reports: what it joins, what keeps it from joining, and that order does not matter."""

import itertools
from collections.abc import Sequence
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.fusion import average

MISSING = -4.0
Edge = tuple[str, str, float]
NODES = [f"n{number}" for number in range(8)]
PAIRS = list(itertools.combinations(NODES, 2))
SOME = st.lists(st.sampled_from(PAIRS), max_size=4, unique=True)


def clusters(
    keys: list[str],
    edges: list[Edge],
    must: Sequence[tuple[str, str]] = (),
    must_not: Sequence[tuple[str, str]] = (),
    threshold: float = 0.0,
) -> dict[str, str]:
    left, right, weight = zip(*edges, strict=True) if edges else ((), (), ())
    table = pa.table(
        {
            "left": pa.array(left, pa.string()),
            "right": pa.array(right, pa.string()),
            "weight": pa.array(weight, pa.float64()),
        }
    )
    said = [(*pair, "must") for pair in must] + [(*pair, "must_not") for pair in must_not]
    decided = pa.table(
        {
            name: pa.array([row[at] for row in said], pa.string())
            for at, name in enumerate(("left", "right", "decision"))
        }
    )
    labels = average.cluster_keys(pa.array(keys, pa.string()), table, decided, threshold, MISSING)
    return dict(zip(keys, labels.to_pylist(), strict=True))


def test_a_chain_of_matters_does_not_become_one_event() -> None:
    chain = [("a", "b", 5.0), ("b", "c", 2.0), ("c", "d", 5.0)]
    assert clusters(["a", "b", "c", "d"], chain) == {"a": "a", "b": "a", "c": "c", "d": "c"}


def test_a_reference_joins_what_no_weight_would() -> None:
    found = clusters(["a", "b", "c"], [("a", "c", -3.0), ("b", "c", 9.0)], must=[("a", "b")])
    assert set(found.values()) == {"a"}, "3 bits on average hold c"
    found = clusters(["a", "b", "c"], [("a", "c", -9.0), ("b", "c", 7.0)], must=[("a", "b")])
    assert found == {"a": "a", "b": "a", "c": "c"}


def test_a_decision_parts_what_weights_and_references_join() -> None:
    found = clusters(["a", "b", "c"], [("a", "b", 20.0), ("b", "c", 20.0)], must_not=[("a", "c")])
    assert found["a"] != found["c"]
    assert clusters(["a", "b"], [], must=[("a", "b")], must_not=[("a", "b")]) == {"a": "a", "b": "b"}
    must = [("a", name) for name in "bcde"]
    found = clusters(list("abcde"), [], must=must, must_not=[("a", "b")])
    assert found["a"] != found["b"], "however many references speak for it"


@pytest.mark.parametrize("largest", [3, 4])
def test_too_large_a_graph_falls_into_its_strong_parts(monkeypatch: pytest.MonkeyPatch, largest: int) -> None:
    monkeypatch.setattr(average, "LARGEST", largest)
    weights = {("a", "b"): 9.0, ("c", "d"): 9.0, ("e", "f"): 9.0}
    edges = [(*pair, weights.get(pair, 0.5)) for pair in itertools.combinations("abcdef", 2)]
    found = clusters(list("abcdef"), edges)
    assert found == {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e", "f": "e"}


@given(
    st.lists(st.tuples(st.sampled_from(PAIRS), st.integers(-8, 12)), unique_by=lambda e: e[0], max_size=20),
    SOME,
    SOME,
    st.randoms(use_true_random=False),
)
def test_decisions_hold_and_order_does_not_matter(
    weighed: list[tuple[tuple[str, str], int]],
    must: list[tuple[str, str]],
    must_not: list[tuple[str, str]],
    random: Random,
) -> None:
    # Weights that are no sums of each other: ties between merges are what order could decide.
    edges = [(a, b, weight + 0.137 * at**1.5) for at, ((a, b), weight) in enumerate(weighed)]
    found = clusters(NODES, edges, must, must_not)
    shuffled, keys = list(edges), list(NODES)
    random.shuffle(shuffled)
    random.shuffle(keys)
    assert clusters(keys, [(b, a, weight) for a, b, weight in shuffled], must[::-1], must_not) == found
    assert all(found[a] != found[b] for a, b in must_not)
    if not must_not:
        assert all(found[a] == found[b] for a, b in must)
    assert all(
        found[label] == label == min(k for k in NODES if found[k] == label) for label in found.values()
    )
