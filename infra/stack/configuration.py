"""supervisord's configuration, generated from the programs, and where its socket and logs are."""

import hashlib
import os
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.settings import STATE
from infra.stack import owner
from infra.stack.program import Program

LOGS = STATE / "logs"
PROGRAM = "SANLING_PROGRAM"  # in the environment of each program: which one it is
SOCKET_LENGTH = 90  # a socket's path may have 107 bytes, and supervisord adds its pid


class SocketUnsafe(RuntimeError):
    """The place for the socket belongs to somebody else."""


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
        raise SocketUnsafe(f"{folder} is not ours alone: remove it, or choose a shorter SANLING_STATE")
    return folder / "supervisor.sock"


def render(programs: Sequence[Program]) -> str:
    """The configuration file; it names no secret but those that a program has in its environment."""
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
