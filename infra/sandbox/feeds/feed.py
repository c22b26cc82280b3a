"""What the generator knows of one feed: columns, how rows come about, how its platform writes them."""

from collections.abc import Callable
from dataclasses import dataclass

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.frame import Frame
from infra.sandbox.noise import Habit
from infra.sandbox.plan import Plan


@dataclass(frozen=True)
class Feed:
    """One feed of the sandbox."""

    name: str
    key: str  # column of the record's number
    columns: tuple[str, ...]
    build: Callable[[City, Events, Plan], Frame]  # all versions, of all days, that spring from one day
    updated: str | None = None  # column of the update time
    entered: str | None = None  # column of the time at which a version reached the platform's database
    habits: tuple[Habit, ...] = ()  # harmless variety of the platform's writing
    blank: tuple[str, ...] = ()  # optional columns in which an absent value may be an empty text
    shows_present: bool = False  # the source shows only the last version of a day
    again_today: float = 0.0  # share of clean rows that are delivered twice
    again_tomorrow: float = 0.0  # share that is delivered once more on the next day
