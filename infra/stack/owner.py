"""Which user the servers run as, and the state folder that this user may reach.

PostgreSQL refuses to run as root. As root the servers therefore run as a system user of their own, who
gets the right to walk through the state folder (group, mode 710) and owns the servers' folders inside
it. No parent folder is ever changed: where that user cannot pass one of them, we say so and stop.
"""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

from infra.settings import STATE

SERVER_USER = "sanling"


class StateUnreachable(RuntimeError):
    """The user of the servers cannot get to the state folder or to the programs."""


def server_user() -> pwd.struct_passwd | None:
    """The user of the servers when we are root, made if missing; None when they run as ourselves."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("SANLING_SERVER_USER", SERVER_USER)
    try:
        return pwd.getpwnam(name)
    except KeyError:
        _add_user(name)
        return pwd.getpwnam(name)


def _add_user(name: str) -> None:
    try:
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
            check=True,
            capture_output=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise StateUnreachable(
            f"as root the servers need a user of their own and {name} could not be added: add it by hand, "
            "or name an existing one in SANLING_SERVER_USER"
        ) from error


def open_state() -> None:
    """Make the state folder private: mode 700, and for root 710 with the group of the servers' user."""
    STATE.mkdir(parents=True, exist_ok=True)
    user = server_user()
    if user is None:
        STATE.chmod(0o700)
    else:
        os.chown(STATE, -1, user.pw_gid)
        STATE.chmod(0o710)
    for name in ("logs", "run"):
        (STATE / name).mkdir(mode=0o700, exist_ok=True)


def server_folder(name: str) -> Path:
    """A folder of the state folder that belongs to the user of the servers alone."""
    folder = STATE / name
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    hand_over(folder)
    return folder


def hand_over(path: Path) -> None:
    """Give a file or folder to the user of the servers; nothing to do when that is ourselves."""
    user = server_user()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def as_server_user() -> dict[str, Any]:
    """Keyword arguments for `subprocess.run` that change to the user of the servers."""
    user = server_user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def check_reach(program: Path, folder: Path) -> None:
    """Raises StateUnreachable if the user of the servers cannot run `program` inside `folder`."""
    user = server_user()
    if user is None:
        return
    for path, cure in (
        (folder, "set SANLING_STATE to a folder inside one that all users may enter"),
        (program, "install the Python environment where all users may enter"),
    ):
        if subprocess.run(["test", "-x", path], cwd="/", check=False, **as_server_user()).returncode != 0:
            raise StateUnreachable(
                f"as root the servers run as user {user.pw_name}, who cannot reach {path}: {cure}, "
                "or run the stack as an ordinary user"
            )
