"""IDs that stay: no ID is lost or held twice, the majority keeps it, and the order of rows says nothing."""

from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from infra.fusion.identity import changes, inherited

KEYS = [f"r{number:02d}" for number in range(14)]
GROUPS = st.lists(st.one_of(st.none(), st.sampled_from("ABCDE")), min_size=len(KEYS), max_size=len(KEYS))
MINTED = "new-"


def text(values: Any) -> Any:
    return pa.array(values, pa.string())


def night(before: list[str | None], clusters: list[str | None]) -> list[str | None]:
    """IDs after a night; a cluster without an ID gets one from its name, as the models do."""
    kept = inherited(text(KEYS), text(clusters), text(before)).to_pylist()
    return [None if c is None else (k or MINTED + c) for k, c in zip(kept, clusters, strict=True)]


@given(GROUPS, GROUPS)
def test_clusters_and_ids_are_one_to_one(before: Any, clusters: Any) -> None:
    after = night(before, clusters)
    pairs = {(c, a) for c, a in zip(clusters, after, strict=True) if c is not None}
    assert len({c for c, _ in pairs}) == len(pairs) == len({a for _, a in pairs})


@given(GROUPS, GROUPS, st.permutations(range(len(KEYS))))
def test_order_does_not_matter(before: Any, clusters: Any, order: Any) -> None:
    shuffled = (text([column[at] for at in order]) for column in (KEYS, clusters, before))
    mixed = inherited(*shuffled).to_pylist()
    kept = inherited(text(KEYS), text(clusters), text(before)).to_pylist()
    assert [kept[at] for at in order] == mixed


@given(GROUPS, GROUPS)
def test_an_id_moves_only_where_most_of_its_records_went(before: Any, clusters: Any) -> None:
    after = night(before, clusters)
    shared = Counter((b, a) for b, a in zip(before, after, strict=True) if b is not None and a is not None)
    for old in {b for b, _ in shared}:
        if old in after and old is not None:
            assert shared[old, old] == max(n for (b, _), n in shared.items() if b == old)


@given(GROUPS, GROUPS)
def test_no_id_is_lost(before: Any, clusters: Any) -> None:
    """Each is still there, merged or ended; each one now there was there, or was created or split off."""
    after = night(before, clusters)
    said = changes(text(before), text(after)).to_pylist()
    merged, ended, created, split = (
        [row["entity_id"] for row in said if row["change"] == word]
        for word in ("merge", "end", "create", "split")
    )
    old, new = set(before) - {None}, set(after) - {None}
    assert sorted(old - new) == sorted(merged + ended)
    assert set(created) <= new - old <= set(created) | set(split)
    assert all(row["other_id"] in new for row in said if row["change"] == "merge")
    assert all(row["other_id"] in old for row in said if row["change"] == "split")


@given(GROUPS)
def test_a_night_without_changes_says_nothing(before: Any) -> None:
    assert night(before, before) == before
    assert changes(text(before), text(before)).num_rows == 0


def test_merge_split_and_tie() -> None:
    before = ["A", "A", "A", "B", "B", "C", "C", *[None] * 7]
    clusters = ["x", "x", "x", "x", "x", "y", "z", "w", *[None] * 6]
    after = night(before, clusters)  # type: ignore[arg-type]
    assert after[:8] == ["A", "A", "A", "A", "A", "C", "new-z", "new-w"], "C stays with its smallest key"
    assert changes(text(before), text(after)).to_pylist() == [
        {"change": "create", "entity_id": "new-w", "other_id": None},
        {"change": "merge", "entity_id": "B", "other_id": "A"},
        {"change": "split", "entity_id": "new-z", "other_id": "C"},
    ]
