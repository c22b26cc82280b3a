"""The SQL functions give what the functions on arrays give, for many graphs at once, on every cursor."""

from collections.abc import Iterator

import duckdb
import pytest

from infra.fusion.engine import register


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        register(connection)
        yield connection.cursor()


def test_graphs_of_many_rows_do_not_meet(con: duckdb.DuckDBPyConnection) -> None:
    """5,000 graphs a-b-c of which a and c bear different numbers; b goes to the heavier side."""
    found = con.execute("""
        with graph as (select range as n from range(5000))
        select n, cluster_apart(
            ['a' || n, 'b' || n, 'c' || n], ['1', null, '2'], [null, null, null],
            [{'left': 'a' || n, 'right': 'b' || n, 'weight': 9.0},
             {'left': 'b' || n, 'right': 'c' || n, 'weight': 12.0}],
            []::STRUCT("left" VARCHAR, "right" VARCHAR, decision VARCHAR)[], 2.0
        ) as done
        from graph order by n
    """).fetchall()
    assert len(found) == 5000
    for n, done in found:
        assert done == {"labels": [f"a{n}", f"b{n}", f"b{n}"], "fates": ["refused", "accepted"]}


def test_no_graph_is_no_row(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("select inherited_ids(['x'], ['x'], ['x']) where false").fetchall() == []


def test_ids_and_changes(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute("""
        select inherited_ids(['a', 'b', 'c'], ['x', 'x', 'y'], ['P-1', 'P-2', null]),
        identity_changes(['P-1', 'P-2', null], ['P-1', 'P-1', 'P-3'])
    """).fetchone()
    assert row == (
        ["P-1", "P-1", None],
        [
            {"change": "create", "entity_id": "P-3", "other_id": None},
            {"change": "merge", "entity_id": "P-2", "other_id": "P-1"},
        ],
    )
