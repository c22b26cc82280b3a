"""One small city for the whole module, roles that see parts of it, and the page on a real port."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx
import psycopg
import pytest
import uvicorn
from psycopg import sql

from infra.dashboard.app import create_app
from infra.settings import Settings
from infra.stack import credentials
from tests.infra.dashboard import marts

PASSWORD = "only-in-tests"
CITY = marts.City()
SCOPES = {  # role -> start of the divisions that it may see; None: no mart with a division
    "city": "4101",
    "county": "410101",
    "township": "410102001",
    "quality": None,
    "nowhere": "9999",  # may read every mart and sees no row of a division
}
STATISTICS = """
CREATE SCHEMA statistics;
CREATE TABLE statistics.task_loop AS
SELECT division_code, division_level, month, sent_count, NULL::int AS received_count, answered_count,
    answered_in_time_count, answered_rate, answered_in_time_rate, median_hours, true AS is_suppressed
FROM mart.task_loop;
CREATE TABLE statistics.three_zero_status AS SELECT * FROM mart.three_zero_status;
UPDATE statistics.three_zero_status SET criminal_case_count = NULL, is_zero_case = NULL, is_three_zero = NULL
WHERE criminal_case_count > 0;
"""
DIVIDED = (
    *(
        "three_zero_status",
        "three_zero_event",
        "three_zero_revision",
        "event",
        "event_closure",
        "dispute_resolution",
    ),
    *("petition_timeliness", "hazard_rectification", "grid_coverage", "task_loop", "rising_matter"),
)
CITYWIDE = ("place", "cross_platform_overlap")
OPEN = ("event_report", "event_stage", "event_party")  # reached through an event alone in these tests


@dataclass(frozen=True)
class Site:
    """The running page, and the names of its roles."""

    url: str
    roles: dict[str, str]
    database: str

    @contextmanager
    def client(self, role: str | None = None) -> Iterator[httpx.Client]:
        """A browser's connection; with a role it is signed in."""
        origin = {"Origin": self.url}
        with httpx.Client(
            base_url=self.url, follow_redirects=True, headers=origin, trust_env=False
        ) as client:
            if role:
                given = {"role": self.roles[role], "password": PASSWORD}
                assert client.post("/signin?next=/health", data=given).status_code == 200
            yield client


def make_database(owner: str) -> str:
    """An empty database for the marts; returns its name."""
    name = f"test_page_{uuid4().hex[:8]}"
    with psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True) as con:
        con.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
        )
    return name


def make_roles(database: str) -> dict[str, str]:
    """Roles with plain grants and one row-level policy a mart, as PostgreSQL holds them."""
    roles = {}
    with psycopg.connect(credentials.database_uri("postgres", database), autocommit=True) as con:
        for scope, prefix in SCOPES.items():
            roles[scope] = role = f"test_{scope}_{uuid4().hex[:8]}"
            name = sql.Identifier(role)
            con.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(PASSWORD)))
            con.execute(sql.SQL("GRANT USAGE ON SCHEMA mart TO {}").format(name))
            readable = ("division", "feed_freshness", "feed_ledger", "data_quality", "return_item")
            for mart in readable if prefix is None else (*readable, *DIVIDED, *OPEN, *CITYWIDE):
                con.execute(sql.SQL("GRANT SELECT ON mart.{} TO {}").format(sql.Identifier(mart), name))
            if prefix == SCOPES["nowhere"]:
                con.execute("ALTER TABLE mart.cross_platform_overlap ENABLE ROW LEVEL SECURITY")
                con.execute(
                    "CREATE POLICY seen ON mart.cross_platform_overlap USING (current_user !~ 'nowhere')"
                )
            for mart in DIVIDED if prefix else ():
                con.execute(
                    sql.SQL("ALTER TABLE mart.{} ENABLE ROW LEVEL SECURITY").format(sql.Identifier(mart))
                )
                con.execute(
                    sql.SQL(
                        "CREATE POLICY {} ON mart.{} FOR SELECT TO {} USING (division_code LIKE {})"
                    ).format(sql.Identifier(role), sql.Identifier(mart), name, sql.Literal(f"{prefix}%"))
                )
        roles["statistics"] = role = f"test_statistics_{uuid4().hex[:8]}"
        name = sql.Identifier(role)
        con.execute(STATISTICS)
        con.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(PASSWORD)))
        con.execute(sql.SQL("GRANT USAGE ON SCHEMA mart, statistics TO {}").format(name))
        con.execute(sql.SQL("GRANT SELECT ON mart.division TO {}").format(name))
        con.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA statistics TO {}").format(name))
    return roles


def drop_roles(database: str, roles: dict[str, str]) -> None:
    """Forget roles, with all that they were given."""
    with psycopg.connect(credentials.database_uri("postgres", database), autocommit=True) as con:
        for role in roles.values():
            con.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


@pytest.fixture(scope="module")
def site(stack: Settings) -> Iterator[Site]:
    """The page over a small city."""
    yield from serve(stack, CITY)


def serve(stack: Settings, city: marts.City) -> Iterator[Site]:
    """The page over a city of its own, until the caller is done."""
    database = make_database(stack.pg_user)
    with psycopg.connect(credentials.database_uri("postgres", database)) as con:
        marts.fill(con, city)
    roles = make_roles(database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANLING_PG_SERVING", database)
        server = uvicorn.Server(uvicorn.Config(create_app(), host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield Site(f"http://127.0.0.1:{port}", roles, database)
        finally:
            server.should_exit = True
            thread.join(10)
            drop_roles(database, roles)
