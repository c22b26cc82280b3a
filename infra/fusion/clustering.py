"""Clusters from weighted pairs that never join what must stay apart: Kruskal's algorithm with constraints.

The result depends on keys and weights alone, not on the order of rows: pairs are taken by weight, heaviest
first, equal ones by their keys.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from infra.fusion.forest import AMBIGUOUS, NONE, Floats, Forest, Ints, Rivals

pc: Any = pyarrow.compute

WORDS: Any = pa.array(["accepted", "accepted", "refused", "ambiguous"])


@dataclass(frozen=True)
class Clusters:
    """`label`: for each node the smallest node of its cluster. `edge`, `must`: what became of each pair."""

    label: Ints
    edge: NDArray[np.int8]
    must: NDArray[np.int8]


def cluster(
    size: int,
    edges: tuple[Ints, Ints, Floats],
    *,
    must: tuple[Ints, Ints] | None = None,
    must_not: tuple[Ints, Ints] | None = None,
    anchor: Ints | None = None,
    mark: Ints | None = None,
    margin: float = 0.0,
) -> Clusters:
    """Cluster the nodes 0 … size-1.

    edges: left, right, weight. must, must_not: pairs that people decided on; must-links come first.
    anchor: a number a node, -1 for none; nodes with different anchors (two valid ID numbers) never meet.
    margin: a cluster without an anchor joins another only if no edge of it with a weight above this one minus
    `margin` leads to a rival of that other: a cluster with another anchor, or, where one of the two has none,
    with another mark (a name). Otherwise the edge is AMBIGUOUS.
    A must-link that would break an anchor or a must-not-link is refused like any other pair.
    """
    nothing = np.zeros(0, dtype=np.int64)
    forced, apart = must or (nothing, nothing), must_not or (nothing, nothing)
    bare = np.full(size, NONE, dtype=np.int64)
    forest = Forest(bare if anchor is None else anchor, bare if mark is None else mark, apart)
    fate_of_must = np.zeros(len(forced[0]), dtype=np.int8)
    for at in np.lexsort((np.maximum(*forced), np.minimum(*forced))).tolist():
        fate_of_must[at] = forest.join(int(forced[0][at]), int(forced[1][at]))
    left, right, weight = edges
    order = np.lexsort((np.maximum(left, right), np.minimum(left, right), -weight))
    fate = np.zeros(len(left), dtype=np.int8)
    rivals = Rivals(forest, edges, margin) if margin > 0 else None
    for at, a, b in zip(order.tolist(), left[order].tolist(), right[order].tolist(), strict=True):
        if rivals is not None and rivals.is_ambiguous(a, b, float(weight[at])):
            fate[at] = AMBIGUOUS
        else:
            fate[at] = forest.join(a, b)
    return Clusters(forest.labels(), fate, fate_of_must)


def cluster_keys(nodes: Any, edges: Any, decisions: Any, margin: float = 0.0) -> tuple[Any, Any]:
    """The same for Arrow tables with text keys.

    nodes: key, anchor and mark (text or NULL). edges: left, right, weight. decisions: left, right, decision
    (must, must_not; others are no constraint). Keys that `nodes` lacks are left out of the pairs.
    Returns nodes' labels as keys, parallel to `nodes`, and what became of each edge (accepted, refused,
    ambiguous; NULL where an end is missing), parallel to `edges`.
    """
    order = pc.sort_indices(nodes["key"])
    keys = _whole(nodes["key"].take(order))

    def at(column: Any) -> Ints:
        return _numbers(pc.index_in(_whole(column), keys))

    anchor, mark = (
        _numbers(_whole(nodes[name].take(order)).dictionary_encode().indices) for name in ("anchor", "mark")
    )
    pairs = {}
    for word in ("must", "must_not"):
        some = decisions.filter(pc.equal(decisions["decision"], word))
        a, b = at(some["left"]), at(some["right"])
        pairs[word] = (a[(a >= 0) & (b >= 0)], b[(a >= 0) & (b >= 0)])
    left, right = at(edges["left"]), at(edges["right"])
    known = (left >= 0) & (right >= 0)
    weight = edges["weight"].to_numpy()[known]
    ends = (left[known], right[known], weight)
    found = cluster(len(keys), ends, anchor=anchor, mark=mark, margin=margin, **pairs)
    label = np.empty(len(keys), dtype=np.int64)
    label[order.to_numpy()] = found.label
    fate = np.zeros(len(left), dtype=np.int64)
    fate[known] = found.edge
    return keys.take(pa.array(label)), WORDS.take(pa.array(fate, mask=~known))


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbers(column: Any) -> Ints:
    return np.asarray(pc.fill_null(column, NONE).to_numpy(zero_copy_only=False), dtype=np.int64)
