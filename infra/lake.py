"""DuckDB as every step uses it: extensions, object store, shared functions, and the lake when asked for.

One process has one connection and one thread on it: DuckLake is unsafe under concurrency inside a
process (docs/decisions.md), so nothing here may be shared between threads.
"""

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from infra import lookup
from infra.settings import ROOT, STATE, TIMEZONE, settings

EXTENSIONS = ("httpfs", "postgres_scanner", "ducklake")
RULES = ROOT / "expectations" / "rules"
FUNCTIONS, WORDS = RULES / "functions.sql", RULES / "data" / "word.csv"
VARIABLE = re.compile(r"^SET VARIABLE (\w+)", re.MULTILINE)
READ = re.compile(r"getvariable\('\w+'\)")
LAKE_OPTIONS = "ENCRYPTED, DATA_INLINING_ROW_LIMIT 0"
# The first connection of a process checks the extensions' signatures, which takes 0.4 s; the later ones load
# the same files.
_verified = False
BLOCK = 64  # bytes of one SHA-256 block, RFC 2104 section 2


def install_extensions() -> None:
    """Copy the extensions from their wheels to where DuckDB looks, so that nothing is downloaded."""
    from duckdb_extensions import import_extension

    for name in EXTENSIONS:
        import_extension(name)


def connect(*, lake: bool = False, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A prepared in-memory DuckDB; with `lake` also the DuckLake catalogue, attached and in use."""
    con = duckdb.connect(":memory:", config={"allow_unsigned_extensions": _verified})
    prepare(con)
    begin_cursor(con)
    con.execute(functions())
    if lake:
        attach_lake(con, read_only=read_only)
        con.execute("USE lake")
    return con


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection what all steps share but the functions; dbt's are prepared by the same call."""
    s = settings()
    scratch = STATE / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    global _verified
    for name in EXTENSIONS:
        con.load_extension(name)
    _verified = True
    con.execute(f"SET memory_limit = '{s.memory_limit}'")
    con.execute(f"SET temp_directory = '{scratch}'")
    con.execute("SET preserve_insertion_order = true")
    con.execute(f"SET GLOBAL TimeZone = '{TIMEZONE}'")  # cursors inherit what is global
    con.execute(
        "CREATE OR REPLACE SECRET sanling_s3 (TYPE s3, KEY_ID $key, SECRET $secret, ENDPOINT $endpoint, "
        "REGION $region, URL_STYLE 'path', USE_SSL $ssl)",
        {
            "key": s.s3_access_key,
            "secret": s.s3_secret_key.get_secret_value(),
            "endpoint": s.s3_endpoint,
            "region": s.s3_region,
            "ssl": s.s3_secure,
        },
    )


@lru_cache(maxsize=1)
def functions() -> str:
    """The shared functions as SQL: the words that a data steward keeps, as variables, and what reads them."""
    words: dict[str, list[str]] = {}
    for row in lookup.read(WORDS, ("meaning", "value")):
        words.setdefault(row["meaning"], []).append("'" + row["value"].replace("'", "''") + "'")
    lists = [f"SET VARIABLE words_{meaning} = [{', '.join(each)}];" for meaning, each in words.items()]
    return "\n".join([*lists, FUNCTIONS.read_text(encoding="utf-8")])


def begin_cursor(con: duckdb.DuckDBPyConnection) -> None:
    """Set what a cursor does not inherit from its connection: the pseudonym key."""
    set_pseudonym_key(con, bytes.fromhex(settings().pseudonym_key.get_secret_value()))


def share_functions(con: duckdb.DuckDBPyConnection) -> None:
    """Create the functions in the database in use instead of in the session, so that cursors share them.

    The variables that they read stand in them as constants. dbt opens two cursors a node, where loading all
    functions again, or setting the variables again, would cost as much as a small model does.
    """
    values: dict[str, str] = {}
    for statement in con.extract_statements(functions()):
        if statement.type == duckdb.StatementType.SET:
            con.execute(statement)
            name = VARIABLE.findall(statement.query)[-1]
            value = con.execute(f"SELECT getvariable('{name}')").fetchall()[0][0]
            values[f"getvariable('{name}')"] = f"({duckdb.ConstantExpression(value)})"
        else:
            text = READ.sub(lambda read: values.get(read.group(), read.group()), statement.query)
            con.execute(text.replace("CREATE OR REPLACE TEMP MACRO", "CREATE OR REPLACE MACRO", 1))


def set_variable(con: duckdb.DuckDBPyConnection, name: str, value: Any) -> None:
    """Give a session a variable."""
    con.execute(f"SET VARIABLE {name} = $value", {"value": value})


def set_pseudonym_key(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Put the two padded key blocks of HMAC (RFC 2104) into a variable, so that no SQL text holds the key."""
    block = (key if len(key) <= BLOCK else hashlib.sha256(key).digest()).ljust(BLOCK, b"\0")
    inner, outer = bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
    set_variable(con, "pseudonym_pads", [inner, outer])


def attach_lake(
    con: duckdb.DuckDBPyConnection, *, read_only: bool = False, snapshot: int | None = None
) -> None:
    """Attach the DuckLake catalogue as `lake`, whole as it was at `snapshot` if one is named.

    The password travels by libpq's environment alone, so that no catalogue entry or error shows it.
    """
    s = settings()
    os.environ["PGPASSWORD"] = s.pg_password.get_secret_value()
    mode = ", READ_ONLY" if read_only else ""
    mode += f", SNAPSHOT_VERSION {snapshot}" if snapshot is not None else ""
    con.execute(
        f"ATTACH 'ducklake:postgres:dbname={s.pg_catalog} host={s.pg_host} port={s.pg_port} "
        f"user={s.pg_user}' AS lake (DATA_PATH 's3://lake/', {LAKE_OPTIONS}{mode})"
    )


def attach_serving(con: duckdb.DuckDBPyConnection) -> None:
    """Attach the serving database as `serving`; the password goes by PGPASSWORD, as for the catalogue."""
    s = settings()
    os.environ["PGPASSWORD"] = s.pg_password.get_secret_value()
    con.execute(
        f"ATTACH 'dbname={s.pg_serving} host={s.pg_host} port={s.pg_port} user={s.pg_user}' "
        "AS serving (TYPE postgres)"
    )


def rows(answer: Any) -> list[dict[str, Any]]:
    """What a cursor has to give, one dictionary a row by the names of its columns."""
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def dbt_environment() -> dict[str, str]:
    """What dbt and infra.dbt_plugin need in their process's environment.

    Airflow's settings stay away: dbt looks through the whole environment for each line that it logs.
    """
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")},
        "SANLING_STATE": str(STATE),
        "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
        "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
        "DBT_TARGET_PATH": str(STATE / "dbt" / "target"),
        "DBT_LOG_PATH": str(STATE / "dbt" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
    }


def scratch_folder() -> Path:
    """A folder for files that live only as long as one step."""
    folder = STATE / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
