"""The PostgreSQL database that consumers read: schema `mart`, and what was published when."""

import psycopg

from infra.settings import settings

PURPOSES = ("governance", "statistics", "quality", "audit")  # 基层治理, 统计, 数据治理, 审计
LEVELS = {"prefecture": 4, "county": 6, "township": 9, "village": 12}  # division level -> digits that name it
WHOLE_CITY = "sanling_whole_city"  # the group of roles whose scope is the whole city


def group(purpose: str) -> str:
    """The group role that holds the rights of a purpose; nobody logs in as it."""
    return f"sanling_{purpose}"


GROUPS = (*map(group, PURPOSES), WHOLE_CITY)


def connect_serving(*, read_only: bool = False) -> psycopg.Connection:
    """A connection to the serving database as our own role; psycopg.OperationalError if refused."""
    s = settings()
    con = psycopg.connect(
        host=s.pg_host,
        port=s.pg_port,
        user=s.pg_user,
        password=s.pg_password.get_secret_value(),
        dbname=s.pg_serving,
        application_name="sanling",
        connect_timeout=10,
    )
    con.read_only = read_only
    return con
