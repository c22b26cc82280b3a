"""The emergency platform's SFTP server, with a real client: who gets in, what can be seen and done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from infra.sandbox.platforms import emergency
from infra.sandbox.platforms.emergency_sftp import fingerprint, host_key, listen
from tests.infra.sandbox.platforms.small_city import FIRST, accident, write_day

PASSWORD = "p@ss:word/1"
Deed = Callable[[asyncssh.SFTPClient], Awaitable[object]]


class Pinned(asyncssh.SSHClient):  # type: ignore[misc]
    """A client that accepts one host key."""

    def __init__(self, pin: str) -> None:
        self.pin = pin

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        return bool(key.get_fingerprint() == self.pin)


@asynccontextmanager
async def session(home: Path, password: str = PASSWORD, pin: str = "") -> AsyncIterator[asyncssh.SFTPClient]:
    server = await listen(
        home / "files", host_key(home), "sanling", password=PASSWORD, host="127.0.0.1", port=0
    )
    expected = pin or fingerprint(home)
    try:
        async with (
            asyncssh.connect(
                *("127.0.0.1", server.get_port()),
                username="sanling",
                password=password,
                known_hosts=([], [], []),
                client_factory=lambda: Pinned(expected),
                client_keys=None,
                config=None,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            yield client
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
def home(city: Path) -> Path:
    write_day("emergency.accident", FIRST, [accident("A1")])
    emergency.load(emergency.ACCIDENT, FIRST)
    return city / "platforms" / "emergency"


def ask(home: Path, deed: Deed, **how: str) -> object:
    async def run() -> object:
        async with session(home, **how) as client:
            return await deed(client)

    return asyncio.run(run())


def test_the_day_can_be_listed_and_read(home: Path) -> None:
    async def fetch(client: asyncssh.SFTPClient) -> tuple[list[str], bytes]:
        names = sorted(name for name in await client.listdir("/outbox/accident") if not name.startswith("."))
        async with client.open("/outbox/accident/sgkb_20261001.csv", "rb") as file:
            return names, await file.read()

    names, body = ask(home, fetch)  # type: ignore[misc]
    assert names == ["sgkb_20261001.csv", "sgkb_20261001.csv.ok"]
    assert body == (home / "files/outbox/accident/sgkb_20261001.csv").read_bytes()


def test_a_wrong_password_is_refused(home: Path) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        ask(home, lambda client: client.listdir("/"), password="guess")


def test_another_host_key_is_refused(home: Path) -> None:
    stranger = str(asyncssh.generate_private_key("ssh-ed25519").get_fingerprint())
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        ask(home, lambda client: client.listdir("/"), pin=stranger)


def test_the_host_key_survives_a_restart_and_is_private(home: Path) -> None:
    before = fingerprint(home)
    ask(home, lambda client: client.listdir("/"))
    assert fingerprint(home) == before
    assert before.startswith("SHA256:")
    assert (home / "host_key").stat().st_mode & 0o777 == 0o600


def test_the_folder_cannot_be_left(home: Path) -> None:
    assert ask(home, lambda client: client.realpath("../../..")) == "/"
    assert "host_key" not in ask(home, lambda client: client.listdir("/.."))  # type: ignore[operator]


@pytest.mark.parametrize(
    "deed",
    [
        lambda client: client.open("/outbox/accident/new.csv", "wb"),
        lambda client: client.open("/outbox/accident/sgkb_20261001.csv", "ab"),
        lambda client: client.remove("/outbox/accident/sgkb_20261001.csv"),
        lambda client: client.rename("/outbox/accident/sgkb_20261001.csv", "/gone"),
        lambda client: client.posix_rename("/outbox/accident/sgkb_20261001.csv", "/gone"),
        lambda client: client.mkdir("/new"),
        lambda client: client.chmod("/outbox/accident/sgkb_20261001.csv", 0o777),
        lambda client: client.truncate("/outbox/accident/sgkb_20261001.csv", 0),
        lambda client: client.symlink("/etc/passwd", "/link"),
    ],
)
def test_nothing_can_be_changed(home: Path, deed: Deed) -> None:
    before = {found: found.read_bytes() for found in (home / "files").rglob("*.csv*")}
    with pytest.raises(asyncssh.SFTPPermissionDenied):
        ask(home, deed)
    assert {found: found.read_bytes() for found in (home / "files").rglob("*.csv*")} == before


def test_there_is_no_shell(home: Path) -> None:
    async def run() -> None:
        server = await listen(home / "files", host_key(home), "sanling", PASSWORD, "127.0.0.1", 0)
        try:
            async with asyncssh.connect(
                *("127.0.0.1", server.get_port()), username="sanling", password=PASSWORD, known_hosts=None
            ) as connection:
                await connection.run("ls /", check=True)
        finally:
            server.close()

    with pytest.raises(asyncssh.ChannelOpenError):
        asyncio.run(run())
