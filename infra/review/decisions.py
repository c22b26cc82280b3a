"""Decisions of people about two records: checked against what was decided before, then added for good.

Rows of `lake.ops.decision` are only ever added; of one pair the newest counts. The next night obeys: `must`
joins, `must_not` parts, `unsure` takes back what was said before and leaves it to the weights.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb

from infra.lake import connect
from infra.nightly.decisions import ensure_table
from infra.nightly.locks import lake_writer
from infra.nightly.snapshots import sign
from infra.review.kinds import KINDS, Kind, existing
from ingest.interval import SHANGHAI

AUTHOR = "sanling.review"
MUST, MUST_NOT, UNSURE = WORDS = ("must", "must_not", "unsure")
COLUMNS = "entity_kind, left_key, right_key, decision, decided_by, decided_at, reason"
INSERT = f"INSERT INTO lake.ops.decision ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, _mask_within(_tidy(?)))"
DIFFER = """
SELECT asked.place
FROM (SELECT unnest($left) AS left_key, unnest($right) AS right_key, unnest($place) AS place) AS asked
JOIN lake.intermediate.{relation} AS l ON l.mention_key = asked.left_key
JOIN lake.intermediate.{relation} AS r ON r.mention_key = asked.right_key
WHERE l.{column} <> r.{column}
"""
Pair = tuple[str, str, str]


class NotDecided(ValueError):
    """Nothing was written; `problems`: place of a decision among those given, from 0, and what is wrong."""

    def __init__(self, problems: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(said for _, said in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Decision:
    """What somebody decided of two records; `decided_by`: unit or role and account, never a person's name."""

    entity_kind: str
    left_key: str
    right_key: str
    decision: str
    decided_by: str
    decided_at: datetime
    reason: str

    @property
    def pair(self) -> Pair:
        """Kind and keys in a fixed order."""
        return (self.entity_kind, *sorted((self.left_key, self.right_key)))  # type: ignore[return-value]


def add(decisions: Sequence[Decision]) -> int:
    """Write decisions, all or none; returns how many were new. Raises NotDecided, LakeBusy."""
    with lake_writer():
        con = connect(lake=True)
        try:
            ensure_table(con)
            before = standing(con)
            known = {(each.pair, each.decision, each.decided_at) for each in before}
            if problems := check(con, before, decisions):
                raise NotDecided(problems)
            fresh = [e for e in decisions if (e.pair, e.decision, e.decided_at) not in known]
            if fresh:
                con.execute("BEGIN")
                day = max(each.decided_at for each in fresh).astimezone(SHANGHAI).date()
                sign(con, AUTHOR, f"{len(fresh)} decisions", AUTHOR, day)
                con.executemany(INSERT, [list(asdict(each).values()) for each in fresh])
                con.execute("COMMIT")
            return len(fresh)
        finally:
            con.close()


def standing(con: duckdb.DuckDBPyConnection) -> list[Decision]:
    """All decisions ever taken, oldest first."""
    order = "decided_at, left_key, right_key, decision"
    found = con.execute(f"SELECT {COLUMNS} FROM lake.ops.decision ORDER BY {order}").fetchall()
    return [
        Decision(kind, left, right, word, by, at.astimezone(SHANGHAI), why or "")
        for kind, left, right, word, by, at, why in found
    ]


def check(
    con: duckdb.DuckDBPyConnection, before: Sequence[Decision], new: Sequence[Decision]
) -> list[tuple[int, str]]:
    """What is wrong with new decisions, in their order: unknown records, contradictions, what cannot be."""
    problems: list[tuple[int, str]] = []
    for kind in KINDS.values():
        own = [(at, each) for at, each in enumerate(new) if each.entity_kind == kind.name]
        if not own:
            continue
        known = existing(
            con, kind, sorted({key for _, each in own for key in (each.left_key, each.right_key)})
        )
        for at, each in own:
            absent = sorted({each.left_key, each.right_key} - known)
            problems += [(at, f"the lake holds no {kind.name} record {key}") for key in absent]
        problems += [(at, kind.never) for at in _never_one(con, kind, own)]
    return sorted([*problems, *contradictions(before, new)])


def _never_one(
    con: duckdb.DuckDBPyConnection, kind: Kind, decisions: Sequence[tuple[int, Decision]]
) -> list[int]:
    """Places of the decisions that join what two numbers or codes keep apart, whatever people say."""
    joined = [(at, each) for at, each in decisions if each.decision == MUST]
    if kind.anchor is None or not joined:
        return []
    keys = {"left": [e.left_key for _, e in joined], "right": [e.right_key for _, e in joined]}
    statement = DIFFER.format(relation=kind.anchor[0], column=kind.anchor[1])
    return [at for (at,) in con.execute(statement, {**keys, "place": [at for at, _ in joined]}).fetchall()]


def contradictions(before: Sequence[Decision], new: Sequence[Decision]) -> list[tuple[int, str]]:
    """Places of new decisions that cannot hold together with the others, and what stands against each.

    Records that are the same, by whatever chain, cannot have two among them that are different.
    """
    problems = [
        (at, f"{each.left_key} is compared with itself")
        for at, each in enumerate(new)
        if each.left_key == each.right_key
    ]
    newest: dict[Pair, Decision] = {}
    place: dict[Pair, int] = {}
    ordered = [*((-1, e) for e in before), *enumerate(new)]
    for at, each in sorted(ordered, key=lambda pair: pair[1].decided_at):
        other = newest.get(each.pair)
        if other and other.decided_at == each.decided_at and other.decision != each.decision:
            problems.append((at, f"{_named(each.pair)} is decided {other.decision} at the same time"))
        newest[each.pair] = each
        place[each.pair] = at
    group = _groups([pair for pair, each in newest.items() if each.decision == MUST])
    for pair, each in newest.items():
        kind, left, right = pair
        if each.decision != MUST_NOT or group.get((kind, left), left) != group.get((kind, right), right):
            continue
        if place[pair] >= 0:
            problems.append((place[pair], f"{_named(pair)} are the same by other decisions"))
            continue
        problems += [
            (at, f"{_named(pair)} were decided to be different, and this would join them")
            for joined, at in place.items()
            if at >= 0
            and newest[joined].decision == MUST
            and joined[0] == kind
            and group[joined[:2]] == group[kind, left]
        ]
    return sorted(set(problems))


def _groups(pairs: Sequence[Pair]) -> dict[tuple[str, str], str]:
    """(kind, key) -> a name of the group that the pairs connect it to."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for kind, left, right in pairs:
        parent[max(root((kind, left)), root((kind, right)))] = min(root((kind, left)), root((kind, right)))
    return {node: root(node)[1] for node in parent}


def _named(pair: Pair) -> str:
    return f"{pair[1]} and {pair[2]}"
