"""A sandbox city in a state folder of its own, reached through the `sanling` command as a user would."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
from psycopg.rows import dict_row

from infra.sandbox.parameters import Params
from infra.settings import ROOT, Settings
from tests import parsed

SANLING = Path(sys.prefix) / "bin" / "sanling"
# Dense and dirty rather than large: starting dbt and Great Expectations is what a night costs, not its rows.
PARAMS = Params(seed=1, people=1_500, days=6, dirt=0.65, events_per_1000=150.0)
GENERATE = (
    "import datetime; from infra import sandbox; from infra.sandbox import Params; sandbox.generate({!r})"
)
REAL_MESSAGES = {"附件3.xlsx": 4_326, "附件4.xlsx": 2_816}  # rows of the public exports
MESSAGES = ROOT.parent / "shared" / "data" / "petition_messages"


@dataclass(frozen=True)
class Night:
    """What one `sanling night` ended with."""

    day: date
    code: int
    said: str
    seconds: float


@dataclass
class City:
    """One city: its state folder, and the nights that it went through."""

    state: Path
    nights: list[Night] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """The caller's environment, but for what would lead to a caller's own stores."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SANLING_", "AIRFLOW_"))}
        return {**kept, "SANLING_STATE": str(self.state), "COLUMNS": "200"}

    def settings(self) -> Settings:
        """Where this city's stores are."""
        return Settings(_env_file=self.state / "settings.env")

    def run(
        self, *command: str | Path, code: int | None = 0, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in this city; an exit code that was not expected shows what it said."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment(), **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        said = f"{command}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert code is None or done.returncode == code, said
        return done

    def sanling(self, *words: str, code: int | None = 0) -> str:
        """The standard output of one command."""
        return self.run(SANLING, *words, code=code).stdout

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """The rows that a command prints as JSON."""
        found: list[dict[str, Any]] = json.loads(self.sanling(*words, "--format", "json"))
        return found

    def refused(self, *words: str) -> str:
        """What a command says that must fail with exit code 1."""
        return self.run(SANLING, *words, code=1).stderr

    def mart(self, statement: str) -> list[dict[str, Any]]:
        """Rows of the published marts, as a consumer of PostgreSQL reads them."""
        s = self.settings()
        with psycopg.connect(
            host=s.pg_host,
            port=s.pg_port,
            user=s.pg_user,
            password=s.pg_password.get_secret_value(),
            dbname=s.pg_serving,
            row_factory=dict_row,
        ) as con:
            return con.execute(statement.encode()).fetchall()

    def night(self, variables: Mapping[str, str] | None = None) -> Night:
        """The city's next night by `sanling night`, whatever its exit code."""
        begun = time.monotonic()
        done = self.run(SANLING, "night", code=None, variables=variables)
        day = PARAMS.last_day + timedelta(days=len(self.nights))
        night = Night(day, done.returncode, done.stdout + done.stderr, time.monotonic() - begun)
        self.nights.append(night)
        return night


@contextmanager
def founded(params: Params = PARAMS) -> Iterator[City]:
    """A city that has been generated, with no server and no night yet; it goes with all that it started.

    Not in pytest's folder, which every other session of pytest closes to the servers' own user.
    """
    folder = Path(mkdtemp(prefix="sanling-city-"))
    folder.chmod(0o755)
    town = City(folder / "state")
    parsed.lend(town.state)
    try:
        town.run(sys.executable, "-c", GENERATE.format(params))
        yield town
    finally:
        town.sanling("stack", "down", code=None)
        parsed.keep(town.state)
        shutil.rmtree(folder, ignore_errors=True)


def drop_real_messages(town: City) -> None:
    """Drop the public exports of a real message board, where they are beside the checkout."""
    for name in REAL_MESSAGES:
        if (MESSAGES / name).is_file():
            target = town.state / "drop" / "petition.message" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(MESSAGES / name, target)
