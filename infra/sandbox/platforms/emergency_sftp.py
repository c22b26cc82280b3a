"""The emergency platform's SFTP server: one user, one folder, nothing but reading.

Run by the local stack: `python -m infra.sandbox.platforms.emergency_sftp`.
"""

import asyncio
import hmac
import os
from collections.abc import Callable
from pathlib import Path

import asyncssh

from infra.sandbox.platforms import applied, emergency
from infra.stack import credentials
from infra.stack.sandbox import CLIENT

WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


def host_key(folder: Path) -> asyncssh.SSHKey:
    """The server's key, made on first use (mode 600)."""
    file = folder / "host_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519", comment="")
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(key.export_private_key())
    return asyncssh.read_private_key(file)


def fingerprint(folder: Path) -> str:
    """The key's fingerprint as OpenSSH shows it, `SHA256:…`, for the client to pin."""
    return str(host_key(folder).get_fingerprint())


class OneUser(asyncssh.SSHServer):  # type: ignore[misc]
    """Lets one user in, by password."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self.password = user.encode(), password.encode()

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        """Everybody has to authenticate."""
        return True

    def password_auth_supported(self) -> bool:
        """Passwords, and nothing else."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Compare in constant time."""
        known = hmac.compare_digest(username.encode(), self.user)
        return hmac.compare_digest(password.encode(), self.password) and known


class ReadOnly(asyncssh.SFTPServer):  # type: ignore[misc]
    """Files can be listed and read; whatever would change something is refused."""

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open for reading only."""
        if pflags & WRITING:
            raise _refused()
        return super().open(path, pflags, attrs)


def _refused() -> asyncssh.SFTPPermissionDenied:
    return asyncssh.SFTPPermissionDenied("read only")


def _deny(*_: object) -> None:
    raise _refused()


for verb in (
    "open56",
    "remove",
    "rename",
    "posix_rename",
    "mkdir",
    "rmdir",
    "setstat",
    "lsetstat",
    "fsetstat",
    "symlink",
    "link",
):
    setattr(ReadOnly, verb, _deny)


async def listen(
    root: Path, key: asyncssh.SSHKey, user: str, password: str, host: str, port: int
) -> asyncssh.SSHAcceptor:
    """Serve `root` as the only folder that the user can see; port 0 takes a free one."""
    root.mkdir(parents=True, exist_ok=True)
    jail: Callable[[asyncssh.SSHServerChannel], asyncssh.SFTPServer] = lambda channel: ReadOnly(  # noqa: E731
        channel, chroot=os.fsencode(root)
    )
    return await asyncssh.listen(
        host,
        port,
        server_factory=lambda: OneUser(user, password),
        server_host_keys=[key],
        sftp_factory=jail,
        allow_scp=False,
        login_timeout=30,
        keepalive_interval=60,
    )


async def _serve() -> None:
    key = host_key(applied.home("emergency"))
    password, port = credentials.secret("emergency"), credentials.port("emergency")
    server = await listen(emergency.served(), key, CLIENT, password, credentials.LOOPBACK, port)
    await server.wait_closed()


def main() -> None:
    """Serve on the port and with the credentials that the local stack keeps for `emergency`."""
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
