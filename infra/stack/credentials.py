"""Secrets, ports and addresses of the local stack: made once, remembered in the state folder, mode 600."""

import secrets
import socket
from collections.abc import Mapping
from os import environ

from infra.settings import STATE
from infra.stack import envfile

SECRETS = STATE / "secrets.env"
PORTS = STATE / "ports.env"
SETTINGS = STATE / "settings.env"
CONNECTIONS = STATE / "connections.env"
LOOPBACK = "127.0.0.1"
WRITER = "sanling-writer"  # access key of the pipeline
# Below the range from which the kernel takes ports for outgoing connections, so that a port that we
# remember is not lent to somebody else while the stack is down.
FIRST_PORT, LAST_PORT = 20000, 32000


class PortTaken(RuntimeError):
    """A port that the environment fixes belongs to another program."""


def secret(name: str) -> str:
    """The secret of that name, 48 hexadecimal digits, made at the first asking and the same ever after."""
    return _remembered_secret(name, 24)


def port(name: str) -> int:
    """The port of that name: `SANLING_<NAME>_PORT`, or one that was free when it was first asked for."""
    fixed = environ.get(_port_variable(name))
    if fixed:
        return int(fixed)
    return int(envfile.remember(PORTS, name, _free_port))


def settle_port(name: str) -> None:
    """Before a start: take another port if a stranger has ours. Raises PortTaken for a fixed one."""
    number = port(name)
    if _is_free(number):
        return
    if _port_variable(name) in environ:
        raise PortTaken(f"port {number} is taken by another program: change or unset {_port_variable(name)}")
    envfile.update(PORTS, {name: _free_port(envfile.read(PORTS))})


def add_connection(name: str, uri: str) -> None:
    """Let `infra.settings.connection(name)` find a platform: SANLING_CONN_<NAME> in connections.env."""
    envfile.update(CONNECTIONS, {f"SANLING_CONN_{name.upper()}": uri})


def database_uri(role: str, database: str) -> str:
    """How a role of the local PostgreSQL reaches a database, password included."""
    return f"postgresql://{role}:{secret('pg_' + role)}@{LOOPBACK}:{port('pg')}/{database}"


def write_settings() -> None:
    """Write settings.env for this stack; lines that somebody added to it stay."""
    envfile.update(
        SETTINGS,
        {
            "SANLING_S3_ENDPOINT": f"{LOOPBACK}:{port('s3')}",
            "SANLING_S3_ACCESS_KEY": WRITER,
            "SANLING_S3_SECRET_KEY": secret("s3_writer"),
            "SANLING_PG_HOST": LOOPBACK,
            "SANLING_PG_PORT": str(port("pg")),
            "SANLING_PG_PASSWORD": secret("pg_sanling_writer"),
            "SANLING_PSEUDONYM_KEY": _remembered_secret("pseudonym_key", 32),
        },
    )


def _remembered_secret(name: str, size: int) -> str:
    return envfile.remember(SECRETS, name, lambda _: secrets.token_hex(size))


def _port_variable(name: str) -> str:
    return f"SANLING_{name.upper()}_PORT"


def _free_port(known: Mapping[str, str]) -> str:
    taken = set(known.values())
    for _ in range(1000):
        number = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        if str(number) not in taken and _is_free(number):
            return str(number)
    raise PortTaken(f"no free port between {FIRST_PORT} and {LAST_PORT} on {LOOPBACK}")


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a connection that is still closing does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, number))
        except OSError:
            return False
        return True
