"""Airflow on the local stack: its settings, and its three servers. It keeps its state in PostgreSQL.

The settings are complete: nothing is taken from a caller's AIRFLOW_* variables, which may belong to another
installation. A triggerer is not needed, since no task is deferred.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.request import urlopen

from infra.settings import ROOT, STATE, TIMEZONE
from infra.stack import credentials, envfile
from infra.stack.program import Program, answers_http

Component = Literal["api-server", "scheduler", "dag-processor"]
HOME = STATE / "airflow"
DAGS = ROOT / "dags"
PASSWORDS = HOME / "passwords.json"
USER = "admin"
HEALTH = "/api/v2/monitor/health"
DEADLINE_HOURS = "4"  # after which a night is reported as late
TASKS_AT_ONCE = "4"
CLOCK = "SANLING_CLOCK"  # off: DAGs run when asked alone, since the sandbox's days are not the calendar's


def api_server() -> Program:
    """The web interface and the API."""
    return _program("api-server", ports=("airflow",), prepare=prepare)


def scheduler() -> Program:
    """The scheduler, with the processes that run the tasks."""
    return _program("scheduler", stop_seconds=30)


def dag_processor() -> Program:
    """Reads the DAG files."""
    return _program("dag-processor")


def environment() -> dict[str, str]:
    """The whole environment of an Airflow process of this stack, secrets included."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        "AIRFLOW_HOME": str(HOME),
        "GX_ANALYTICS_ENABLED": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        CLOCK: os.environ.get(CLOCK, "off"),
        "PYTHONWARNINGS": "ignore",
        **{f"AIRFLOW__{name}": value for name, value in _options().items()},
    }


def url() -> str:
    """Where the web interface is."""
    return f"http://{credentials.LOOPBACK}:{credentials.port('airflow')}"


def password() -> str:
    """The password of the user `admin`."""
    return credentials.secret("airflow_admin")[:20]


def prepare() -> None:
    """Make or upgrade the metadata database, set pools and the password. Raises CalledProcessError."""
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    envfile.replace(PASSWORDS, json.dumps({USER: password()}) + "\n")
    command = [sys.executable, "-m", "infra.airflow.prepare"]
    subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True)


def is_healthy(component: Component) -> bool:
    """Whether the API says that a component's heart beats."""
    port = credentials.port("airflow")
    if not answers_http(port, HEALTH):
        return False
    with urlopen(f"http://{credentials.LOOPBACK}:{port}{HEALTH}", timeout=2) as answer:
        said = json.load(answer)
    names = {"api-server": "metadatabase", "scheduler": "scheduler", "dag-processor": "dag_processor"}
    return bool(said[names[component]]["status"] == "healthy")


def _program(component: Component, **more: Any) -> Program:
    return Program(
        name=f"airflow-{component}",
        command=(sys.executable, "-m", "infra.airflow.serve", component),
        directory=HOME,
        group="airflow",
        is_healthy=partial(is_healthy, component),
        priority=30,
        # The supervisor would give it its own folder as HOME, but DuckDB's extensions are in the user's.
        env={
            "HOME": str(Path.home()),
            "SANLING_DEADLINE_HOURS": DEADLINE_HOURS,
            CLOCK: os.environ.get(CLOCK, "off"),
        },
        start_seconds=180,
        **more,
    )


def _options() -> dict[str, str]:
    database = credentials.database_uri("airflow", "airflow").replace("postgresql:", "postgresql+psycopg:")
    return {
        "CORE__DAGS_FOLDER": str(DAGS),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__PARALLELISM": TASKS_AT_ONCE,
        "CORE__DEFAULT_TIMEZONE": TIMEZONE,
        "CORE__FERNET_KEY": _fernet_key(),
        "CORE__EXECUTION_API_SERVER_URL": f"{url()}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(PASSWORDS),
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,
        "API__HOST": credentials.LOOPBACK,
        "API__PORT": str(credentials.port("airflow")),
        "API__BASE_URL": url(),
        "API__SECRET_KEY": credentials.secret("airflow_api"),
        "API_AUTH__JWT_SECRET": credentials.secret("airflow_jwt"),
        "LOGGING__BASE_LOG_FOLDER": str(HOME / "logs"),
    }


def _fernet_key() -> str:
    """32 bytes in the alphabet that Fernet wants, of a remembered secret."""
    digest = hashlib.sha256(credentials.secret("airflow_fernet").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()
