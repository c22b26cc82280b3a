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

pc: Any = pyarrow.compute

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = -1
ACCEPTED, REPEATED, REFUSED, AMBIGUOUS = range(4)  # what became of an edge; repeated: both ends were together
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
    forest = _Forest(bare if anchor is None else anchor, bare if mark is None else mark, apart)
    fate_of_must = np.zeros(len(forced[0]), dtype=np.int8)
    for at in np.lexsort((np.maximum(*forced), np.minimum(*forced))).tolist():
        fate_of_must[at] = forest.join(int(forced[0][at]), int(forced[1][at]))
    left, right, weight = edges
    order = np.lexsort((np.maximum(left, right), np.minimum(left, right), -weight))
    fate = np.zeros(len(left), dtype=np.int8)
    rivals = _Rivals(forest, edges, margin) if margin > 0 else None
    for at, a, b in zip(order.tolist(), left[order].tolist(), right[order].tolist(), strict=True):
        if rivals is not None and rivals.is_ambiguous(a, b, float(weight[at])):
            fate[at] = AMBIGUOUS
        else:
            fate[at] = forest.join(a, b)
    return Clusters(forest.labels(), fate, fate_of_must)


class _Forest:
    """Union-find that keeps each cluster's anchor and mark, its members and the nodes it must not meet."""

    def __init__(self, anchor: Ints, mark: Ints, apart: tuple[Ints, Ints]) -> None:
        self.parent = list(range(len(anchor)))
        self.anchor = anchor.tolist()
        self.mark = mark.tolist()
        self.members: dict[int, list[int]] = {}
        self.enemies: dict[int, set[int]] = {}
        for a, b in zip(apart[0].tolist(), apart[1].tolist(), strict=True):
            self.enemies.setdefault(a, set()).add(b)
            self.enemies.setdefault(b, set()).add(a)

    def root(self, node: int) -> int:
        parent = self.parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, a: int, b: int) -> int:
        low, high = sorted((self.root(a), self.root(b)))
        if low == high:
            return REPEATED
        mine, theirs = self.anchor[low], self.anchor[high]
        if (mine != theirs and NONE not in (mine, theirs)) or self._must_stay_apart(low, high):
            return REFUSED
        self.parent[high] = low
        # The mark of the anchored side says who it is; else that of the smaller node which has one.
        first, second = (high, low) if mine == NONE != theirs else (low, high)
        self.mark[low] = self.mark[second] if self.mark[first] == NONE else self.mark[first]
        self.anchor[low] = max(mine, theirs)
        self.members.setdefault(low, [low]).extend(self.members.pop(high, [high]))
        if high in self.enemies:
            self.enemies.setdefault(low, set()).update(self.enemies.pop(high))
        return ACCEPTED

    def _must_stay_apart(self, a: int, b: int) -> bool:
        if a not in self.enemies or b not in self.enemies:
            return False
        return any(self.root(enemy) == b for enemy in self.enemies[a])

    def labels(self) -> Ints:
        return np.array([self.root(node) for node in range(len(self.parent))], dtype=np.int64)


class _Rivals:
    """Finds the rivals of a cluster that one without an anchor leads to almost as strongly."""

    def __init__(self, forest: _Forest, edges: tuple[Ints, Ints, Floats], margin: float) -> None:
        self.forest, self.margin = forest, margin
        self.near: dict[int, list[tuple[int, float]]] = {}
        free = np.array(forest.anchor, dtype=np.int64) == NONE
        left, right, weight = edges
        for near, far in ((left, right), (right, left)):
            kept = free[near]
            rows = zip(near[kept].tolist(), far[kept].tolist(), weight[kept].tolist(), strict=True)
            for a, b, value in rows:
                self.near.setdefault(a, []).append((b, value))

    def is_ambiguous(self, a: int, b: int, weight: float) -> bool:
        forest = self.forest
        a, b = forest.root(a), forest.root(b)
        if a == b:
            return False
        sides = [(a, b)] * (forest.anchor[a] == NONE) + [(b, a)] * (forest.anchor[b] == NONE)
        return any(self._has_rival(one, other, weight - self.margin) for one, other in sides)

    def _has_rival(self, one: int, other: int, least: float) -> bool:
        forest = self.forest
        return any(
            value > least and self._are_rivals(forest.root(far), other)
            for member in forest.members.get(one, [one])
            for far, value in self.near.get(member, ())
        )

    def _are_rivals(self, a: int, b: int) -> bool:
        anchors = self.forest.anchor[a], self.forest.anchor[b]
        marks = self.forest.mark[a], self.forest.mark[b]
        if NONE not in anchors:
            return bool(anchors[0] != anchors[1])
        return NONE not in marks and bool(marks[0] != marks[1])


def cluster_keys(nodes: Any, edges: Any, decisions: Any, margin: float = 0.0) -> tuple[Any, Any]:
    """The same for Arrow tables with text keys.

    nodes: key, anchor and mark (text or NULL). edges: left, right, weight. decisions: left, right, decision (must,
    must_not; others are no constraint). Keys that `nodes` lacks are left out of the pairs.
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
