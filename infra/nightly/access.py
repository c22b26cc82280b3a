"""Who may read which row of which mart: row-level security and grants, put on at each publication.

A mart says in its meta who reads it (`read_by`), by which column rows belong to a division
(`division_column`) or a department (`department_column`). Everything else follows here, the same way for all:

- `sanling.access_role` holds the scope of each role. The policies ask it through `sanling.reads`, once a
  query (an InitPlan), which also writes the line of the access log.
- Rows of a division are seen by roles whose division is a prefix of theirs; rows without a division, and
  marts without a division column, by whole-city roles alone; public reference by everyone who may read.
- The policies name the role that asks (`current_user`), not the one that owns a view, and bind our own role
  too (FORCE): a view of ours shows its reader his own rows.
"""

import psycopg
from psycopg import sql

from infra.nightly.marts import Mart
from infra.serving import GROUPS, PURPOSES, WHOLE_CITY, group

TABLES = """
CREATE SCHEMA IF NOT EXISTS sanling;
CREATE TABLE IF NOT EXISTS sanling.access_role (
    role name PRIMARY KEY,
    purpose text NOT NULL,
    division text NOT NULL CHECK (division = 'all' OR division ~ '^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    department text,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE sanling.access_role IS 'One row a login role of a consumer: purpose and scope';
CREATE OR REPLACE FUNCTION sanling.reads(object text, purposes text[], reader name, everywhere boolean)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF reader = current_user THEN  -- our own role, which owns this function
        RETURN true;
    END IF;
    PERFORM FROM sanling.access_role a
    WHERE a.role = reader AND a.purpose = ANY (purposes)
        AND (NOT everywhere OR a.division = 'all' OR length(a.division) = 4);
    IF FOUND THEN
        RAISE LOG 'sanling read %', object;
    END IF;
    RETURN FOUND;
END $$;
CREATE OR REPLACE FUNCTION sanling.division_of(reader name, filler text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT CASE WHEN filler = '' THEN division ELSE rpad(division, 12, filler) END
    FROM sanling.access_role WHERE role = reader AND division <> 'all'
$$;
CREATE OR REPLACE FUNCTION sanling.department_of(reader name) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT department FROM sanling.access_role WHERE role = reader
$$;
"""
READS = "(SELECT sanling.reads({object}, {readers}, current_user, {everywhere}))"
# Digits order alike in every collation, so a prefix is a range that an index can serve; its collation is
# named, since that of current_user, which is a `name`, would win and keep the index out.
WITHIN = (
    """{column} BETWEEN (SELECT sanling.division_of(current_user, '') COLLATE "default") """
    """AND (SELECT sanling.division_of(current_user, '9') COLLATE "default") AND """
)
OF_DEPARTMENT = "{column} = coalesce((SELECT sanling.department_of(current_user)), {column}) AND "


def ensure(con: psycopg.Connection) -> None:
    """Create the table of scopes and the functions that policies ask, where they are missing."""
    con.execute(TABLES)


def apply(con: psycopg.Connection, described: list[Mart], schema: str) -> None:
    """Put policies and grants on the tables of a schema; may be repeated. What is not granted is refused."""
    ensure(con)
    rows = con.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (list(GROUPS),)).fetchall()
    groups = {name for (name,) in rows}
    for name in sorted(groups):
        who = sql.Identifier(name)
        con.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), who))
    for mart in described:
        table = sql.Identifier(schema, mart.name)
        for name in sorted(groups):
            con.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, sql.Identifier(name)))
        _policies(con, mart, schema, [WHOLE_CITY] if WHOLE_CITY in groups else [])
        for purpose in readers(mart, schema):
            if group(purpose) in groups:
                _grant(con, mart, table, purpose)


def readers(mart: Mart, schema: str) -> tuple[str, ...]:
    """Purposes that read a mart in a schema: those it names, and always the audit.

    Schema `statistics` has small cells suppressed; in `mart`, statistics read public reference alone.
    """
    is_statistics = schema.startswith("statistics")
    wanted = {"audit", *(["statistics"] if is_statistics else mart.read_by)}
    if not is_statistics and not mart.is_reference:
        wanted.discard("statistics")
    return tuple(purpose for purpose in PURPOSES if purpose in wanted)


def _policies(con: psycopg.Connection, mart: Mart, schema: str, whole_city: list[str]) -> None:
    table = sql.Identifier(schema, mart.name)
    said = sql.Literal(f"{schema.removesuffix('_next')}.{mart.name}")
    allowed = sql.Literal(list(readers(mart, schema)))
    for verb in ("ENABLE", "FORCE"):
        con.execute(sql.SQL("ALTER TABLE {} " + verb + " ROW LEVEL SECURITY").format(table))
    department: sql.Composable = (
        sql.SQL(OF_DEPARTMENT).format(column=sql.Identifier(mart.department_column))
        if mart.department_column
        else sql.SQL("")
    )

    def policy(name: str, to: sql.Composable, narrowed: sql.Composable, *, everywhere: bool) -> None:
        asked = sql.SQL(READS).format(object=said, readers=allowed, everywhere=sql.Literal(everywhere))
        con.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), table))
        con.execute(
            sql.SQL("CREATE POLICY {} ON {} TO {} USING ({}{}{})").format(
                sql.Identifier(name), table, to, narrowed, department, asked
            )
        )

    everyone = sql.SQL("PUBLIC")
    if mart.is_reference:
        policy("everyone", everyone, sql.SQL(""), everywhere=False)
        return
    # A policy of its own for those who see all, so that the others' plans hold a plain range.
    to = sql.SQL(", ").join([sql.SQL("CURRENT_USER"), *map(sql.Identifier, whole_city)])
    policy("whole city", to, sql.SQL(""), everywhere=True)
    if mart.division_column:
        within = sql.SQL(WITHIN).format(column=sql.Identifier(mart.division_column))
        policy("own division", everyone, within, everywhere=False)


def _grant(con: psycopg.Connection, mart: Mart, table: sql.Identifier, purpose: str) -> None:
    """SELECT on the table, or on those of its columns that the purpose may read."""
    hidden = {name for name, allowed in mart.column_read_by.items() if purpose not in (*allowed, "audit")}
    columns: sql.Composable = sql.SQL("")
    if hidden:
        present = con.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped ORDER BY attnum",
            (table.as_string(con),),
        ).fetchall()
        shown = [sql.Identifier(name) for (name,) in present if name not in hidden]
        columns = sql.SQL(" ({})").format(sql.SQL(", ").join(shown))
    con.execute(sql.SQL("GRANT SELECT{} ON {} TO {}").format(columns, table, sql.Identifier(group(purpose))))
