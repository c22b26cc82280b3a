"""Which days of the outbox each platform has taken in, so that `load_all` does only what is missing."""

import json
import shutil
from datetime import date
from pathlib import Path

from infra.sandbox.parameters import FOLDER

PLATFORMS = FOLDER / "platforms"


def home(feed: str) -> Path:
    """The platform's own folder, made when it is missing."""
    folder = PLATFORMS / feed
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read(feed: str) -> dict[date, str]:
    """Day -> fingerprint of the outbox file that was applied."""
    file = PLATFORMS / feed / "applied.json"
    if not file.exists():
        return {}
    return {date.fromisoformat(day): print_ for day, print_ in json.loads(file.read_text("utf-8")).items()}


def write(feed: str, days: dict[date, str]) -> None:
    """Remember the days; the file is replaced whole, so a crash leaves the old one."""
    body = json.dumps({day.isoformat(): days[day] for day in sorted(days)}, indent=2) + "\n"
    replace(home(feed) / "applied.json", body.encode())


def replace(target: Path, body: bytes) -> None:
    """Write a file under another name and rename it, so that nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    with partial.open("wb") as stream:
        stream.write(body)
    partial.replace(target)


def forget(feed: str) -> None:
    """Drop what is remembered of the feed, and its own files."""
    for found in (PLATFORMS / feed).glob("*"):
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink()
