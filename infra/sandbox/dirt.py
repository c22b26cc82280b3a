"""Which rows are spoiled and how: data/dirt.csv says feed, kind, weight, fields and the right answer.

Each spoiled row has exactly one fault, so the truth is exact. Nothing here reads the contracts: what a
platform's fault must lead to is written down independently in the table.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.damage import KINDS, Spot
from infra.sandbox.frame import Frame, concat, length, take
from infra.sandbox.randomness import Ints, Rng, Texts, texts

FILE = Path(__file__).parent / "data" / "dirt.csv"
CORRECTED = 0.5  # share of spoiled records that come again, mended, on a later day


@dataclass(frozen=True)
class Fault:
    """One way to spoil one field of one feed."""

    kind: str
    field: str
    weight: float
    is_refusable: bool
    is_warned: bool


@lru_cache(maxsize=1)
def faults() -> dict[str, tuple[Fault, ...]]:
    """The faults of each feed; the weight of a line is shared by its fields."""
    out: dict[str, list[Fault]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["kind"] not in KINDS:
                raise ValueError(f"{FILE.name}: no such kind {line['kind']!r}")
            fields = line["fields"].split()
            for field in fields:
                weight = float(line["weight"]) / len(fields)
                flags = line["is_refusable"] == "true", line["is_warned"] == "true"
                out.setdefault(line["feed"], []).append(Fault(line["kind"], field, weight, *flags))
    return {feed: tuple(entries) for feed, entries in out.items()}


@dataclass(frozen=True)
class Spoiled:
    """A day's rows with some spoiled. `fault` is parallel to the rows, None for clean ones."""

    frame: Frame
    fault: Texts
    originals: Frame  # the spoiled rows as they were before, one each
    touched: list[tuple[int, str]]  # (row, column) that noise must leave alone


def spoil(city: City, rng: Rng, feed: str, frame: Frame) -> Spoiled:
    """Spoil about `dirt` of the rows, each in one way that its content allows."""
    size = length(frame)
    allowed = ~frame["_is_final"].astype(bool)
    chosen = np.flatnonzero((rng.random(size) < city.params.dirt) & allowed)
    columns = [name for name in frame if not name.startswith("_")]
    fault = texts([None] * size)
    out = {name: column.copy() for name, column in frame.items()}
    touched: list[tuple[int, str]] = []
    twins: list[int] = []
    spoiled: list[int] = []
    for row in chosen.tolist():
        values = {name: frame[name][row] for name in columns}
        for one in _in_random_order(rng, faults()[feed]):
            changes = KINDS[one.kind](Spot(city, rng, values, one.field))
            if changes is None:
                continue
            fault[row] = one
            spoiled.append(row)
            if one.kind == "duplicate_key":
                twins.append(row)
                touched += [(row, name) for name in columns]
                break
            for name, value in changes.items():
                out[name][row] = value
                touched.append((row, name))
            if one.kind == "date_order":
                touched += [(row, name) for name in columns]
            break
    originals = take(frame, np.array(spoiled, dtype=np.int64))
    if twins:
        out, fault, more = _with_twins(city, rng, out, fault, np.array(twins))
        touched += more
    return Spoiled(out, fault, originals, touched)


def _in_random_order(rng: Rng, entries: tuple[Fault, ...]) -> list[Fault]:
    """A weighted shuffle: heavy entries tend to come first."""
    keys = rng.random(len(entries)) ** (1.0 / np.array([entry.weight for entry in entries]))
    return [entries[at] for at in np.argsort(-keys).tolist()]


def _with_twins(
    city: City, rng: Rng, frame: Frame, fault: Texts, rows: Ints
) -> tuple[Frame, Texts, list[tuple[int, str]]]:
    """Append to the rows a second version of the same key and time, with another text."""
    twin = take(frame, rows)
    columns = [name for name in frame if not name.startswith("_")]
    for at, row in enumerate(rows.tolist()):
        values = {name: frame[name][row] for name in columns}
        changes = KINDS["duplicate_key"](Spot(city, rng, values, fault[row].field)) or {}
        for name, value in changes.items():
            twin[name][at] = value
    twin["_is_first"][:] = False
    start = length(frame)
    touched = [(start + at, name) for at in range(len(rows)) for name in columns]
    return concat([frame, twin]), np.concatenate([fault, fault[rows]]), touched
