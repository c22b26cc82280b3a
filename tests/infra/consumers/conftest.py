"""A serving database with a few marts of two counties, and a role of each kind that reads them."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from infra.consumers import roles
from infra.nightly import dressing, publication, swap
from infra.nightly.marts import Mart
from infra.serving import connect_serving
from infra.settings import Settings, settings
from infra.stack import credentials

VILLAGES = ("410102001001", "410102001002", "410102002001", "410103001001")
SCOPES = {  # role -> purpose, division, department
    "village_office": ("governance", "410102001001", None),
    "township_office": ("governance", "410102001", None),
    "county_office": ("governance", "410102000000", None),
    "city_office": ("governance", "4101", None),
    "city_statistics": ("statistics", "all", None),
    "police_quality": ("quality", "all", "公安局"),
    "data_bureau": ("quality", "all", None),
    "city_audit": ("audit", "all", None),
}
BOTH = ("governance", "audit")


def described(name: str, key: str, **access: Any) -> Mart:
    return Mart(name, (key,), name, {key: key}, (key,), **access)


MARTS = [
    described(
        "event", "event_id", read_by=BOTH, division_column="division_code", column_read_by={"note": ()}
    ),
    described("organisation", "organisation_id", read_by=BOTH),
    described("return_item", "return_item_id", read_by=("quality",), department_column="owner_zh"),
    described("division", "code12", read_by=(*BOTH, "statistics", "quality"), is_reference=True),
    described("untold", "untold_id"),
]
INDICATORS = [described("closure", "division_code", read_by=("statistics",), division_column="division_code")]
TABLES = """
CREATE TABLE statistics_next.closure AS SELECT unnest(%(codes)s::text[]) AS division_code LIMIT 4;
CREATE TABLE mart_next.event AS SELECT 'E-' || n AS event_id, code AS division_code, '7' AS note
    FROM unnest(%(codes)s::text[]) WITH ORDINALITY t(code, n);
CREATE TABLE mart_next.organisation AS SELECT 'O-1' AS organisation_id;
CREATE TABLE mart_next.return_item AS SELECT * FROM (VALUES ('R-1', '公安局'), ('R-2', '信访局'))
    t(return_item_id, owner_zh);
CREATE TABLE mart_next.division AS SELECT unnest(%(codes)s::text[]) AS code12 LIMIT 4;
CREATE TABLE mart_next.untold AS SELECT 'U-1' AS untold_id;
"""


def publish() -> None:
    """Four events in villages, one (E-5) whose place nobody knows."""
    swap.clear_next()
    with psycopg.ClientCursor(con := connect_serving()) as cursor:
        cursor.execute(TABLES, {"codes": [*VILLAGES, None]})
        con.commit()
        con.close()
    dressing.dress(MARTS, swap.NEXT)
    dressing.dress(INDICATORS, "statistics_next")
    swap.swap(lambda con: publication.record(con, "run", date(2026, 10, 1), 1, "code", {}))


@pytest.fixture(scope="module")
def serving(stack: Settings) -> Iterator[Settings]:
    """A database of the module's own."""
    name = f"test_access_{uuid4().hex[:8]}"
    with psycopg.connect(credentials.database_uri("postgres", "postgres"), autocommit=True) as con:
        con.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(stack.pg_user))
        )
    patch = pytest.MonkeyPatch()
    patch.setenv("SANLING_PG_SERVING", name)
    patch.setattr(roles, "marts", lambda: [*MARTS, *INDICATORS])
    settings.cache_clear()
    yield settings()
    patch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def readers(serving: Settings) -> Iterator[dict[str, psycopg.Connection]]:
    """An open connection of each role, logged in with the password it was given."""
    publish()
    for name, scope in SCOPES.items():
        roles.add(name, *scope)
    found = {name: psycopg.connect(roles.uri(name), autocommit=True) for name in SCOPES}
    yield found
    for con in found.values():
        con.close()
    for name in SCOPES:
        roles.remove(name)
