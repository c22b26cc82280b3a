"""Precision, recall and F1 of a grouping, over pairs and by B-cubed (Bagga and Baldwin 1998)."""

from dataclasses import dataclass

import duckdb

PAIRS = """
with cell as (select found, truth, count(*) as n from {table} group by 1, 2),
same as (select sum(n * (n - 1) / 2) as pairs from cell),
found as (select sum(n * (n - 1) / 2) as pairs from (select sum(n) as n from cell group by found)),
truth as (select sum(n * (n - 1) / 2) as pairs from (select sum(n) as n from cell group by truth))
select same.pairs / found.pairs, same.pairs / truth.pairs from same, found, truth
"""
B_CUBED = """
with cell as (select found, truth, count(*) as n from {table} group by 1, 2)
select sum(n * n / of_found) / sum(n), sum(n * n / of_truth) / sum(n)
from (
    select n, sum(n) over (partition by found) as of_found, sum(n) over (partition by truth) as of_truth
    from cell
)
"""


@dataclass(frozen=True)
class Score:
    """Precision and recall, of pairs or of B-cubed."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def scores(con: duckdb.DuckDBPyConnection, table: str) -> tuple[Score, Score]:
    """Pairwise and B-cubed of a table with columns found and truth, one row a record."""
    pairs, cubed = (con.execute(sql.format(table=table)).fetchone() for sql in (PAIRS, B_CUBED))
    assert pairs is not None
    assert cubed is not None
    return Score(*map(float, pairs)), Score(*map(float, cubed))
