"""Folders that files are collected from: local, S3, SFTP. Each can list its files and copy one."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from minio.error import S3Error
from urllib3.exceptions import HTTPError

from infra import store
from infra.settings import connection, settings
from ingest.connectors import SourceError, SourceUnavailable
from ingest.contract import Contract

REFUSALS = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"})


@dataclass(frozen=True)
class Listed:
    """One file of a folder."""

    name: str
    bytes: int


class Folder(Protocol):
    """Where files lie. Names have no directory; sub-folders are not entered."""

    def files(self) -> list[Listed]:
        """All files, by name. Raises SourceUnavailable."""

    def copy(self, name: str, target: Path) -> None:
        """Copy one file whole. Raises SourceUnavailable when it is cut or gone."""


class LocalFolder:
    """A directory of this machine; one that does not exist is empty."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> list[Listed]:
        """Files of the directory; those that begin with a dot are still being written."""
        found = sorted(self.path.iterdir()) if self.path.is_dir() else []
        return [Listed(f.name, f.stat().st_size) for f in found if f.is_file() and f.name[0] != "."]

    def copy(self, name: str, target: Path) -> None:
        """A copy of our own, so that the file cannot change between the checksum and the reading."""
        try:
            shutil.copyfile(self.path / name, target)
        except FileNotFoundError as gone:
            raise SourceUnavailable(f"{name} has gone from its folder while it was read") from gone


class S3Folder:
    """The objects under a prefix."""

    def __init__(self, client: Minio, bucket: str, prefix: str) -> None:
        self._client, self._bucket = client, bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def files(self) -> list[Listed]:
        """Objects directly under the prefix."""
        with _s3_faults(self._bucket):
            found = list(self._client.list_objects(self._bucket, prefix=self._prefix))
        names = [(str(o.object_name).removeprefix(self._prefix), o) for o in found if not o.is_dir]
        return [Listed(name, o.size or 0) for name, o in sorted(names, key=lambda pair: pair[0]) if name]

    def copy(self, name: str, target: Path) -> None:
        """Download one object; the SDK checks its length."""
        with _s3_faults(self._bucket):
            self._client.fget_object(self._bucket, self._prefix + name, str(target))


@contextmanager
def _s3_faults(bucket: str) -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        kind = SourceError if error.code in REFUSALS else SourceUnavailable
        raise kind(f"bucket {bucket}: {error.code}; check the connection's keys and the bucket") from error
    except HTTPError as error:
        raise SourceUnavailable(f"bucket {bucket}: the object store does not answer") from error


@contextmanager
def source_folder(contract: Contract) -> Iterator[Folder]:
    """The folder that the contract's server names, open."""
    server = contract.server
    if server.type == "sftp":
        from ingest.connectors import sftp  # asyncssh is slow to import

        with sftp.folder(contract) as folder:
            yield folder
    elif server.type == "s3":
        bucket, _, prefix = _expanded(server.settings["location"]).removeprefix("s3://").partition("/")
        yield S3Folder(_s3_client(server.connection), bucket, prefix)
    else:
        yield LocalFolder(Path(_expanded(server.settings["path"])))


def drop_folder(contract: Contract) -> LocalFolder:
    """The folder into which people may put files of this feed."""
    return LocalFolder(settings().drop / contract.feed)


def _expanded(text: str) -> str:
    """`${SANLING_DROP}` and names of the environment put in."""

    def value(name: re.Match[str]) -> str:
        if name[1] == "SANLING_DROP":
            return str(settings().drop)
        if name[1] not in os.environ:
            raise SourceError(f"{name[0]} of the contract is not set in the environment")
        return os.environ[name[1]]

    return re.sub(r"\$\{([A-Z0-9_]+)\}", value, text)


def _s3_client(name: str | None) -> Minio:
    """Our own store, or `s3://access-key:secret@host:port/?secure=false` of a connection."""
    if name is None:
        return store.client()
    uri = urlsplit(connection(name))
    secure = parse_qs(uri.query).get("secure", ["true"])[0] != "false"
    host = uri.netloc.rpartition("@")[2]
    return Minio(
        host, access_key=unquote(uri.username or ""), secret_key=unquote(uri.password or ""), secure=secure
    )
