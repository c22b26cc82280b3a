"""A folder on a real SFTP server: the pinned key, the refusals, the lines that break."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import asyncssh
import pytest

from infra.sandbox.platforms.emergency_sftp import host_key, listen
from ingest.connectors import SourceError, SourceUnavailable
from ingest.contract import Contract
from tests.ingest.connectors.helpers import contract, pull

pytestmark = pytest.mark.usefixtures("stack")
PASSWORD = "p@ss/word"


class Server:
    """The sandbox's SFTP server on a thread of its own."""

    def __init__(self, root: Path, key: asyncssh.SSHKey) -> None:
        self.root, self.key = root, key
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        serving = listen(root, key, "sanling", PASSWORD, "127.0.0.1", 0)
        self.acceptor = asyncio.run_coroutine_threadsafe(serving, self.loop).result(10)
        self.port = self.acceptor.get_port()

    def connection(self, password: str = PASSWORD, pin: str | None = None) -> str:
        """What belongs into SANLING_CONN_TRY."""
        pin = self.key.get_fingerprint() if pin is None else pin
        where = f"sanling:{quote(password, safe='')}@127.0.0.1:{self.port}"
        return f"sftp://{where}/?host_key={quote(pin, safe='')}"

    def stop(self) -> None:
        """Hang up on everybody."""
        self.loop.call_soon_threadsafe(self.acceptor.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "files" / "outbox").mkdir(parents=True)
    running = Server(tmp_path / "files", host_key(tmp_path))
    yield running
    running.stop()


@pytest.fixture
def feed(server: Server, monkeypatch: pytest.MonkeyPatch) -> Contract:
    monkeypatch.setenv("SANLING_CONN_TRY", server.connection())
    location = {"type": "sftp", "location": "sftp://${TRY_SFTP}/outbox"}
    return contract(location, ["a", "b"], connection="try", pattern="f_{date}*", control="{file}.ok")


def test_files_of_the_day_come_with_their_control_files(
    server: Server, feed: Contract, tmp_path: Path
) -> None:
    outbox = server.root / "outbox"
    body = "a,b\n1,甲\n".encode("gb18030")
    for name in ("f_20261001.csv", "f_20261002.csv", ".f_20261001.part", "other.csv"):
        (outbox / name).write_bytes(body)
        (outbox / f"{name}.ok").write_text("rows=1\n")
    (outbox / "f_20261001 later.csv").write_bytes(body)
    (outbox / "f_20261001.d").mkdir()
    pulled = pull(feed, tmp_path)
    assert pulled.values("a", "b") == [("1", "甲")]
    assert [original.name for original in pulled.fetch.originals] == ["f_20261001.csv"]
    assert [check.expected_rows for check in pulled.fetch.control] == [1]
    assert [note.split(" is left")[0] for note in pulled.fetch.notes] == ["f_20261001 later.csv"]


def test_a_large_file_comes_whole(server: Server, feed: Contract, tmp_path: Path) -> None:
    body = b"a,b\n" + b"".join(b"%d,%s\n" % (i, b"x" * 100) for i in range(50_000))
    (server.root / "outbox" / "f_20261001.csv").write_bytes(body)
    (server.root / "outbox" / "f_20261001.csv.ok").touch()
    pulled = pull(feed, tmp_path)
    assert [row["_row_number"] for row in pulled.rows] == list(range(1, 50_001))
    assert pulled.fetch.originals[0].bytes == len(body)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong"}, "check its user, password or key"),
        ({"pin": "SHA256:" + "A" * 43}, "check its host_key"),
        ({"pin": ""}, r"must pin the server by \?host_key"),
    ],
)
def test_a_wrong_key_or_password_is_refused(
    server: Server,
    feed: Contract,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    message: str,
) -> None:
    monkeypatch.setenv("SANLING_CONN_TRY", server.connection(**change))
    with pytest.raises(SourceError, match=f"connection try: .*{message}") as error:
        pull(feed, tmp_path)
    assert "wrong" not in str(error.value)
    assert quote(PASSWORD) not in str(error.value)


def test_a_folder_that_is_not_there_is_named(server: Server, feed: Contract, tmp_path: Path) -> None:
    (server.root / "outbox").rmdir()
    with pytest.raises(SourceError, match="connection try: SFTPNoSuchFile; check the folder"):
        pull(feed, tmp_path)


def test_a_server_that_is_not_there_is_unavailable(server: Server, feed: Contract, tmp_path: Path) -> None:
    server.stop()
    with pytest.raises(SourceUnavailable, match="connection try: the SFTP server does not answer"):
        pull(feed, tmp_path)
