"""Start supervisord and talk with it over its socket."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any
from xmlrpc.client import Error as RemoteError
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import Faults, SupervisorTransport

from infra.settings import STATE
from infra.stack import configuration, envfile
from infra.stack.program import Program

CONFIGURATION = STATE / "run" / "supervisord.conf"
MARK = "SANLING_STACK_OF"  # in the environment of all that we start: whose it is
# What servers take over from the caller: nothing that configures them behind our back (WEED_*, PG*),
# and none of the caller's other secrets.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
INHERITED_PREFIXES = ("SANLING_", "AIRFLOW_")


class SupervisorSilent(RuntimeError):
    """supervisord does not answer on its socket."""


def tidy() -> None:
    """Remove the socket's folder where it is not the state folder's own; supervisord has gone."""
    folder = configuration.socket().parent
    if not folder.is_relative_to(STATE):
        configuration.socket().unlink(missing_ok=True)
        folder.rmdir()


def call(method: str, *arguments: object) -> Any:
    """Call `supervisor.<method>`; SupervisorSilent when nobody is there, Fault when it says no."""
    transport = SupervisorTransport(None, None, f"unix://{configuration.socket()}")
    try:
        return getattr(ServerProxy("http://127.0.0.1", transport).supervisor, method)(*arguments)
    except Fault:
        raise
    except (OSError, RemoteError) as error:
        raise SupervisorSilent("supervisord does not answer") from error
    finally:
        transport.close()


def is_running() -> bool:
    """Whether supervisord answers."""
    try:
        call("getState")
    except SupervisorSilent:
        return False
    return True


def states() -> dict[str, dict[str, Any]]:
    """What supervisord says of each of its programs, by name; empty when it does not run."""
    try:
        return {str(info["name"]): info for info in call("getAllProcessInfo")}
    except SupervisorSilent:
        return {}


def start(name: str) -> None:
    """Start one program; supervisord may have begun to bring it back by itself since it was last asked."""
    try:
        call("startProcess", name, False)
    except Fault as fault:
        if fault.faultCode != Faults.ALREADY_STARTED:
            raise


def start_supervisor() -> None:
    """Start supervisord in the background and wait until it answers."""
    kept = [name for name in os.environ if name in INHERITED or name.startswith(INHERITED_PREFIXES)]
    environment = {**{name: os.environ[name] for name in kept}, "SANLING_STATE": str(STATE), MARK: str(STATE)}
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIGURATION)]
    done = subprocess.run(command, env=environment, cwd=STATE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SupervisorSilent(f"supervisord did not start: {done.stderr.strip()[-500:]}")
    deadline = time.monotonic() + 10
    while not is_running():
        if time.monotonic() > deadline:
            raise SupervisorSilent(f"supervisord did not start: see {configuration.LOGS / 'supervisord.log'}")
        time.sleep(0.05)


def configure(programs: Sequence[Program]) -> None:
    """Write the configuration and, where supervisord runs, let it take over what is new or changed."""
    envfile.replace(CONFIGURATION, configuration.render(programs))
    if not is_running():
        return start_supervisor()
    ((added, changed, _),) = call("reloadConfig")
    for name in changed:
        call("stopProcessGroup", name)
        call("removeProcessGroup", name)
    for name in (*added, *changed):
        call("addProcessGroup", name)
    return None
