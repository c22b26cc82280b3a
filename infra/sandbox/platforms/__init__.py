"""The four source platforms of the sandbox city, each with its real protocol.

police = PostgreSQL, petition = HTTP API, emergency = SFTP, grid and the petition office's messages =
files in a drop folder. A platform takes in the outbox day by day; `load_all` brings each of them up to a
day, starts anew when the city was generated again, and does nothing when nothing is new.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from infra.sandbox.platforms import (
    applied,
    drop,
    emergency,
    grid,
    intake,
    message,
    petition_store,
    police,
    police_table,
)


@dataclass(frozen=True)
class Platform:
    """How the outbox of one feed gets into its platform."""

    feed: str
    channel: str
    load: Callable[[date], int]  # takes in one day, returns its rows; twice is the same as once
    reset: Callable[[], None]  # back to an empty platform


@dataclass(frozen=True)
class Loaded:
    """One day that a platform took in."""

    feed: str
    day: date
    rows: int


def _platforms() -> list[Platform]:
    found = []
    ways: list[tuple[str, Any, tuple[Any, ...]]] = [
        ("PostgreSQL", police, police_table.TABLES),
        ("HTTP API", petition_store, petition_store.RESOURCES),
        ("SFTP", emergency, emergency.REPORTS),
        ("drop folder, NDJSON", grid, grid.PUSHES),
        *((export.channel, drop, (export,)) for export in drop.EXPORTS),
    ]
    for channel, module, parts in ways:
        found += [
            Platform(one.feed, channel, partial(module.load, one), partial(module.reset, one))
            for one in parts
        ]
    return [*found, Platform(message.FEED, "drop folder, .xlsx", message.load, message.reset)]


PLATFORMS = {each.feed: each for each in _platforms()}


def load_all(upto: date | None = None, feeds: tuple[str, ...] = tuple(PLATFORMS)) -> list[Loaded]:
    """Bring the platforms up to a day (None = all that the outbox holds); returns what was new.

    A platform that holds something else (days of another city, rows for measurements) is emptied first.
    """
    return [loaded for feed in feeds for loaded in _catch_up(feed, upto)]


def _catch_up(feed: str, upto: date | None) -> list[Loaded]:
    known = applied.read(feed)
    there = {day: intake.fingerprint(feed, day) for day in intake.days(feed)}
    if not known or any(there.get(day) != print_ for day, print_ in known.items()):
        PLATFORMS[feed].reset()
        applied.forget(feed)
        known = {}
    wanted = [day for day in there if day not in known and (upto is None or day <= upto)]
    return [_load(feed, day) for day in wanted]


def load_again(since: date, feeds: tuple[str, ...] = tuple(PLATFORMS)) -> list[Loaded]:
    """Let the platforms take in a day that they have, and the later ones that they have; nothing changes.

    The later ones come again too, because a day alone would bring back versions that were replaced since.
    """
    return [_load(feed, day) for feed in feeds for day in sorted(applied.read(feed)) if day >= since]


def _load(feed: str, day: date) -> Loaded:
    rows = PLATFORMS[feed].load(day)
    applied.write(feed, applied.read(feed) | {day: intake.fingerprint(feed, day)})
    return Loaded(feed, day, rows)


def describe() -> list[dict[str, object]]:
    """One row a feed: its channel and the last day that its platform has taken in."""
    return [
        {
            "feed": feed,
            "channel": platform.channel,
            "platform_day": max(applied.read(feed)).isoformat() if applied.read(feed) else None,
        }
        for feed, platform in PLATFORMS.items()
    ]
