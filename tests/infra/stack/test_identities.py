"""Who gets into PostgreSQL and the object store, and how far."""

import json
import stat
from functools import partial
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from minio import Minio
from minio.error import S3Error
from psycopg import sql

from infra import store
from infra.serving import connect_serving
from infra.settings import CONTRACTS, STATE, Settings, connection
from infra.stack import credentials, postgres, seaweed
from ingest import contract


def _s3(key: str | None, secret: str | None) -> Minio:
    endpoint = f"127.0.0.1:{credentials.port('s3')}"
    return Minio(endpoint, access_key=key, secret_key=secret, secure=False, region="us-east-1")


def _department(name: str) -> Minio:
    entry = json.loads(seaweed.DEPARTMENT_KEYS.read_text(encoding="utf-8"))[name]
    return _s3(entry["access_key"], entry["secret_key"])


@pytest.mark.parametrize("file", ["settings.env", "connections.env", "secrets.env", "departments.json"])
def test_files_with_secrets_are_the_owner_s_alone(stack: Settings, file: str) -> None:
    assert stat.S_IMODE((STATE / file).stat().st_mode) == 0o600
    assert STATE.stat().st_mode & 0o007 == 0


def test_buckets_are_there_and_keep_versions(stack: Settings) -> None:
    assert {bucket.name for bucket in store.client().list_buckets()} >= set(store.BUCKETS)
    status = {name: store.client().get_bucket_versioning(name).status for name in store.BUCKETS}
    assert status == {name: None if name == "lake" else "Enabled" for name in store.BUCKETS}


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [
        (credentials.WRITER, "0" * 48, "SignatureDoesNotMatch"),
        ("nobody", "0" * 48, "InvalidAccessKeyId"),
        (None, None, "AccessDenied"),
    ],
)
def test_the_store_refuses_a_wrong_secret_and_no_secret(
    stack: Settings, key: str | None, secret: str | None, code: str
) -> None:
    door = _s3(key, secret)
    for act in (
        lambda: list(door.list_objects("returns")),
        lambda: door.get_object("returns", "police/a.csv"),
        lambda: door.put_object("returns", "police/b.csv", BytesIO(b"x"), 1),
    ):
        with pytest.raises(S3Error) as refused:
            act()
        assert refused.value.code == code


def test_a_department_reads_its_own_returns_and_nothing_else(stack: Settings) -> None:
    for name in ("police", "policeman", "grid"):
        store.client().put_object("returns", f"{name}/a.csv", BytesIO(name.encode()), len(name))
    store.client().put_object("raw", "police/a.parquet", BytesIO(b"raw"), 3)
    police = _department("police")
    assert police.get_object("returns", "police/a.csv").read() == b"police"
    listed = [str(found.object_name) for found in police.list_objects("returns", "police/")]
    assert "police/a.csv" in listed
    assert all(name.startswith("police/") for name in listed)
    for act in (
        lambda: police.get_object("returns", "grid/a.csv"),
        lambda: police.get_object("returns", "policeman/a.csv"),
        lambda: police.get_object("returns", "police/../grid/a.csv"),
        lambda: police.get_object("raw", "police/a.parquet"),
        lambda: list(police.list_objects("returns", recursive=True)),
        lambda: list(police.list_objects("returns", "grid/")),
        lambda: list(police.list_objects("raw", "police/")),
        lambda: police.put_object("returns", "police/b.csv", BytesIO(b"x"), 1),
        lambda: police.remove_object("returns", "police/a.csv"),
        lambda: police.make_bucket("more"),
    ):
        with pytest.raises((S3Error, ValueError)):
            act()
    assert list(police.list_buckets()) == [] or {b.name for b in police.list_buckets()} == {"returns"}
    assert store.read_bytes("returns", "police/a.csv") == b"police"


def test_a_platform_that_only_a_contract_names_gets_its_identity(
    stack: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Known at the next start, with a key that nobody else has, to its own prefix alone."""
    known = {path.name for path in CONTRACTS.glob("*.odcs.yaml")}
    for name in (*known, "housing.lease.odcs.yaml"):
        (tmp_path / name).touch()
    monkeypatch.setattr(contract, "feeds", partial(contract.feeds, tmp_path))
    identities = {one["name"]: one for one in json.loads(seaweed._identities())["identities"]}
    assert set(identities) == {credentials.WRITER} | {f"sanling-{name}" for name in seaweed.departments()}
    assert set(seaweed.departments()) == {name.partition(".")[0] for name in known} | {"housing"}
    housing = identities["sanling-housing"]
    assert housing["actions"] == ["Read:returns/housing/*", "List:returns/housing/*"]
    secrets = [one["credentials"][0]["secretKey"] for one in identities.values()]
    assert len(set(secrets)) == len(secrets)


@pytest.mark.parametrize("role", [*postgres.ROLES, postgres.SUPERUSER])
@pytest.mark.parametrize("password", [None, "", "wrong"])
def test_postgres_refuses_no_password_and_a_wrong_one(
    stack: Settings, role: str, password: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)  # attaching the lake sets it for libpq
    with pytest.raises(
        psycopg.OperationalError, match=r"no password supplied|password authentication failed"
    ):
        psycopg.connect(
            host="127.0.0.1",
            port=stack.pg_port,
            user=role,
            dbname="postgres",
            password=password,
            passfile="/",
        )


def test_postgres_listens_on_the_loopback_without_a_socket(stack: Settings) -> None:
    with psycopg.connect(credentials.database_uri(postgres.SUPERUSER, "postgres")) as con:
        shown = {
            name: con.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
            for name in ("listen_addresses", "unix_socket_directories", "TimeZone", "password_encryption")
        }
    assert [row and row[0] for row in shown.values()] == ["127.0.0.1", "", "Asia/Shanghai", "scram-sha-256"]


@pytest.mark.parametrize(
    ("role", "database"),
    [
        ("jwzh", "sanling"),
        ("jwzh", "sanling_lake"),
        ("airflow", "sanling_lake"),
        ("sanling_reader", "sanling"),
        ("sanling_reader", "airflow"),
        ("sanling_writer", "jwzh"),
    ],
)
def test_a_role_stays_out_of_the_others_databases(stack: Settings, role: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(credentials.database_uri(role, database))


def test_the_pipeline_owns_the_serving_database(stack: Settings) -> None:
    with connect_serving() as con:
        con.execute("CREATE SCHEMA probe CREATE TABLE t (a int)")
        con.rollback()


def test_ingest_reads_the_police_platform_and_writes_nothing(stack: Settings) -> None:
    with psycopg.connect(credentials.database_uri("jwzh", "jwzh")) as platform:
        platform.execute("CREATE SCHEMA IF NOT EXISTS later")
        platform.execute("CREATE TABLE IF NOT EXISTS later.probe AS SELECT 1 AS a")
    with psycopg.connect(connection("police"), autocommit=True) as reader:
        assert reader.execute("SELECT a FROM later.probe").fetchall() == [(1,)]
        reader.execute("SET default_transaction_read_only = off")
        for attempt in (
            "INSERT INTO later.probe VALUES (2)",
            "CREATE TABLE later.mine (a int)",
            "DROP SCHEMA later",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(attempt)
    with psycopg.connect(credentials.database_uri("jwzh", "jwzh")) as platform:
        platform.execute("DROP SCHEMA later CASCADE")


def test_values_of_persons_stay_out_of_the_server_s_log(stack: Settings) -> None:
    with connect_serving() as con:
        con.execute("CREATE TEMP TABLE person (id text PRIMARY KEY)")
        con.execute("INSERT INTO person VALUES ('410105199001010017')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            con.execute("INSERT INTO person VALUES ('410105199001010017')")
    log = (STATE / "logs" / "postgres.log").read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "410105199001010017" not in log
