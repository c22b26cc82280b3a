"""The city day by day: what happened, what each platform wrote, what was spoiled, what is true.

A day depends on the seed and on the versions that earlier days put off to it (the backlog), so that one day
more costs one day and is the same as if the whole history had been made at once.
"""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from infra.sandbox import city as cities
from infra.sandbox import dirt, events, noise, plan, truth
from infra.sandbox.feeds import FEEDS, common
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, concat, constant, length, take
from infra.sandbox.outbox import Backlog, text_table, write
from infra.sandbox.parameters import FOLDER, Params, load, save
from infra.sandbox.randomness import Bools, Ints, Rng, stream


def generate(params: Params, until_day: date | None = None, folder: Path = FOLDER) -> None:
    """Make the city anew, from its first day to `until_day` (default: the days of the parameters)."""
    last = until_day or params.last_day
    if last < params.first_day:
        raise ValueError(f"until_day {last} lies before the first day {params.first_day}")
    for name in ("outbox", "truth", "backlog"):
        shutil.rmtree(folder / name, ignore_errors=True)
    city = cities.build(params)
    truth.write_city(city, folder / "truth")
    _run(city, Backlog(), range(params.day(last) + 1), folder, is_new=True)
    save(params, last, folder)


def advance(folder: Path = FOLDER) -> date:
    """Make the next day only, and return it. Raises FileNotFoundError where there is no city."""
    params, current = load(folder)
    following = current + timedelta(days=1)
    day = params.day(following)
    _run(cities.build(params), Backlog.load(folder / "backlog"), range(day, day + 1), folder, is_new=False)
    save(params, following, folder)
    return following


def describe(folder: Path = FOLDER) -> Iterator[dict[str, object]]:
    """One row a feed: days, rows, records and spoiled rows so far."""
    params, current = load(folder)
    records = pq.read_table(folder / "truth" / "records.parquet", columns=["feed"])["feed"].to_pylist()
    faults = pq.read_table(folder / "truth" / "dirt.parquet", columns=["feed", "is_refusable"]).to_pylist()
    for feed in FEEDS:
        files = sorted((folder / "outbox" / feed).glob("*.parquet"))
        yield {
            "feed": feed,
            "first_day": params.first_day.isoformat(),
            "current_day": current.isoformat(),
            "rows": sum(pq.read_metadata(file).num_rows for file in files),
            "records": records.count(feed),
            "spoiled": sum(fault["feed"] == feed for fault in faults),
            "refusable": sum(fault["feed"] == feed and fault["is_refusable"] for fault in faults),
        }


def _run(city: cities.City, backlog: Backlog, days: range, folder: Path, is_new: bool) -> None:
    book = truth.Truth(folder / "truth", is_new)
    for day in days:
        happened = events.of_day(city, day)
        told = plan.make(city, happened)
        book.add_events(city, happened, told)
        for feed in FEEDS.values():
            backlog.add(feed.name, feed.build(city, happened, told))
        for feed in FEEDS.values():
            _deliver(city, backlog, feed, day, folder, book)
    book.close()
    backlog.save(folder / "backlog")


def _deliver(
    city: cities.City, backlog: Backlog, feed: Feed, day: int, folder: Path, book: truth.Truth
) -> None:
    """Write one feed's rows of one day, spoiled and dressed as the source shows them."""
    name = (city.params.first_day + timedelta(days=day)).isoformat()
    rng = stream(city.params.seed, "delivery", feed.name, day)
    due = backlog.pop(feed.name, day)
    frame = _ordered(feed, due) if due is not None else None
    if frame is None:
        empty = {column: pa.array([], pa.string()) for column in (*feed.columns, "_op")}
        write(pa.table(empty), folder / "outbox" / feed.name / f"{name}.parquet")
        return
    book.add_records(feed, name, frame)
    spoiled = dirt.spoil(city, rng, feed.name, frame)
    rows = {column: values.copy() for column, values in spoiled.frame.items()}
    noise.write(rng, city.params.noise, feed.habits, feed.blank, rows, spoiled.touched)
    _mend(city, rng, backlog, feed, day, spoiled.originals)
    order = np.argsort(rows["_at"].astype(np.int64), kind="stable")
    rows, fault = take(rows, order), spoiled.fault[order]
    clean = np.array([one is None for one in fault.tolist()], dtype=bool)
    again = _again(rng, feed.again_today, rows, clean)
    if len(again):
        rows = concat([rows, take(rows, again)])
        fault = np.concatenate([fault, fault[again]])
    tomorrow = _again(rng, feed.again_tomorrow, rows, clean)
    if len(tomorrow):
        copies = take(
            rows, tomorrow, _is_final=constant(True, len(tomorrow)), _is_first=constant(False, len(tomorrow))
        )
        backlog.days.setdefault(feed.name, {}).setdefault(day + 1, []).append(copies)
    book.add_dirt(feed, name, rows, fault)
    table = text_table(rows, feed.columns).append_column(
        "_op", pa.array(["upsert"] * length(rows), pa.string())
    )
    write(table, folder / "outbox" / feed.name / f"{name}.parquet")


def _ordered(feed: Feed, frame: Frame) -> Frame:
    """The day's versions in order of time; of a record only the last where a source shows the present."""
    frame = take(frame, np.argsort(frame["_at"].astype(np.int64), kind="stable"))
    if not feed.shows_present:
        return frame
    keys = frame[feed.key].tolist()
    last = {key: row for row, key in enumerate(keys)}
    first = {key for key, is_first in zip(keys, frame["_is_first"].tolist(), strict=True) if is_first}
    frame = take(frame, np.array(sorted(last.values()), dtype=np.int64))
    frame["_is_first"][:] = [key in first for key in frame[feed.key].tolist()]
    return frame


def _mend(city: cities.City, rng: Rng, backlog: Backlog, feed: Feed, day: int, originals: Frame) -> None:
    """Let some spoiled records come again, right, on a later day, where no later version is due anyway."""
    if not length(originals):
        return
    coming = backlog.keys(feed.name, feed.key)
    later = np.array([key in coming for key in originals[feed.key].tolist()], dtype=bool)
    chosen = np.flatnonzero((rng.random(len(later)) < dirt.CORRECTED) & ~later)
    when = (day + rng.integers(1, 6, len(chosen))) * DAY + rng.integers(9 * 3600, 18 * 3600, len(chosen))
    changes = {"_at": when.astype(object), "_is_first": constant(False, len(chosen))}
    if feed.updated:
        changes[feed.updated] = common.times(city, when)
    if feed.entered:
        changes[feed.entered] = common.times(city, when + 60)
    backlog.add(feed.name, take(originals, chosen, **changes))


def _again(rng: Rng, share: float, rows: Frame, clean: Bools) -> Ints:
    """Clean rows that are delivered twice."""
    size = len(clean)
    fresh = clean & ~rows["_is_final"][:size].astype(bool)
    return np.flatnonzero(fresh & (rng.random(size) < share)).astype(np.int64)
