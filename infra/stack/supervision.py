"""supervisord: its configuration, generated from the programs, and the talk with it over its socket."""

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xmlrpc.client import Error as RemoteError
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from infra.settings import STATE
from infra.stack import envfile, owner
from infra.stack.program import Program

CONFIGURATION = STATE / "run" / "supervisord.conf"
LOGS = STATE / "logs"
MARK = "SANLING_STACK_OF"  # in the environment of all that we start: whose it is
PROGRAM = "SANLING_PROGRAM"  # beside it: which program
SOCKET_LENGTH = 90  # a socket's path may have 107 bytes, and supervisord adds its pid
# What servers take over from the caller: nothing that configures them behind our back (WEED_*, PG*),
# and none of the caller's other secrets.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
INHERITED_PREFIXES = ("SANLING_", "AIRFLOW_")


class SupervisorSilent(RuntimeError):
    """supervisord does not answer on its socket."""


def log_of(name: str) -> Path:
    """The log file of a program."""
    return LOGS / f"{name}.log"


def socket() -> Path:
    """supervisord's socket: in the state folder, or in a private folder where that path is too long."""
    path = STATE / "run" / "supervisor.sock"
    if len(os.fsencode(path)) <= SOCKET_LENGTH:
        return path
    digest = hashlib.sha256(os.fsencode(STATE)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"sanling-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.geteuid() or folder.lstat().st_mode & 0o077:
        raise SupervisorSilent(f"{folder} is not ours alone: remove it, or choose a shorter SANLING_STATE")
    return folder / "supervisor.sock"


def tidy() -> None:
    """Remove the socket's folder where it is not the state folder's own; supervisord has gone."""
    folder = socket().parent
    if not folder.is_relative_to(STATE):
        socket().unlink(missing_ok=True)
        folder.rmdir()


def call(method: str, *arguments: object) -> Any:
    """Call `supervisor.<method>`; SupervisorSilent when nobody is there, Fault when it says no."""
    transport = SupervisorTransport(None, None, f"unix://{socket()}")
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
            raise SupervisorSilent(f"supervisord did not start: see {LOGS / 'supervisord.log'}")
        time.sleep(0.05)


def configure(programs: Sequence[Program]) -> None:
    """Write the configuration and, where supervisord runs, let it take over what is new or changed."""
    envfile.replace(CONFIGURATION, _configuration(programs))
    if not is_running():
        return start_supervisor()
    ((added, changed, _),) = call("reloadConfig")
    for name in changed:
        call("stopProcessGroup", name)
        call("removeProcessGroup", name)
    for name in (*added, *changed):
        call("addProcessGroup", name)
    return None


def _configuration(programs: Sequence[Program]) -> str:
    sections: dict[str, Mapping[str, object]] = {
        "unix_http_server": {"file": socket(), "chmod": "0700"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "supervisord": {
            "logfile": LOGS / "supervisord.log",
            "logfile_maxbytes": "2MB",
            "logfile_backups": 2,
            "pidfile": STATE / "run" / "supervisord.pid",
            "childlogdir": LOGS,
            "umask": "077",
            **({"user": "root"} if os.geteuid() == 0 else {}),
        },
        **{f"program:{program.name}": _section(program) for program in programs},
    }
    return "\n".join(
        f"[{title}]\n" + "".join(f"{key} = {value}\n" for key, value in _escaped(values).items())
        for title, values in sections.items()
    )


def _section(program: Program) -> dict[str, object]:
    user = owner.server_user() if program.as_server_user else None
    environment = {PROGRAM: program.name, "HOME": str(program.directory), **program.env}
    return {
        "command": shlex.join(program.command),
        "directory": program.directory,
        "environment": ",".join(f'{name}="{value}"' for name, value in environment.items()),
        "priority": program.priority,
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 1,
        "startretries": 5,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": program.stop_seconds,
        "stopasgroup": "false",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": log_of(program.name),
        "stdout_logfile_maxbytes": "5MB",
        "stdout_logfile_backups": 3,
        **({"user": user.pw_name} if user else {}),
    }


def _escaped(values: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value).replace("%", "%%") for key, value in values.items()}
