"""What the state folder remembers, and that nobody else may read it."""

import stat
import tempfile
from multiprocessing import get_context
from pathlib import Path

import pytest

from infra.stack import configuration, credentials, envfile, supervision


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SECRETS", "PORTS", "CONNECTIONS"):
        monkeypatch.setattr(credentials, name, tmp_path / f"{name.lower()}.env")
    return tmp_path


def test_a_secret_is_made_once_and_kept_closed(folder: Path) -> None:
    first = credentials.secret("petition")
    assert credentials.secret("petition") == first
    assert credentials.secret("emergency") != first
    assert len(first) == 48
    assert stat.S_IMODE((folder / "secrets.env").stat().st_mode) == 0o600


def test_a_port_is_remembered_and_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = credentials.port("petition")
    assert credentials.port("petition") == first
    assert credentials.FIRST_PORT <= first < credentials.LAST_PORT
    monkeypatch.setenv("SANLING_PETITION_PORT", "20001")
    assert credentials.port("petition") == 20001


def test_an_update_keeps_other_lines_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# by hand\nA=1\nB=x=y\n", encoding="utf-8")
    envfile.update(file, {"A": "2", "C": "3"})
    assert envfile.read(file) == {"A": "2", "B": "x=y", "C": "3"}
    assert "# by hand" in file.read_text(encoding="utf-8")


def _remember(file: Path, name: str) -> str:
    return envfile.remember(file, name, lambda known: str(len(known)))


def test_processes_that_ask_at_once_lose_no_name(tmp_path: Path) -> None:
    file = tmp_path / "ports.env"
    with get_context("spawn").Pool(4) as pool:
        pool.starmap(_remember, [(file, f"name{i % 10}") for i in range(40)])
    assert sorted(envfile.read(file).values()) == [str(i) for i in range(10)]


def test_a_path_too_long_for_a_socket_gets_a_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "STATE", tmp_path / ("long" * 30))
    monkeypatch.setattr(supervision, "STATE", tmp_path / ("long" * 30))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/tmp")  # noqa: S108
    path = configuration.socket()
    try:
        assert len(str(path)) <= configuration.SOCKET_LENGTH
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.parent.chmod(0o755)
        with pytest.raises(configuration.SocketUnsafe, match="not ours alone"):
            configuration.socket()
        path.parent.chmod(0o700)
    finally:
        supervision.tidy()
    assert not path.parent.exists()
