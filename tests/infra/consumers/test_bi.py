"""A real BI program, Apache Superset, sees of the marts what its role sees.

It is not among the project's packages: install it into an environment of its own (docs/bi.md) and name that
in SUPERSET_VENV. Its first start takes a minute or two.
"""

import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.consumers import roles

VENV = os.environ.get("SUPERSET_VENV")
CLIENT = Path(__file__).with_name("superset_client.py")
CONFIG = """
import os
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.environ["SUPERSET_HOME"] + "/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        VENV is None, reason="SUPERSET_VENV does not name an environment with Apache Superset"
    ),
]


@pytest.fixture(scope="module")
def superset(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a fresh Superset with one user."""
    home = tmp_path_factory.mktemp("superset")
    (home / "superset_config.py").write_text(CONFIG, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SUPERSET_HOME": str(home),
        "SUPERSET_SECRET_KEY": secrets.token_hex(32),
        "SUPERSET_CONFIG_PATH": str(home / "superset_config.py"),
        "FLASK_APP": "superset.app:create_app()",
    }
    user = "--username admin --firstname a --lastname b --email a@b.c --password only-inside-this-test"
    for arguments in ("db upgrade", f"fab create-admin {user}", "init"):
        subprocess.run(
            [f"{VENV}/bin/superset", *arguments.split()],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    return environment


def chart(environment: dict[str, str], role: str, schema: str, table: str, column: str) -> dict[str, Any]:
    uri = roles.uri(role).replace("postgresql", "postgresql+psycopg2", 1)
    asked = {"role": role, "uri": uri, "schema": schema, "table": table, "columns": [column]}
    done = subprocess.run(
        [f"{VENV}/bin/python", str(CLIENT)],
        input=json.dumps(asked), env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_a_chart_shows_the_rows_of_its_role(readers: object, superset: dict[str, str]) -> None:
    shown = chart(superset, "county_office", "mart", "event", "event_id")
    assert sorted(row["event_id"] for row in shown["rows"]) == ["E-1", "E-2", "E-3"]


def test_a_mart_of_another_purpose_is_refused(readers: object, superset: dict[str, str]) -> None:
    answer = chart(superset, "city_statistics", "mart", "event", "event_id")
    assert answer.get("refused") == "dataset/"  # the database itself could be added
