"""Clusters of reports by average linkage: two clusters join while their pairs weigh enough on average.

Connected components would chain one matter to the next through reports that resemble both. References between
records and people's decisions come before any weight.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

pc: Any = pyarrow.compute
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
CERTAIN = 1_000.0  # bits of what a reference or a decision says: no average of weights comes near it
LARGEST = 3_000  # nodes of a graph; a larger one is cut at a higher threshold first
STEP = 2.0  # bits by which the threshold of too large a graph rises


def cluster(
    size: int,
    edges: tuple[Ints, Ints, Floats],
    *,
    together: tuple[Ints, Ints],
    apart: tuple[Ints, Ints],
    threshold: float,
    missing: float,
) -> Ints:
    """The smallest node of each node's cluster, for nodes 0 … size-1.

    edges: left, right, weight in bits; a pair without an edge weighs `missing`. together, apart: pairs that
    are decided; where both are said of a pair, apart counts. threshold: least average weight of a join.
    """
    kept = edges[2] >= threshold
    links = (np.concatenate([edges[0][kept], together[0]]), np.concatenate([edges[1][kept], together[1]]))
    graph = coo_array((np.ones(len(links[0])), links), shape=(size, size))
    count, component = connected_components(graph, directed=False)
    _, group = connected_components(
        coo_array((np.ones(len(together[0])), together), shape=(size, size)), directed=False
    )
    label = np.arange(size)
    nodes = _shares(component, np.arange(size), count)
    inner = [_within(component, pairs[0], pairs[1], count) for pairs in (edges, apart)]
    place = np.zeros(size, dtype=np.int64)
    for at, members in enumerate(nodes):
        if len(members) == 1:
            continue
        place[members] = np.arange(len(members))
        chosen, parted = inner[0][at], inner[1][at]
        part = (place[edges[0][chosen]], place[edges[1][chosen]], edges[2][chosen])
        cut = (place[apart[0][parted]], place[apart[1][parted]])
        if len(members) > LARGEST and np.unique(group[members]).size > 1 and threshold < CERTAIN:
            found = _again(members, group, part, cut, threshold, missing)
        else:
            found = _joined(group[members], part, cut, threshold, missing)
        label[members] = members[found]
    return label


def cluster_keys(keys: Any, edges: Any, decisions: Any, threshold: float, missing: float) -> Any:
    """The same for Arrow arrays with text keys: each key's cluster by its smallest key, parallel to `keys`.

    edges: left, right, weight. decisions: left, right, decision (must, must_not). Keys that `keys` lacks are
    left out of the pairs.
    """
    order = pc.sort_indices(keys)
    known = keys.take(order)

    def ends(table: Any) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        left, right = (
            np.asarray(pc.fill_null(pc.index_in(table[name], known), -1), dtype=np.int64)
            for name in ("left", "right")
        )
        valid = (left >= 0) & (right >= 0)
        return left[valid], right[valid], valid

    left, right, valid = ends(edges)
    weight = np.asarray(edges["weight"], dtype=np.float64)[valid]
    decided = {word: ends(decisions.filter(pc.equal(decisions["decision"], word)))[:2] for word in WORDS}
    label = cluster(
        len(known),
        (left, right, weight),
        together=decided["must"],
        apart=decided["must_not"],
        threshold=threshold,
        missing=missing,
    )
    found = np.empty(len(known), dtype=np.int64)
    found[order.to_numpy()] = label
    return known.take(pa.array(found))


WORDS = ("must", "must_not")


def _joined(
    group: Ints, edges: tuple[Ints, Ints, Floats], apart: tuple[Ints, Ints], threshold: float, missing: float
) -> Ints:
    """Average linkage of one graph; the smallest node of each node's cluster."""
    size = len(group)
    weight = np.full((size, size), missing)
    weight[edges[0], edges[1]] = weight[edges[1], edges[0]] = edges[2]
    weight[group[:, None] == group[None, :]] = CERTAIN
    # Below what all the pairs of two clusters could make good.
    weight[apart[0], apart[1]] = weight[apart[1], apart[0]] = -CERTAIN * size**2
    distance = CERTAIN - weight[np.triu_indices(size, 1)]
    named = fcluster(linkage(distance, "average"), CERTAIN - threshold, "distance")
    _, first, inverse = np.unique(named, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)


def _again(
    members: Ints,
    group: Ints,
    edges: tuple[Ints, Ints, Floats],
    apart: tuple[Ints, Ints],
    threshold: float,
    missing: float,
) -> Ints:
    """Too large a graph: take its weakest edges away until it falls into parts that fit."""
    local = group[members]
    _, first, inverse = np.unique(local, return_index=True, return_inverse=True)
    same = (np.arange(len(members)), np.asarray(first[inverse], dtype=np.int64))
    return cluster(
        len(members), edges, together=same, apart=apart, threshold=threshold + STEP, missing=missing
    )


def _shares(label: Ints, values: Ints, count: int) -> list[Ints]:
    """The values by label, in order."""
    order = np.argsort(label, kind="stable")
    return np.split(values[order], np.searchsorted(label[order], np.arange(1, count)))


def _within(component: Ints, left: Ints, right: Ints, count: int) -> list[Ints]:
    """Positions of the pairs that lie within a component, by component."""
    inside = np.flatnonzero(component[left] == component[right])
    return _shares(component[left[inside]], inside, count)
