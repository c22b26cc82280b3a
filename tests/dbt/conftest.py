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


@pytest.fixture(scope="module")
def new_lakehouse(stack: object) -> Iterator[Callable[[], Lakehouse]]:
    """Makes empty lakes; they go with the module."""
    made: list[str] = []
    before = settings().pg_catalog

    def make() -> Lakehouse:
        made.append(f"lake_of_test_{os.getpid()}_{next(number)}")
        with _server() as con:
            con.execute(f"CREATE DATABASE {made[-1]} OWNER {settings().pg_user}".encode())
        return Lakehouse(made[-1])

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
