"""Fixtures for ingest: a source database of each test's own."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from infra.settings import Settings
from ingest import contract
from tests.ingest.source import FEED, Source, receipts


@pytest.fixture
def source(stack: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """An empty schema in the police platform's database; `pull` reads the test's own contracts."""
    from infra import store
    from infra.stack.credentials import database_uri

    schema = f"try_{uuid4().hex[:8]}"
    made = Source(database_uri("jwzh", "jwzh"), schema, tmp_path / "contracts")
    monkeypatch.setattr("ingest.pull.load", partial(contract.load, folder=made.contracts))
    made.run(f"CREATE SCHEMA {schema}")
    yield made
    made.run(f"DROP SCHEMA {schema} CASCADE")
    for key in receipts(FEED):
        store.client().remove_object("raw", key)
