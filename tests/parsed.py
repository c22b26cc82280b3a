"""dbt's parse of the project, lent to every state folder of the tests: it takes dbt nine seconds.

It is kept with what pytest keeps between runs. dbt itself sees what has changed since, and parses that anew.
Nothing of infra is imported here: conftest lends before the settings are read.
"""

import os
import shutil
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / ".pytest_cache" / "d" / "dbt" / "partial_parse.msgpack"


def lend(state: Path) -> None:
    """Put what is kept where dbt looks for it, in a state folder that has none."""
    target = _parse_of(state)
    if KEPT.exists() and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(KEPT, target)


def keep(state: Path) -> None:
    """Keep the parse of a state folder for those that come after it."""
    if _parse_of(state).exists():
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        mine = KEPT.with_name(f"{os.getpid()}.msgpack")
        shutil.copyfile(_parse_of(state), mine)
        mine.replace(KEPT)


def _parse_of(state: Path) -> Path:
    return state / "dbt" / "target" / KEPT.name
