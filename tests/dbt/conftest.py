"""Lakes for tests of the dbt project, on the stack's servers, a catalogue each: modules do not meet."""

import os
from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest

from infra.settings import settings
from infra.stack import credentials
from tests.dbt.city import deliver
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


@pytest.fixture(scope="session")
def city(pattern: str) -> Iterator[Lakehouse]:
    """The very small city of tests.dbt.city after two nights: test_marts reads it, test_nights goes on."""
    before, town = settings().pg_catalog, _copy(pattern)
    for day in (1, 2):
        deliver(town, day)
        town.night(day=day)
    yield town
    Lakehouse(before).use()
    _drop(town)


@pytest.fixture(scope="module")
def new_lakehouse(pattern: str) -> Iterator[Callable[[], Lakehouse]]:
    """Makes lakes without a delivery; they go with the module."""
    made: list[Lakehouse] = []
    before = settings().pg_catalog

    def make() -> Lakehouse:
        made.append(_copy(pattern))
        return made[-1]

    yield make
    Lakehouse(before).use()
    for each in made:
        _drop(each)


@pytest.fixture(scope="module")
def lakehouse(new_lakehouse: Callable[[], Lakehouse]) -> Lakehouse:
    """One empty lake for the module."""
    return new_lakehouse()


def _copy(pattern: str) -> Lakehouse:
    name = f"{pattern}_{next(number)}"
    with _server() as con:
        con.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [pattern])
        con.execute(f"CREATE DATABASE {name} OWNER {settings().pg_user} TEMPLATE {pattern}".encode())
    return Lakehouse(name, is_copy=True)


def _drop(lakehouse: Lakehouse) -> None:
    with _server() as con:
        con.execute(f"DROP DATABASE {lakehouse.catalogue} WITH (FORCE)".encode())


def _server() -> psycopg.Connection:
    return psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True)
