"""`lake.ops.rule_result`: what each batch's outcome counts rule by rule, A and B of GB/T 36344's X = A / B.

Outcomes are small JSON objects, thousands after some years; a night that read them all to score the feeds
would cost what exists. So the counts of a batch come into the lake when its papers change, and only then.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from infra.nightly.batches import Batch

FIELDS: dict[str, pa.DataType] = {
    "batch_id": pa.string(),
    "rule": pa.string(),
    "scope": pa.string(),  # row | batch
    "field": pa.string(),
    "source_field": pa.string(),
    "dimension": pa.string(),
    "severity": pa.string(),
    "assessed": pa.int64(),
    "failed": pa.int64(),
}
TABLE = """
CREATE TABLE lake.ops.rule_result (
    batch_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, scope VARCHAR NOT NULL, field VARCHAR,
    source_field VARCHAR, dimension VARCHAR NOT NULL, severity VARCHAR NOT NULL,
    assessed BIGINT NOT NULL, failed BIGINT NOT NULL
)"""
# A batch that vanished before it was published is empty now; one that was published stands as it was built.
CLEAR = """
DELETE FROM lake.ops.rule_result WHERE batch_id IN (SELECT unnest(?)) OR batch_id NOT IN (
    SELECT batch_id FROM lake.ops.batch WHERE outcome <> 'withdrawn'
)"""


def ensure_table(con: duckdb.DuckDBPyConnection) -> bool:
    """Create the table where it is missing; whether it was, so that every outcome has to be read."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = 'lake' AND schema_name = 'ops' AND table_name = 'rule_result'"
    ).fetchone()
    if found == (0,):
        con.execute(TABLE)
    return found == (0,)


def replace(con: duckdb.DuckDBPyConnection, fresh: Sequence[Batch]) -> None:
    """Within a transaction: put the counts of batches whose papers changed in the place of their old ones."""
    con.execute(CLEAR, [[batch.batch_id for batch in fresh]])
    rows = [{"batch_id": batch.batch_id, **rule} for batch in fresh for rule in batch.rules]
    if rows:
        con.register("counted", pa.Table.from_pylist(rows, schema=pa.schema(FIELDS)))
        con.execute("INSERT INTO lake.ops.rule_result SELECT * FROM counted")
