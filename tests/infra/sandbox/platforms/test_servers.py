"""The platforms as the stack runs them: reached through their connections, back after a crash."""

import asyncio
import os
import signal
import time
from urllib.parse import parse_qs, unquote, urlsplit

import asyncssh
import httpx
import psycopg
import pytest

from infra.sandbox.platforms import behaviour, load_all
from infra.sandbox.platforms.behaviour import Behaviour
from infra.settings import STATE, Settings, connection
from infra.stack import lifecycle, sandbox
from tests.infra.sandbox.platforms.small_city import FIRST, accident, call, petition, write_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def platforms(stack: Settings) -> None:
    """The sandbox's servers, with one day in each of them."""
    lifecycle.up(["core", "sandbox"], lambda _: None)
    write_day("police.incident", FIRST, [call("J1")])
    write_day("petition.petition", FIRST, [petition("P1"), petition("P2")])
    write_day("emergency.accident", FIRST, [accident("A1")])
    behaviour.write(Behaviour(fault_rate=0))
    load_all()


def petitions() -> list[str]:
    """Numbers of all petitions, fetched with what the connection says."""
    uri = urlsplit(connection("petition"))
    base = f"http://{uri.hostname}:{uri.port}"
    form = {"grant_type": "client_credentials", "client_id": unquote(uri.username or "")}
    form["client_secret"] = unquote(uri.password or "")
    token = httpx.post(f"{base}/oauth/token", data=form).raise_for_status().json()["access_token"]
    answer = httpx.get(f"{base}/api/v1/petitions", headers={"Authorization": f"Bearer {token}"})
    return [row["XFJBH"] for row in answer.raise_for_status().json()["data"]["rows"]]


def accidents() -> list[str]:
    """Files of the SFTP server, which must show the host key that the connection pins."""
    uri = urlsplit(connection("emergency"))
    pin = parse_qs(uri.query)["host_key"][0]

    class Pinned(asyncssh.SSHClient):  # type: ignore[misc]
        def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
            return bool(key.get_fingerprint() == pin)

    async def names() -> list[str]:
        async with (
            asyncssh.connect(
                *(uri.hostname, uri.port),
                username=unquote(uri.username or ""),
                password=unquote(uri.password or ""),
                known_hosts=b"",
                client_factory=Pinned,
                config=None,
            ) as session,
            session.start_sftp_client() as client,
        ):
            return sorted(str(name) for name in await client.listdir("/outbox/accident"))

    return asyncio.run(names())


def pid_of(program: str) -> int | None:
    """Process of a program that runs."""
    rows = [row for row in lifecycle.status() if row["program"] == program and row["state"] == "running"]
    return int(str(rows[0]["pid"])) if rows else None


def kill(program: str) -> None:
    """kill -9, and wait until the supervisor has brought another process up that answers."""
    before = pid_of(program)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    is_healthy = {"petition": sandbox.petition, "emergency": sandbox.emergency}[program]().is_healthy
    deadline = time.monotonic() + 20
    while pid_of(program) in (None, before) or not is_healthy():
        assert time.monotonic() < deadline, f"{program} did not come back"
        time.sleep(0.2)


def test_each_platform_is_reached_through_its_connection(platforms: None) -> None:
    with psycopg.connect(connection("police")) as con:
        assert con.execute('SELECT "JJDBH" FROM public.icc_t_jjdb').fetchall() == [("J1",)]
    assert petitions() == ["P1", "P2"]
    names = [name for name in accidents() if name[0] != "."]
    assert names == ["sgkb_20261001.csv", "sgkb_20261001.csv.ok"]


@pytest.mark.parametrize("program", ["petition", "emergency"])
def test_a_killed_server_comes_back_with_all_it_had(platforms: None, program: str) -> None:
    ask = {"petition": petitions, "emergency": accidents}[program]
    before = ask()
    kill(program)
    assert ask() == before
    assert load_all() == []


def test_connections_are_private(platforms: None) -> None:
    assert (STATE / "connections.env").stat().st_mode & 0o077 == 0
    assert (STATE / "sandbox/platforms/emergency/host_key").stat().st_mode & 0o077 == 0
