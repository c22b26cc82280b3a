"""The SQL that finds connected components, against a plain union-find."""

from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from infra.generate import PROJECT

Edges = list[tuple[str, str]]
SOURCE = (PROJECT / "macros" / "linkage" / "components.sql").read_text(encoding="utf-8")
NODE = st.integers(0, 30).map("{:03d}".format)


def components(edges: Edges) -> dict[str, str]:
    """Node -> smallest node of its component, by the project's macro."""
    macro = Environment(autoescape=False).from_string(SOURCE).module.components  # type: ignore[attr-defined]  # noqa: S701
    with duckdb.connect() as con:
        con.execute("create table edge (a varchar, b varchar)")
        con.executemany("insert into edge values (?, ?)", edges)
        return dict(con.execute(f"with {macro('edge')} select node, label from component").fetchall())


def union_find(edges: Edges) -> dict[str, str]:
    parent = {node: node for edge in edges for node in edge}

    def root(node: str) -> str:
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {node: root(node) for node in parent}


@given(st.lists(st.tuples(NODE, NODE), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_equals_union_find(edges: Edges) -> None:
    assert components(edges) == union_find(edges)


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param([(f"{i:03d}", f"{i + 1:03d}") for i in range(100)], id="chain"),
        pytest.param([(f"{i:03d}", "999") for i in range(500)], id="star around the largest"),
        pytest.param([(f"{i:03d}", f"{(i * 7 + 1) % 101:03d}") for i in range(101)], id="ring"),
        pytest.param(list(pairwise(f"{i * 389 % 997:03d}" for i in range(997))), id="chain in no order"),
    ],
)
def test_long_chains_and_wide_stars(edges: Edges) -> None:
    assert components(edges) == union_find(edges)
