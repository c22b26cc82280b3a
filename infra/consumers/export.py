"""The published marts as Parquet files, for consumers that want files: what one role sees, no more.

The marts are read as that role, so that PostgreSQL's own policies and grants decide what is in the files.
"""

import os

import psycopg

from infra.consumers import roles
from infra.lake import connect
from infra.settings import settings

READABLE = """
SELECT n.nspname, c.relname,
       array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE has_column_privilege(c.oid, a.attnum, 'SELECT'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname IN ('mart', 'statistics') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY 1, 2 HAVING bool_or(has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY 1, 2
"""


def export(role: str, target: str) -> dict[str, int]:
    """Write `<target>/<schema>.<mart>.parquet` for each mart that the role reads; returns rows a file.

    `target`: a folder that exists, or `s3://bucket/prefix` in the store of the settings. Raises NotARole.
    """
    address = psycopg.conninfo.conninfo_to_dict(roles.uri(role))
    with psycopg.connect(roles.uri(role)) as con:
        readable = con.execute(READABLE).fetchall()
    s = settings()
    written = {}
    lake = connect()
    try:
        os.environ["PGPASSWORD"] = str(address["password"])  # by the environment, so that no error shows it
        lake.execute(
            f"ATTACH 'dbname={s.pg_serving} host={s.pg_host} port={s.pg_port} user={role}' "
            "AS serving (TYPE postgres, READ_ONLY)"
        )
        for schema, mart, columns in readable:
            chosen = ", ".join(f'"{name}"' for name in columns)
            copied = lake.execute(
                f"COPY (FROM postgres_query('serving', 'SELECT {chosen} FROM {schema}.{mart}')) "
                f"TO '{target.rstrip('/')}/{schema}.{mart}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
            written[f"{schema}.{mart}"] = int(copied[0]) if copied else 0
    finally:
        os.environ["PGPASSWORD"] = s.pg_password.get_secret_value()
        lake.close()
    return written
