"""The object store, reached through the minio SDK alone, so that any S3 server will do."""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

import orjson
from minio import Minio
from minio.commonconfig import ENABLED
from minio.error import S3Error
from minio.versioningconfig import VersioningConfig

from infra.settings import settings

BUCKETS = ("landing", "raw", "verdicts", "lake", "returns")
UNVERSIONED = frozenset({"lake"})  # DuckLake keeps its own versions


class StoreRefused(RuntimeError):
    """The object store did not accept our credentials, or the bucket is not ours."""


@lru_cache(maxsize=1)
def client() -> Minio:
    """The pipeline's own connection to the object store."""
    s = settings()
    return Minio(
        s.s3_endpoint,
        access_key=s.s3_access_key,
        secret_key=s.s3_secret_key.get_secret_value(),
        secure=s.s3_secure,
        region=s.s3_region,
    )


def ensure_buckets() -> None:
    """Create the zones that are missing, with versioning where we rely on it. Raises StoreRefused."""
    try:
        present = {bucket.name for bucket in client().list_buckets()}
        for name in BUCKETS:
            if name not in present:
                client().make_bucket(name)
            if name not in UNVERSIONED:
                client().set_bucket_versioning(name, VersioningConfig(ENABLED))
    except S3Error as error:
        raise StoreRefused(
            f"object store {settings().s3_endpoint} refused: {error.code}. "
            "Check SANLING_S3_ACCESS_KEY and SANLING_S3_SECRET_KEY."
        ) from error


def split(uri: str) -> tuple[str, str]:
    """`s3://bucket/key` as (bucket, key)."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not key:
        raise ValueError(f"not an object's address: {uri}")
    return bucket, key


def list_keys(bucket: str, prefix: str) -> Iterator[str]:
    """Keys under a prefix, in the store's order (lexical)."""
    for found in client().list_objects(bucket, prefix=prefix, recursive=True):
        if found.object_name is not None and not found.is_dir:
            yield found.object_name


def read_bytes(bucket: str, key: str) -> bytes | None:
    """One small object whole, or None where there is none."""
    try:
        response = client().get_object(bucket, key)
    except S3Error as error:
        if error.code in ("NoSuchKey", "NoSuchBucket"):
            return None
        raise
    try:
        return bytes(response.read())
    finally:
        response.close()
        response.release_conn()


def read_json(bucket: str, key: str) -> dict[str, Any] | None:
    """One JSON object, or None where there is none."""
    body = read_bytes(bucket, key)
    return None if body is None else orjson.loads(body)


def write_json(bucket: str, key: str, value: dict[str, Any]) -> str:
    """Write one JSON object, keys sorted so that equal content gives equal bytes; returns its address."""
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    client().put_object(bucket, key, BytesIO(body), len(body), content_type="application/json")
    return f"s3://{bucket}/{key}"
