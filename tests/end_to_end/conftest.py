"""One small, dirty city that went through two nights by the command a user would type."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SANLING = Path(sys.prefix) / "bin" / "sanling"


class City:
    """A city of its own in a state folder of its own, reached through the `sanling` command alone."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("SANLING_", "AIRFLOW_"))}
        self.environment["SANLING_STATE"] = str(state)

    def sanling(self, *words: str, ok: bool = True) -> str:
        """Run one command and give its standard output; a failure shows what it said."""
        done = subprocess.run(
            [SANLING, *words], env=self.environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert not ok or done.returncode == 0, f"{words}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """The rows that a command prints as JSON."""
        found: list[dict[str, Any]] = json.loads(self.sanling(*words, "--format", "json"))
        return found

    def query(self, sql: str, *options: str) -> list[dict[str, Any]]:
        """Rows of a read-only query on the lake."""
        return self.rows("query", sql, *options)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Two nights of a city of 600 people: the first brings six days, the second one more."""
    folder = tmp_path_factory.mktemp("city")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)  # as root the servers run as a user of their own, who must get here
    town = City(folder / "state")
    try:
        town.sanling("night", "--people", "600", "--days", "6", "--seed", "11", "--dirt", "0.2")
        town.sanling("night")
        yield town
    finally:
        town.sanling("stack", "down", ok=False)
