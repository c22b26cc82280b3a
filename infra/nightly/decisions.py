"""`lake.ops.decision`: what people decided about two records, for good; linkage only reads it."""

import duckdb

TABLE = """
CREATE TABLE lake.ops.decision (
    entity_kind VARCHAR NOT NULL, left_key VARCHAR NOT NULL, right_key VARCHAR NOT NULL,
    decision VARCHAR NOT NULL, decided_by VARCHAR NOT NULL, decided_at TIMESTAMPTZ NOT NULL, reason VARCHAR
)"""


def ensure_table(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table where it is missing, and leave no snapshot where it is not."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = 'lake' AND schema_name = 'ops' AND table_name = 'decision'"
    ).fetchone()
    if found == (0,):
        con.execute(TABLE)
