"""Clusters as they grow: what each may join, and which others it leads to almost as strongly."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = -1
ACCEPTED, REPEATED, REFUSED, AMBIGUOUS = range(4)  # what became of an edge; repeated: both ends were together


class Forest:
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
        """The node that stands for a node's cluster."""
        parent = self.parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, a: int, b: int) -> int:
        """Join two nodes' clusters if they may; what became of it."""
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
        """The smallest node of each node's cluster."""
        return np.array([self.root(node) for node in range(len(self.parent))], dtype=np.int64)


class Rivals:
    """Finds the rivals of a cluster that one without an anchor leads to almost as strongly."""

    def __init__(self, forest: Forest, edges: tuple[Ints, Ints, Floats], margin: float) -> None:
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
        """Whether a rival of one is as near to the other."""
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
