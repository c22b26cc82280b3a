"""What each step of a night said, as JSON beside the verdicts, so that steps on different machines agree."""

from datetime import date
from typing import Any
from urllib.parse import quote

from infra import store

BUCKET, PREFIX = "verdicts", "_nights"


def write(day: date, run_id: str, step: str, said: dict[str, Any]) -> str:
    """Keep what a step said; a step that runs again replaces it. Returns the object's address."""
    return store.write_json(BUCKET, _key(day, run_id, step), said)


def read(day: date, run_id: str, step: str) -> dict[str, Any] | None:
    """What a step of a run said, or None where it has not run."""
    return store.read_json(BUCKET, _key(day, run_id, step))


def forget(day: date, run_id: str, step: str) -> None:
    """Remove what a step said, if it said anything."""
    store.client().remove_object(BUCKET, _key(day, run_id, step))


def _key(day: date, run_id: str, step: str) -> str:
    return f"{PREFIX}/date={day.isoformat()}/{quote(run_id, safe='')}/{step}.json"
