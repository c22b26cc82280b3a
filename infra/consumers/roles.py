"""Login roles of consumers: one role a department or dashboard, with one purpose and one scope.

Roles are made by the server's administrator, `SANLING_CONN_PG_ADMIN`; what a role may read then follows from
its row in `sanling.access_role` and from the marts' meta (infra/nightly/access.py).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from getpass import getuser

import psycopg
from psycopg import sql

from infra.nightly import access, positions
from infra.nightly.marts import marts
from infra.serving import GROUPS, LEVELS, PURPOSES, WHOLE_CITY, connect_serving, group
from infra.settings import STATE, connection, settings
from infra.stack import envfile

CREDENTIALS = STATE / "roles.env"
NAME = re.compile(r"(?!pg_|sanling)[a-z][a-z0-9_]{2,39}")
CONNECTIONS = 10
DEFAULTS = {  # a role may change them for its session, but not what it may read
    "default_transaction_read_only": "on",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "10min",
    "search_path": "mart, statistics",
}
# Free to all by default, yet they write, or could hold up the night, whose locks are advisory ones.
CLOSED = """
SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
AND (proname ~ '^pg_(try_)?advisory_' OR proname IN ('lo_create', 'lo_creat', 'lo_from_bytea'))
"""


class NotARole(ValueError):
    """A role cannot be made as asked, or is not one of ours."""


@dataclass(frozen=True)
class Role:
    """One consumer and what it is for. `division`: a prefix of 4, 6, 9 or 12 digits, or `all`."""

    role: str
    purpose: str
    division: str
    department: str | None
    granted_by: str
    granted_at: datetime

    @property
    def is_whole_city(self) -> bool:
        """Whether it also sees what belongs to no division."""
        return _is_whole_city(self.division)


def add(name: str, purpose: str, division: str, department: str | None = None) -> None:
    """Make a login role with a password of its own, kept in roles.env. Raises NotARole."""
    if not NAME.fullmatch(name):
        raise NotARole(
            f"{name}: a role is 3 to 40 of a-z, 0-9 and _, and begins with neither pg_ nor sanling"
        )
    if purpose not in PURPOSES:
        raise NotARole(f"{purpose} is no purpose; there are {', '.join(PURPOSES)}")
    scope = scope_of(division)
    _prepare()
    with _admin() as con:
        if con.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
            raise NotARole(f"{name} exists: remove it first, or rotate its password")
        password = _password(con, name, verb="CREATE")
        run = _Runner(con, name)
        run(
            "ALTER ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
            f"CONNECTION LIMIT {CONNECTIONS}"
        )
        for setting, value in DEFAULTS.items():
            # search_path is a list of names, which one quoted text would not be
            run(f"ALTER ROLE {{role}} SET {setting} TO " + (value if "," in value else f"'{value}'"))
        for one in [group(purpose), *([WHOLE_CITY] if _is_whole_city(scope) else [])]:
            run("GRANT {group} TO {role} WITH INHERIT TRUE, SET FALSE, ADMIN FALSE", group=one)
        con.execute(
            "INSERT INTO sanling.access_role (role, purpose, division, department, granted_by) "
            "VALUES (%s, %s, %s, %s, %s)",
            (name, purpose, scope, department, getuser()),
        )
    _keep(name, password)


def roles() -> list[Role]:
    """Every consumer's role, by name."""
    with connect_serving() as con:
        access.ensure(con)
        rows = con.execute(
            "SELECT role, purpose, division, department, granted_by, granted_at FROM sanling.access_role "
            "ORDER BY role"
        ).fetchall()
    return [Role(*row) for row in rows]


def remove(name: str) -> None:
    """End a role's sessions, drop it, forget its password. Raises NotARole."""
    _require(name)
    with _admin() as con:
        con.execute("DELETE FROM sanling.access_role WHERE role = %s", (name,))
        run = _Runner(con, name)
        run("ALTER ROLE {role} NOLOGIN")
        con.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (name,))
        run("DROP OWNED BY {role}")
        run("DROP ROLE {role}")
    with connect_serving() as con:  # as our own role, which is to own the table
        positions.ensure(con)
        con.execute("DELETE FROM sanling.consumer WHERE role = %s", (name,))
    with envfile.locked(CREDENTIALS):
        known = {key: value for key, value in envfile.read(CREDENTIALS).items() if key != name}
        envfile.replace(CREDENTIALS, "".join(f"{key}={value}\n" for key, value in known.items()))


def rotate(name: str) -> None:
    """Give a role a new password; the old one is refused from now on. Raises NotARole."""
    _require(name)
    with _admin() as con:
        password = _password(con, name, verb="ALTER")
    _keep(name, password)


def uri(name: str) -> str:
    """How a role reaches the marts, password included. Raises NotARole."""
    found = envfile.read(CREDENTIALS).get(name)
    if found is None:
        raise NotARole(f"{CREDENTIALS} knows no role {name}")
    return found


def scope_of(division: str) -> str:
    """A division as the prefix that its rows share: `410102000000` is `410102`. Raises NotARole."""
    if division == "all":
        return division
    if not re.fullmatch(r"\d{4}|\d{6}|\d{9}|\d{12}", division):
        raise NotARole(f"{division} is no division: 4, 6, 9 or 12 digits, or all")
    return next(division[:n] for n in LEVELS.values() if n <= len(division) and not division[n:].strip("0"))


def _is_whole_city(scope: str) -> bool:
    return scope == "all" or len(scope) == LEVELS["prefecture"]


def _prepare() -> None:
    """Groups, the table of scopes and the rights on what is published now; all may be there already."""
    with _admin() as con:
        present = {name for (name,) in con.execute("SELECT rolname FROM pg_roles")}
        database = sql.Identifier(settings().pg_serving)
        for name in GROUPS:
            who = sql.Identifier(name)
            if name not in present:
                con.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(who))
            con.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, who))
        con.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        writer = sql.Identifier(settings().pg_user)
        for (function,) in con.execute(CLOSED).fetchall():
            # a name as PostgreSQL itself writes it
            con.execute(sql.SQL("REVOKE EXECUTE ON FUNCTION " + function + " FROM PUBLIC"))
            con.execute(sql.SQL("GRANT EXECUTE ON FUNCTION " + function + " TO {}").format(writer))
    with connect_serving() as con:
        access.ensure(con)
        for schema in ("mart", "statistics"):
            tables = con.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)
            ).fetchall()
            published = {name for (name,) in tables}
            if published:
                access.apply(con, [mart for mart in marts() if mart.name in published], schema)


def _admin() -> psycopg.Connection:
    return psycopg.connect(connection("pg_admin"), dbname=settings().pg_serving, connect_timeout=10)


def _require(name: str) -> None:
    if name not in {role.role for role in roles()}:
        raise NotARole(f"{name} is not a consumer's role")


class _Runner:
    """Statements about one role."""

    def __init__(self, con: psycopg.Connection, role: str) -> None:
        self.con, self.role = con, role

    def __call__(self, statement: str, **names: str) -> None:
        filled = {key: sql.Identifier(name) for key, name in {"role": self.role, **names}.items()}
        self.con.execute(sql.SQL(statement).format(**filled))


def _password(con: psycopg.Connection, name: str, verb: str) -> str:
    """Set a new password; the server gets its SCRAM verifier only, and so does any log."""
    password = secrets.token_hex(24)
    verifier = con.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    con.execute(
        sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(verifier))
    )
    return password


def _keep(name: str, password: str) -> None:
    s = settings()
    address = f"postgresql://{name}:{password}@{s.pg_host}:{s.pg_port}/{s.pg_serving}"
    envfile.update(CREDENTIALS, {name: address})
