"""Lakes for tests of the dbt project, on the stack's servers, a catalogue each: modules do not meet."""

import os
from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest

from infra.settings import settings
from infra.stack import credentials
from tests.dbt.lakehouse import Lakehouse

number = count(1)


@pytest.fixture(scope="session")
def pattern(stack: object) -> Iterator[str]:
    """The catalogue that others are copies of: every table is there, without a row that a feed brought."""
    before, name = settings().pg_catalog, f"lake_of_test_{os.getpid()}"
    with _server() as con:
        con.execute(f"CREATE DATABASE {name} OWNER {settings().pg_user}".encode())
    Lakehouse(name).prepare()
    Lakehouse(before).use()
    yield name
    with _server() as con:
        con.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def new_lakehouse(pattern: str) -> Iterator[Callable[[], Lakehouse]]:
    """Makes lakes without a delivery; they go with the module."""
    made: list[str] = []
    before = settings().pg_catalog

    def make() -> Lakehouse:
        made.append(f"{pattern}_{next(number)}")
        with _server() as con:
            con.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [pattern]
            )
            con.execute(f"CREATE DATABASE {made[-1]} OWNER {settings().pg_user} TEMPLATE {pattern}".encode())
        return Lakehouse(made[-1], is_copy=True)

    yield make
    Lakehouse(before).use()
    with _server() as con:
        for catalogue in made:
            con.execute(f"DROP DATABASE {catalogue} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def lakehouse(new_lakehouse: Callable[[], Lakehouse]) -> Lakehouse:
    """One empty lake for the module."""
    return new_lakehouse()


def _server() -> psycopg.Connection:
    return psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True)
