"""One DuckDB with the shared functions for all tests of this folder."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.expectations.batches import connect


@pytest.fixture(scope="session")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect()
    yield connection
    connection.close()
