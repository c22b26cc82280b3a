"""Who may read what, asked from the outside: real roles, real logins, every object."""

import stat
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from infra.consumers import roles
from infra.serving import connect_serving
from infra.settings import STATE, Settings
from infra.stack import credentials, envfile
from tests.infra.consumers.conftest import SCOPES, publish

Readers = dict[str, psycopg.Connection]
EVENTS = {"E-1", "E-2", "E-3", "E-4", "E-5"}
# role -> mart -> keys it sees; a mart that is not named is refused
SEES = {
    "village_office": {"event": {"E-1"}, "organisation": set()},
    "township_office": {"event": {"E-1", "E-2"}, "organisation": set()},
    "county_office": {"event": {"E-1", "E-2", "E-3"}, "organisation": set()},
    "city_office": {"event": EVENTS, "organisation": {"O-1"}},
    "city_statistics": {},
    "police_quality": {"return_item": {"R-1"}},
    "data_bureau": {"return_item": {"R-1", "R-2"}},
    "city_audit": {
        "event": EVENTS, "organisation": {"O-1"}, "return_item": {"R-1", "R-2"}, "untold": {"U-1"},
    },
}  # fmt: skip
KEYS = {mart: f"{mart}_id" for mart in ("event", "organisation", "return_item", "untold")}
FORBIDDEN = [
    "INSERT INTO mart.event (event_id) VALUES ('E-9')",
    "UPDATE mart.event SET event_id = 'E-9'",
    "DELETE FROM mart.event",
    "TRUNCATE mart.event",
    "CREATE TABLE mart.own (a int)",
    "CREATE TABLE public.own (a int)",
    "CREATE TEMP TABLE own (a int)",
    "CREATE FUNCTION public.own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA own",
    "CREATE ROLE own",
    "CREATE EXTENSION vector",
    "ALTER TABLE mart.event DISABLE ROW LEVEL SECURITY",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "DROP POLICY \"own division\" ON mart.event",
    "SELECT FROM sanling.access_role",
    "INSERT INTO sanling.access_role VALUES (current_user, 'audit', 'all', NULL, 'me')",
    "SELECT sanling.reads('mart.event', '{audit}', 'city_audit', true)",
    "SELECT FROM sanling.publication",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/dev/null'",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_create(0)",
    "SELECT pg_advisory_lock(3030001)",
    "SELECT FROM pg_authid",
    "SET ROLE sanling_audit",
    "SET ROLE sanling_writer",
    "SET SESSION AUTHORIZATION sanling_writer",
    "SET log_min_messages = panic",
]  # fmt: skip


@pytest.mark.parametrize("role", SCOPES)
def test_each_role_reads_its_marts_and_its_rows_and_no_other(readers: Readers, role: str) -> None:
    con = readers[role]
    for mart, key in KEYS.items():
        if mart in SEES[role]:
            found = {row[0] for row in con.execute(f"SELECT {key} FROM mart.{mart}".encode())}
            assert found == SEES[role][mart], mart
        else:
            with pytest.raises(InsufficientPrivilege):
                con.execute(f"SELECT {key} FROM mart.{mart}".encode())
    assert con.execute("SELECT count(*) FROM mart.division").fetchone() == (4,)


@pytest.mark.parametrize("role", SCOPES)
def test_indicators_without_small_cells_are_for_statistics(readers: Readers, role: str) -> None:
    if SCOPES[role][0] in ("statistics", "audit"):
        assert readers[role].execute("SELECT count(*) FROM statistics.closure").fetchone() == (4,)
    else:
        with pytest.raises(InsufficientPrivilege):
            readers[role].execute("SELECT count(*) FROM statistics.closure")


@pytest.mark.parametrize("role", SCOPES)
def test_nothing_else_is_allowed(readers: Readers, role: str) -> None:
    con = readers[role]
    con.execute("SET default_transaction_read_only = off")  # a habit, not a wall: the rights are the wall
    for statement in FORBIDDEN:
        with pytest.raises(InsufficientPrivilege):
            con.execute(statement.encode())
    con.execute("RESET default_transaction_read_only")


@pytest.mark.parametrize("database", ["sanling_lake", "airflow", "jwzh", "postgres", "template1"])
def test_other_databases_are_closed(readers: Readers, database: str) -> None:
    for role in SCOPES:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(roles.uri(role), dbname=database)


def test_a_column_with_fewer_readers(readers: Readers) -> None:
    assert readers["city_audit"].execute("SELECT DISTINCT note FROM mart.event").fetchall() == [("7",)]
    with pytest.raises(InsufficientPrivilege):
        readers["city_office"].execute("SELECT note FROM mart.event")


def test_the_limits_of_a_session(readers: Readers) -> None:
    con = readers["county_office"]
    shown = [
        (con.execute(f"SHOW {name}".encode()).fetchone() or ("",))[0]
        for name in ("default_transaction_read_only", "statement_timeout", "search_path")
    ]
    assert shown == ["on", "1min", "mart, statistics"]
    limit = con.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user").fetchone()
    assert limit == (roles.CONNECTIONS,)
    more = [psycopg.connect(roles.uri("county_office")) for _ in range(roles.CONNECTIONS - 1)]
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        psycopg.connect(roles.uri("county_office"))
    for each in more:
        each.close()


def test_a_next_publication_keeps_all_of_it(readers: Readers) -> None:
    publish()
    for role, marts in SEES.items():
        for mart, keys in marts.items():
            rows = readers[role].execute(f"SELECT {KEYS[mart]} FROM mart.{mart}".encode())
            assert {row[0] for row in rows} == keys


def test_a_grant_by_hand_opens_no_rows(readers: Readers) -> None:
    """Who has no scope sees nothing, whatever he was granted."""
    with connect_serving() as con:
        con.execute("GRANT SELECT ON mart.event TO police_quality")
    assert readers["police_quality"].execute("SELECT count(*) FROM mart.event").fetchone() == (0,)
    with connect_serving() as con:
        con.execute("REVOKE SELECT ON mart.event FROM police_quality")


@pytest.mark.usefixtures("readers")
class TestViews:
    """The trap: a view reads with its owner's rights, and an owner is free of his own policies."""

    @pytest.fixture(autouse=True)
    def board(self, serving: Settings) -> Iterator[psycopg.Connection]:
        with psycopg.connect(
            credentials.database_uri("postgres", serving.pg_serving), autocommit=True
        ) as con:
            con.execute("CREATE SCHEMA board AUTHORIZATION sanling_writer")
            con.execute("GRANT USAGE ON SCHEMA board TO PUBLIC")
            yield con
            con.execute("DROP SCHEMA board CASCADE")

    def test_a_view_of_our_own_role_shows_each_reader_his_own_rows(self, readers: Readers) -> None:
        with connect_serving() as con:
            con.execute("CREATE VIEW board.event AS SELECT * FROM mart.event")
            con.execute("GRANT SELECT ON board.event TO PUBLIC")
            assert con.execute("SELECT count(*) FROM board.event").fetchone() == (5,)
        for role in ("village_office", "county_office", "city_office", "city_statistics", "police_quality"):
            seen = {row[0] for row in readers[role].execute("SELECT event_id FROM board.event")}
            assert seen == SEES[role].get("event", set()), role
        publish()  # the view is made again over the new marts
        assert readers["village_office"].execute("SELECT count(*) FROM board.event").fetchone() == (1,)

    def test_only_a_superuser_s_view_goes_round_it_unless_it_says_security_invoker(
        self, readers: Readers, board: psycopg.Connection
    ) -> None:
        board.execute("CREATE VIEW board.trap AS SELECT * FROM mart.event")
        board.execute("CREATE VIEW board.good WITH (security_invoker) AS SELECT event_id FROM mart.event")
        board.execute("GRANT SELECT ON board.trap, board.good TO PUBLIC")
        con = readers["village_office"]
        assert con.execute("SELECT count(*) FROM board.trap").fetchone() == (5,)
        assert con.execute("SELECT count(event_id) FROM board.good").fetchone() == (1,)

    def test_a_function_in_a_condition_sees_no_hidden_row(
        self, readers: Readers, board: psycopg.Connection
    ) -> None:
        board.execute(
            "CREATE FUNCTION board.tell(v text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
            "$$ BEGIN RAISE NOTICE '%', v; RETURN true; END $$"
        )
        told: list[str] = []
        con = readers["village_office"]
        con.add_notice_handler(lambda said: told.append(said.message_primary or ""))
        con.execute("SELECT event_id FROM mart.event WHERE board.tell(event_id)")
        assert told == ["E-1"]
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="E-1"):
            con.execute("SELECT event_id FROM mart.event WHERE event_id::int > 0")


def test_the_scope_is_worked_out_once_a_query(readers: Readers) -> None:
    con = readers["county_office"]
    con.execute("SET enable_seqscan = off")
    plan = "\n".join(row[0] for row in con.execute("EXPLAIN SELECT event_id FROM mart.event"))
    con.execute("RESET enable_seqscan")
    assert plan.count("  InitPlan") == 3
    assert "Index Cond: ((division_code >= (InitPlan" in plan


@pytest.mark.usefixtures("readers")
class TestRoles:
    @pytest.mark.parametrize(
        ("name", "division"),
        [
            ("pg_mine", "all"),
            ("sanling_x", "all"),
            ("A", "all"),
            ("a;b", "all"),
            ("fine", "41010"),
            ("fine", "x"),
        ],
    )
    def test_what_is_no_role_is_refused(self, name: str, division: str) -> None:
        with pytest.raises(roles.NotARole):
            roles.add(name, "governance", division)

    def test_a_role_that_is_there_or_is_not_ours_is_left_alone(self) -> None:
        with pytest.raises(roles.NotARole, match="exists"):
            roles.add("city_office", "governance", "all")
        for verb in (roles.remove, roles.rotate):
            with pytest.raises(roles.NotARole):
                verb("sanling_writer")

    def test_a_scope_is_the_prefix_that_its_rows_share(self) -> None:
        asked = ("410100000000", "410102", "410102001000", "410102001001")
        assert [roles.scope_of(code) for code in asked] == ["4101", "410102", "410102001", "410102001001"]

    def test_a_password_is_kept_closed_and_rotated_and_a_role_removed(self) -> None:
        roles.add("short_lived", "governance", "410102")
        first = roles.uri("short_lived")
        assert stat.S_IMODE(roles.CREDENTIALS.stat().st_mode) == 0o600
        listed = {role.role: role for role in roles.roles()}
        assert (listed["short_lived"].division, listed["short_lived"].purpose) == ("410102", "governance")
        held = psycopg.connect(first, autocommit=True)
        roles.rotate("short_lived")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(first)
        psycopg.connect(roles.uri("short_lived")).close()
        roles.remove("short_lived")
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
        assert "short_lived" not in envfile.read(roles.CREDENTIALS)
        log = (STATE / "logs" / "postgres.log").read_text(encoding="utf-8")
        assert first.split(":")[2].split("@")[0] not in log
        with pytest.raises(roles.NotARole):
            roles.uri("short_lived")
