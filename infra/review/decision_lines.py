"""Decisions as JSON lines, one object a line, to carry them elsewhere or to keep them in a file."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import orjson

from infra.review.decisions import WORDS, Decision
from infra.review.kinds import KINDS
from ingest.interval import SHANGHAI

NAMES = tuple(field.name for field in fields(Decision))


def lines(decisions: Iterable[Decision]) -> Iterator[str]:
    """One line a decision, without its end."""
    for each in decisions:
        yield orjson.dumps(asdict(each)).decode()


def parse(text: str, now: datetime) -> tuple[list[tuple[int, Decision]], list[tuple[int, str]]]:
    """(line number, decision) of each good line, and (line number, fault) of each other; blank lines pass."""
    good: list[tuple[int, Decision]] = []
    bad: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            bad.append((number, "is not JSON"))
            continue
        faults = _faults(said, now)
        bad += [(number, fault) for fault in faults]
        if not faults:
            at = datetime.fromisoformat(said["decided_at"]).astimezone(SHANGHAI)
            good.append((number, Decision(**{**said, "decided_at": at})))
    return good, bad


def _faults(said: Any, now: datetime) -> list[str]:
    if not isinstance(said, dict):
        return ["is not a JSON object"]
    names = {str(name) for name in said}
    if names != set(NAMES):
        unknown, missing = sorted(names - set(NAMES)), sorted(set(NAMES) - names)
        return [f"does not know {name}" for name in unknown] + [f"lacks {name}" for name in missing]
    blank = [name for name in NAMES if not isinstance(said[name], str) or not said[name].strip()]
    if blank:
        return [f"{name} must be a text that is not blank" for name in blank]
    faults = []
    if said["entity_kind"] not in KINDS:
        faults.append(f"entity_kind must be one of {', '.join(KINDS)}")
    if said["decision"] not in WORDS:
        faults.append(f"decision must be one of {', '.join(WORDS)}")
    return faults + _time_faults(said["decided_at"], now)


def _time_faults(text: str, now: datetime) -> list[str]:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ["decided_at must be a time as 2026-10-01T09:00:00+08:00"]
    if at.tzinfo is None:
        return ["decided_at must say its time zone"]
    return ["decided_at lies in the future, and would outlive every later decision"] if at > now else []
