"""Up, down and crashes, in a state folder of its own, through the command that people use."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

UP = ("up", "--no-sandbox", "--no-dashboard")
RUN = "import sys; from infra.cli import app; app(sys.argv[1:])"
WRITE = """
from io import BytesIO
from infra import store
from infra.serving import connect_serving
with connect_serving() as con:
    con.execute("CREATE TABLE IF NOT EXISTS kept (a int)")
    con.execute("TRUNCATE kept")
    con.execute("INSERT INTO kept SELECT generate_series(1, 10000)")
for i in range(20):
    store.client().put_object("raw", f"kept/{i}", BytesIO(bytes([i]) * 100_000), 100_000)
"""
CHECK = """
from infra import store
from infra.serving import connect_serving
with connect_serving() as con:
    assert con.execute("SELECT sum(a) FROM kept").fetchone() == (50005000,)
for i in range(20):
    assert store.read_bytes("raw", f"kept/{i}") == bytes([i]) * 100_000
store.write_json("raw", "kept/after.json", {"still": "writable"})
"""

# Makes the store log: nobody reads what it writes to a supervisor that is dead, which ends a program.
NEW_BUCKET = """
import os
from io import BytesIO
from infra import store
name = f"another-{os.getpid()}"
store.client().make_bucket(name)
store.client().put_object(name, "kept", BytesIO(b"kept"), 4)
"""


class Stack:
    """A stack of its own, driven from outside."""

    def __init__(self, state: Path) -> None:
        self.state = state
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SANLING_")}
        self.env = {**inherited, "SANLING_STATE": str(state)}

    def python(self, code: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, env=self.env, check=check, capture_output=True, text=True, timeout=90)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.python(RUN, "stack", *arguments, check=check)

    def status(self) -> dict[str, dict[str, Any]]:
        rows = json.loads(self.run("status", "--format", "json").stdout)
        return {row["program"]: row for row in rows if row["group"] == "core"}

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SANLING_STACK_OF") == str(self.state):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found


@pytest.fixture(scope="module")
def folder() -> Iterator[Stack]:
    # Not in pytest's folder: that one is closed to the user under whom root runs the servers.
    stack = Stack(Path(tempfile.mkdtemp(prefix="sanling-test-")))
    try:
        yield stack
    finally:
        stack.run("down")
        shutil.rmtree(stack.state)


@pytest.fixture
def own(folder: Stack) -> Stack:
    """A stack that is up; one folder serves all tests, because a first start is the slow one."""
    folder.env.pop("SANLING_PG_PORT", None)
    folder.run(*UP)
    folder.python(WRITE)
    return folder


def _eventually(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.2)
    return is_so()


def test_up_again_changes_nothing_and_down_leaves_nothing(own: Stack) -> None:
    first = own.status()
    settings = (own.state / "settings.env").read_text(encoding="utf-8")
    (own.state / "settings.env").write_text(settings + "SANLING_MIN_CELL=7\n", encoding="utf-8")
    own.run(*UP)
    again = own.status()
    assert {name: row["pid"] for name, row in again.items()} == {
        name: row["pid"] for name, row in first.items()
    }
    assert {row["state"] for row in again.values()} <= {"running", "starting"}
    ports = [row["port"] for row in again.values()]
    assert "stopped" in own.run("down").stdout
    assert {row["state"] for row in own.status().values()} == {"stopped"}
    assert own.processes() == []
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "nothing was running" in own.run("down").stdout
    own.run(*UP)
    own.python(CHECK)
    assert set((own.state / "settings.env").read_text().splitlines()) == {
        *settings.splitlines(),
        "SANLING_MIN_CELL=7",
    }


def test_a_killed_server_comes_back_with_its_data(own: Stack) -> None:
    before = own.status()
    for row in before.values():
        os.kill(row["pid"], signal.SIGKILL)

    def is_back() -> bool:
        rows = own.status()
        return all(
            rows[name]["state"] == "running" and rows[name]["pid"] != before[name]["pid"] for name in rows
        )

    assert _eventually(is_back)
    assert _eventually(lambda: own.python(CHECK, check=False).returncode == 0)


@pytest.mark.parametrize("verb", ["down", "up"])
def test_orphans_of_a_killed_supervisor_are_stopped(own: Stack, verb: str) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        supervisor = int((own.state / "run" / "supervisord.pid").read_text())
        os.kill(supervisor, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(supervisor)] if psutil.pid_exists(supervisor) else [], timeout=5)
        own.python(NEW_BUCKET)
        assert {row["state"] for row in own.status().values()} == {"orphan"}
        old = {process.pid for process in own.processes()}
        own.run(*(UP if verb == "up" else [verb]))
        assert not old & {process.pid for process in own.processes()}
        assert bystander.poll() is None
        if verb == "up":
            own.python(CHECK)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_port_that_a_stranger_took_is_changed_or_named(own: Stack) -> None:
    old = own.status()["postgres"]["port"]
    own.run("down")
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", old))
        stranger.listen()
        own.run(*UP)
        assert own.status()["postgres"]["port"] != old
        own.run("down")
        own.env["SANLING_PG_PORT"] = str(old)
        refused = own.run(*UP, check=False)
        assert refused.returncode == 1
        assert "SANLING_PG_PORT" in refused.stderr


def test_a_server_that_cannot_start_names_its_log(own: Stack) -> None:
    own.run("down")
    control = own.state / "postgres" / "data" / "global" / "pg_control"
    control.rename(own.state / "pg_control")
    try:
        failed = own.run(*UP, check=False)
        assert failed.returncode == 1
        assert "postgres.log" in failed.stderr.replace("\n", "")
    finally:
        own.run("down")
        (own.state / "pg_control").rename(control)


def test_the_page_of_results_comes_up_with_the_stack_and_says_where_it_is(own: Stack) -> None:
    said = own.run("up", "--no-sandbox").stdout
    address = own.python(RUN, "dashboard").stdout.strip()
    assert f"Results: {address}" in said
    answer = httpx.get(f"{address}/signin", trust_env=False)
    assert answer.status_code == 200
    wrong = {"role": "sanling_writer", "password": "wrong"}
    headers = {"Origin": address}
    assert httpx.post(f"{address}/signin", data=wrong, headers=headers, trust_env=False).status_code == 401
    own.run("down")
    gone = own.python(RUN, "dashboard", check=False)
    assert gone.returncode == 1
    assert "sanling stack up" in gone.stderr.replace("\n", " ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_root_is_told_when_the_servers_cannot_reach_the_folder() -> None:
    closed = Path(tempfile.mkdtemp(prefix="sanling-test-"))  # mode 700
    try:
        refused = Stack(closed / "state").run(*UP, check=False)
        assert refused.returncode == 1
        assert "SANLING_STATE" in refused.stderr
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        Stack(closed / "state").run("down")
        shutil.rmtree(closed)
