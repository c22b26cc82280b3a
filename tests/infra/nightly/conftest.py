"""Each test gets databases of its own on the session's servers, and a store without papers."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from infra import store
from infra.settings import Settings, settings
from infra.stack import credentials

PAPERS = (("raw", "_receipts/"), ("verdicts", "_outcomes/"), ("verdicts", "_nights/"))


@pytest.fixture
def night(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An empty lake and an empty serving database."""
    names = {kind: f"test_{kind}_{uuid4().hex[:8]}" for kind in ("serving", "catalog")}
    with psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True) as con:
        for name in names.values():
            con.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(stack.pg_user)
                )
            )
    monkeypatch.setenv("SANLING_PG_SERVING", names["serving"])
    monkeypatch.setenv("SANLING_PG_CATALOG", names["catalog"])
    settings.cache_clear()
    store.ensure_buckets()
    for bucket, prefix in PAPERS:
        for key in list(store.list_keys(bucket, prefix)):
            store.client().remove_object(bucket, key)
    yield settings()
    monkeypatch.undo()
    settings.cache_clear()
