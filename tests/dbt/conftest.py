"""A lake of its own for each test module, on the stack's servers."""

import os
from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from infra.settings import settings
from infra.stack import credentials
from tests.dbt.lakehouse import Lakehouse

number = count(1)


@pytest.fixture(scope="module")
def lakehouse(stack: object) -> Iterator[Lakehouse]:
    """An empty catalogue; the store's objects have names of their own."""
    catalogue = f"lake_of_test_{os.getpid()}_{next(number)}"
    before = settings().pg_catalog
    with _server() as con:
        con.execute(f"CREATE DATABASE {catalogue} OWNER {settings().pg_user}".encode())
    _use(catalogue)
    yield Lakehouse()
    _use(before)
    with _server() as con:
        con.execute(f"DROP DATABASE {catalogue} WITH (FORCE)".encode())


def _use(catalogue: str) -> None:
    os.environ["SANLING_PG_CATALOG"] = catalogue
    settings.cache_clear()


def _server() -> psycopg.Connection:
    return psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True)
