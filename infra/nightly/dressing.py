"""What makes copied tables into marts: keys, indexes, comments, grants, statistics."""

import psycopg
from psycopg import sql

from infra.nightly import access
from infra.nightly.marts import Mart
from infra.nightly.swap import SCHEMAS
from infra.serving import GROUPS, connect_serving

RUN_COLUMNS = {
    "_as_of": "业务日期 / business date that the marts show",
    "_run_id": "发布批次 / run that published the marts",
    "_snapshot": "湖快照编号 / lake snapshot that the marts were copied from",
    "_changed_on": "本行最近变化的业务日期 / business date of the row's last change",
    "is_suppressed": "本行有小数被隐去，比率亦为空 / a small count of this row is withheld, with its rates",
    "_changed_by": "本行最近变化的批次 / run of the row's last change",
}
SCHEMA_TEXT = {
    "mart": "三零数据集市，每晚整体替换 / marts, replaced as a whole every night",
    "statistics": "统计用指标，小数已隐去，每晚整体替换 / indicators for statistics, small counts withheld",
}
INDEXED = ("_id", "_code", "_key")  # columns that consumers join and filter by
GRANTS = """
SELECT c.relname, coalesce(r.rolname, 'public'), x.privilege_type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x
LEFT JOIN pg_roles r ON r.oid = x.grantee
WHERE n.nspname = %s AND c.relkind = 'r' AND x.grantee <> c.relowner AND coalesce(r.rolname, '') <> ALL(%s)
UNION ALL
SELECT NULL, coalesce(r.rolname, 'public'), x.privilege_type
FROM pg_namespace n, aclexplode(n.nspacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
WHERE n.nspname = %s AND x.grantee <> n.nspowner AND coalesce(r.rolname, '') <> ALL(%s)
"""


def dress(described: list[Mart], schema: str) -> None:
    """Finish the tables of `mart_next` or `statistics_next`.

    Raises psycopg.errors.UniqueViolation when a key is not one.
    """
    with connect_serving() as con:
        for mart in described:
            table = sql.Identifier(schema, mart.name)
            _keys(con, mart, table)
            _comments(con, mart, schema)
        _grants(con, {mart.name for mart in described}, schema)
        access.apply(con, described, schema)
        con.execute(f"COMMENT ON SCHEMA {schema} IS '{SCHEMA_TEXT[SCHEMAS[schema]]}'".encode())
    with connect_serving() as con:
        con.autocommit = True
        for mart in described:
            con.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, mart.name)))


def _keys(con: psycopg.Connection, mart: Mart, table: sql.Identifier) -> None:
    for name in mart.not_null:
        con.execute(
            sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL").format(table, sql.Identifier(name))
        )
    if mart.key:
        columns = sql.SQL(", ").join(map(sql.Identifier, mart.key))
        con.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, columns))
    wanted = {name for name in mart.columns if name.endswith(INDEXED)} | {
        *filter(None, [mart.division_column])
    }
    for name in sorted(wanted - {*mart.key[:1]}):
        con.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, sql.Identifier(name)))


def _comments(con: psycopg.Connection, mart: Mart, schema: str) -> None:
    table = sql.Identifier(schema, mart.name)
    con.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(mart.description)))
    present = con.execute(
        "SELECT column_name FROM information_schema.columns WHERE (table_schema, table_name) = (%s, %s)",
        (schema, mart.name),
    ).fetchall()
    for (name,) in present:
        text = mart.columns.get(name) or RUN_COLUMNS.get(name)
        if text:
            target = sql.Identifier(schema, mart.name, name)
            con.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(target, sql.Literal(text)))


def _grants(con: psycopg.Connection, names: set[str], schema: str) -> None:
    """Whoever was granted a mart by name, by hand, keeps that over the swap; rows follow his scope."""
    groups = list(GROUPS)
    for table, role, privilege in con.execute(
        GRANTS, (SCHEMAS[schema], groups, SCHEMAS[schema], groups)
    ).fetchall():
        if table is not None and table not in names:
            continue
        names_schema = table is None
        what = sql.Identifier(schema) if names_schema else sql.Identifier(schema, table)
        who = sql.SQL("PUBLIC") if role == "public" else sql.Identifier(role)
        con.execute(
            sql.SQL("GRANT {} ON {} {} TO {}").format(
                sql.SQL(privilege), sql.SQL("SCHEMA" if names_schema else "TABLE"), what, who
            )
        )
