"""What can happen: the scenarios of data/scenarios.yaml, read once and checked."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from infra.sandbox.randomness import Floats

FILE = Path(__file__).parent / "data" / "scenarios.yaml"
KIND_RATES = {  # share of all events
    "criminal_case": 0.06,
    "public_order": 0.15,
    "traffic": 0.14,
    "fire": 0.03,
    "accident": 0.03,
    "dispute": 0.25,
    "petition": 0.12,
    "hazard": 0.09,
    "help": 0.10,
    "supervision": 0.01,
    "other": 0.02,
}
HOURS: dict[str, tuple[float, ...]] = {  # weight of each hour of the day
    "any": (2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3),
    "night": (6, 5, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 3, 2, 2, 2, 2, 3, 4, 6, 8, 10, 11, 9),
    "morning": (1, 1, 1, 1, 1, 2, 5, 11, 10, 7, 6, 6, 5, 5, 5, 6, 7, 10, 10, 7, 5, 4, 3, 2),
    "work": (0.2, 0.1, 0.1, 0.1, 0.2, 1, 3, 6, 10, 11, 10, 8, 5, 5, 9, 10, 9, 7, 4, 2, 1, 1, 0.5, 0.3),
    "evening": (4, 2, 1, 1, 0.5, 0.5, 1, 2, 3, 3, 3, 4, 5, 4, 3, 4, 5, 7, 9, 10, 11, 10, 8, 6),
}
MAX_SLOTS = 4


@dataclass(frozen=True)
class Scenario:
    """One thing that can happen, its codes on each platform and its phrases."""

    id: str
    kind: str
    hours: str
    places: tuple[str, ...]
    has_organisation: bool
    codes: dict[str, str]
    slots: dict[str, tuple[tuple[str, ...], ...]]  # slot -> options -> ways to say the option
    title: tuple[str, ...]
    core: tuple[str, ...]
    detail: tuple[str, ...]
    result: tuple[str, ...]
    ask: tuple[str, ...]


@lru_cache(maxsize=1)
def _entries() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


@lru_cache(maxsize=1)
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios in file order. Raises KeyError or ValueError for a malformed entry."""
    return tuple(_parse(entry) for entry in _entries())


def _parse(entry: dict[str, Any]) -> Scenario:
    slots = {
        name: tuple(tuple(str(option).split("|")) for option in options)
        for name, options in entry["slots"].items()
    }
    if len(slots) > MAX_SLOTS:
        raise ValueError(f"scenario {entry['id']}: more than {MAX_SLOTS} slots")
    phrases = {part: tuple(entry[part]) for part in ("title", "core", "detail", "result", "ask")}
    return Scenario(
        id=entry["id"],
        kind=entry["kind"],
        hours=entry["hours"],
        places=tuple(entry["places"]),
        has_organisation=bool(entry.get("org", False)),
        codes=entry["codes"],
        slots=slots,
        **phrases,
    )


@lru_cache(maxsize=1)
def shares() -> Floats:
    """Chance of each scenario: the rate of its kind, split by the weights inside the kind."""
    entries = _entries()
    total: dict[str, float] = {}
    for entry in entries:
        total[entry["kind"]] = total.get(entry["kind"], 0.0) + float(entry["weight"])
    return np.array([KIND_RATES[e["kind"]] * float(e["weight"]) / total[e["kind"]] for e in entries])
