"""Files as platforms deliver them: complete before they can be seen, the control file last, each noted.

The note is truth for tests: which file was sent when, with how many rows, and of which earlier file it is
a repetition. It stays in the platform's own folder and never reaches a feed.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from os import environ
from pathlib import Path

import orjson

from infra.sandbox.platforms import applied
from infra.settings import STATE

DROP = Path(environ.get("SANLING_DROP", STATE / "drop"))


@dataclass(frozen=True)
class Delivery:
    """One file that a platform put where the receiver finds it."""

    name: str
    folder: str
    rows: int
    md5: str
    repeats: str | None = None  # name of the file whose rows come again


def drop_folder(feed: str) -> Path:
    """Where the receiver of a file feed looks."""
    return DROP / feed


def deliver(
    target: Path, body: bytes, rows: int, control: str | None, repeats: str | None = None
) -> Delivery:
    """Put one file in place, then its control file.

    `control` is "json", "lines" (key=value) or None for a channel without control files.
    """
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    applied.replace(target, body)
    if control:
        facts: dict[str, str | int] = {"file": target.name, "rows": rows, "md5": md5}
        lines = "".join(f"{name}={value}\n" for name, value in facts.items())
        text = orjson.dumps(facts) if control == "json" else lines.encode("utf-8")
        applied.replace(target.with_name(target.name + ".ok"), text)
    return Delivery(target.name, str(target.parent), rows, md5, repeats)


def note(feed: str, day: date, deliveries: list[Delivery]) -> None:
    """Write down what was delivered on a day."""
    body = json.dumps([asdict(each) for each in deliveries], ensure_ascii=False, indent=2)
    applied.replace(_notes(feed) / f"{day.isoformat()}.json", body.encode())


def noted(feed: str) -> list[Delivery]:
    """All that was delivered for a feed, oldest day first."""
    files = sorted(_notes(feed).glob("*.json"))
    return [Delivery(**each) for found in files for each in json.loads(found.read_text(encoding="utf-8"))]


def withdraw(feed: str) -> None:
    """Remove the files that were delivered for a feed, with their control files and notes; others stay."""
    for each in noted(feed):
        target = Path(each.folder) / each.name
        target.unlink(missing_ok=True)
        target.with_name(target.name + ".ok").unlink(missing_ok=True)
    for found in _notes(feed).glob("*.json"):
        found.unlink()


def _notes(feed: str) -> Path:
    return applied.home(feed) / "deliveries"
