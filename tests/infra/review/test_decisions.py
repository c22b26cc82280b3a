"""Decisions that cannot hold together are found, whatever chain leads to them, and named by their place."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from infra.review.decision_lines import lines, parse
from infra.review.decisions import Decision, contradictions

START = datetime(2026, 10, 1, tzinfo=UTC)
KEYS = "abcde"


def decision(left: str, right: str, word: str, minute: int = 0) -> Decision:
    return Decision("event", left, right, word, "某局 / dq01", START + timedelta(minutes=minute), "看过")


def places(before: list[Decision], new: list[Decision]) -> list[int]:
    return [at for at, _ in contradictions(before, new)]


def test_a_chain_of_sames_cannot_hold_two_that_differ() -> None:
    chain = [decision("a", "b", "must", 1), decision("b", "c", "must", 2)]
    assert places(chain, [decision("c", "a", "must_not", 3)]) == [0]
    assert places([decision("a", "c", "must_not", 0), chain[0]], [chain[1]]) == [0]
    assert places([], [*chain, decision("a", "c", "must_not", 3)]) == [2]


def test_the_newest_of_a_pair_counts_in_either_order_of_its_keys() -> None:
    chain = [decision("a", "b", "must", 1), decision("b", "c", "must", 2)]
    assert places(chain, [decision("b", "a", "unsure", 3), decision("a", "c", "must_not", 4)]) == []
    assert places([decision("a", "b", "must", 1)], [decision("b", "a", "must_not", 2)]) == []
    assert places([decision("a", "b", "must", 1)], [decision("b", "a", "must_not", 1)]) == [0]


def test_kinds_do_not_meet() -> None:
    person = Decision("person", "a", "b", "must", "某局 / dq01", START, "看过")
    assert places([person], [decision("a", "b", "must_not", 1)]) == []


pair = st.sampled_from([tuple(each) for each in combinations(KEYS, 2)])
said = st.tuples(pair, st.sampled_from(["must", "must_not", "unsure"]))


@given(st.lists(said, max_size=12))
def test_contradictions_are_found_just_where_closure_says_so(
    all_said: list[tuple[tuple[str, str], str]],
) -> None:
    """Against a plain closure of "same" over the newest decision of each pair."""
    given_ = [decision(*keys, word, at) for at, (keys, word) in enumerate(all_said)]
    newest = dict(all_said)
    same = {key: {key} for key in KEYS}
    for _ in KEYS:
        for (left, right), word in newest.items():
            if word == "must":
                both = same[left] | same[right]
                for key in both:
                    same[key] = both
    broken = any(word == "must_not" and keys[1] in same[keys[0]] for keys, word in newest.items())
    assert bool(contradictions([], given_)) == broken


def test_lines_come_back_as_they_were() -> None:
    all_ = [decision("a", "b", "must"), decision("b", "c", "must_not", 5)]
    good, bad = parse("\n".join(lines(all_)) + "\n\n", START + timedelta(days=1))
    assert ([each for _, each in good], bad) == (all_, [])


def test_each_faulty_line_is_named_with_what_is_wrong() -> None:
    line = next(lines([decision("a", "b", "must")]))
    text = [
        line,
        "[1]",
        line.replace('"reason"', '"grund"'),
        line.replace('"must"', '"maybe"'),
        line.replace("+00:00", ""),
        line.replace("2026-", "2126-"),
        line.replace('"看过"', '" "'),
        line.replace('"event"', '"street"'),
    ]
    good, bad = parse("\n".join(text), START + timedelta(days=1))
    assert [number for number, _ in good] == [1]
    assert [number for number, _ in bad] == [2, 3, 3, 4, 5, 6, 7, 8]
    said = " ".join(fault for _, fault in bad)
    for word in (
        "not a JSON object",
        "grund",
        "reason",
        "decision",
        "time zone",
        "future",
        "blank",
        "entity_kind",
    ):
        assert word in said
