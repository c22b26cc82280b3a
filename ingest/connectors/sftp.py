"""A folder on an SFTP server, through asyncssh, with the server's key pinned.

The connection's URI is `sftp://user:password@host:port/?host_key=SHA256:…`, the fingerprint as OpenSSH
shows it; `&key_file=…` names a private key instead of the password. The contract's location gives the path.
"""

import asyncio
import re
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import asyncssh

from infra.settings import connection
from ingest.connectors import SourceError, SourceUnavailable
from ingest.connectors.sources import Listed
from ingest.contract import Contract

T = TypeVar("T")
CONNECT_SECONDS = 30
MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchPath)


class SftpFolder:
    """A directory of an SFTP server whose host key is pinned; one session for all files."""

    def __init__(self, name: str, client: asyncssh.SFTPClient, path: str, runner: asyncio.Runner) -> None:
        self._name, self._client, self._path, self._runner = name, client, path.rstrip("/"), runner

    def files(self) -> list[Listed]:
        """Regular files of the directory; those that begin with a dot are still being written."""
        entries = self._run(self._client.readdir(self._path or "."))
        found = [
            Listed(str(entry.filename), entry.attrs.size or 0)
            for entry in entries
            if entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR and not str(entry.filename).startswith(".")
        ]
        return sorted(found, key=lambda each: each.name)

    def copy(self, name: str, target: Path) -> None:
        """Download one file; its length must be that of the listing at the end."""
        remote = f"{self._path}/{name}" if self._path else name
        self._run(self._client.get(remote, str(target)))
        if (size := self._run(self._client.stat(remote)).size) != target.stat().st_size:
            raise SourceUnavailable(
                f"connection {self._name}: {name} came in part; it should have {size} bytes"
            )

    def _run(self, work: Awaitable[T]) -> T:
        with _faults(self._name):
            return self._runner.run(_awaited(work))


async def _awaited(work: Awaitable[T]) -> T:
    """A coroutine of any awaitable: asyncssh gives other kinds, which a Runner does not take."""
    return await work


@contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, asyncssh.KeyImportError) as error:
        hint = "user, password or key" if isinstance(error, asyncssh.PermissionDenied) else "host_key"
        raise SourceError(f"connection {name}: the SFTP server refused us; check its {hint}") from error
    except asyncssh.SFTPError as error:
        kind = SourceError if isinstance(error, MISSING) else SourceUnavailable
        raise kind(f"connection {name}: {type(error).__name__}; check the folder and its rights") from error
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise SourceUnavailable(f"connection {name}: the SFTP server does not answer, or hung up") from error


@contextmanager
def folder(contract: Contract) -> Iterator[SftpFolder]:
    """The folder of the contract's location, in a session that ends with the context."""
    name = str(contract.server.connection)
    uri = urlsplit(connection(name))
    query = {key: values[0] for key, values in parse_qs(uri.query).items()}
    if "host_key" not in query:
        raise SourceError(f"connection {name}: the URI must pin the server by ?host_key=SHA256:…")
    pinned = query["host_key"]

    class Pinned(asyncssh.SSHClient):  # type: ignore[misc]
        """Accepts the one server whose key has the pinned fingerprint."""

        def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
            return bool(key.get_fingerprint() == pinned)

    path = urlsplit(re.sub(r"\$\{[A-Z0-9_]+\}", "host", contract.server.settings["location"])).path
    with asyncio.Runner() as runner:
        with _faults(name):
            connecting = asyncssh.connect(
                uri.hostname or "",
                uri.port or 22,
                username=unquote(uri.username or ""),
                password=unquote(uri.password) if uri.password else None,
                client_keys=[query["key_file"]] if "key_file" in query else [],
                client_factory=Pinned,
                known_hosts=b"",
                config=None,
                agent_path=None,
                connect_timeout=CONNECT_SECONDS,
                keepalive_interval=15,
            )
            ssh = runner.run(_awaited(connecting))
        try:
            with _faults(name):
                client = runner.run(_awaited(ssh.start_sftp_client()))
            yield SftpFolder(name, client, path, runner)
        finally:
            ssh.abort()
