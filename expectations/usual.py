"""What is usual for a feed: its earlier accepted batches of the same kind of day, by their outcomes.

Batches are of one kind when they cover equally many days and end on a working day or a day of rest alike;
public holidays and the working days that make up for them are in rules/data/holiday.csv. Read in one
statement, at most `most_batches` outcomes, however old the feed is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from expectations import outcome
from expectations.check import filled
from infra import lookup, store
from ingest.connectors import identifier, quote
from ingest.interval import Interval

if TYPE_CHECKING:
    import duckdb

DATA = Path(__file__).parent / "rules" / "data"
SETTINGS, HOLIDAYS = DATA / "usual.csv", DATA / "holiday.csv"
WEEKEND = 5  # Saturday, as date.weekday() counts
READ = """
WITH batch AS (
    SELECT received, columns FROM read_json({objects}, columns = {{
        outcome: 'VARCHAR', received: 'BIGINT',
        columns: 'MAP(VARCHAR, STRUCT(blank BIGINT, commonest BIGINT))'
    }}) WHERE outcome = 'accepted'
),
counted AS (
    SELECT received, unnest(map_entries(columns)) AS entry FROM batch WHERE received > 0
),
measured AS (
    SELECT 'rows' AS what, '' AS name, received::DOUBLE AS value FROM batch
    UNION ALL SELECT 'blank', entry.key, entry.value.blank / received FROM counted
    UNION ALL SELECT 'commonest', entry.key, entry.value.commonest / nullif(received - entry.value.blank, 0)
    FROM counted
)
SELECT what, name, count(value), median(value), mad(value), min(value) FROM measured
GROUP BY ALL HAVING count(value) >= $least
"""
COMMONEST = """
SELECT {name}, coalesce(max(n), 0)::BIGINT, coalesce(sum(n), 0)::BIGINT
FROM (SELECT count(*) AS n FROM {batch} WHERE {filled} GROUP BY {column})
"""


@dataclass(frozen=True)
class Level:
    """The middle of one measure over the days, how far they lie from it, and the least of them."""

    days: float  # a whole number
    median: float
    mad: float
    least: float


@dataclass(frozen=True)
class Usual:
    """Levels of a feed; what has too short a history is absent."""

    rows: Level | None = None
    blank: Mapping[str, Level] = field(default_factory=dict)  # source column -> share of empty values
    commonest: Mapping[str, Level] = field(
        default_factory=dict
    )  # source column -> share of the commonest code


@lru_cache(maxsize=1)
def settings() -> dict[str, float]:
    """Name -> value of the committed settings."""
    return {row["name"]: float(row["value"]) for row in lookup.read(SETTINGS, ("name",))}


@lru_cache(maxsize=1)
def _moved() -> dict[date, bool]:
    """Days on which the week is not to be gone by -> whether they are days of rest."""
    rows = lookup.read(HOLIDAYS, ("date",))
    if unknown := {row["kind"] for row in rows} - {"rest", "work"}:
        raise lookup.LookupBroken(
            f"{HOLIDAYS.name}: kind must be rest or work, not {', '.join(sorted(unknown))}"
        )
    return {date.fromisoformat(row["date"]): row["kind"] == "rest" for row in rows}


def is_day_of_rest(day: date) -> bool:
    """A weekend or public holiday, and no working day that makes up for one."""
    return _moved().get(day, day.weekday() >= WEEKEND)


def of(con: "duckdb.DuckDBPyConnection", feed: str, interval: Interval) -> Usual:
    """What the feed's batches before this one make usual for it."""
    keys = comparable(feed, interval)
    if len(keys) < settings()["least_days"]:
        return Usual()
    return read(con, [f"s3://{outcome.VERDICTS}/{key}" for key in keys])


def comparable(feed: str, interval: Interval) -> list[str]:
    """Keys of the newest outcomes before this interval of the same kind of day, by one listing."""
    under = f"_outcomes/{feed.replace('.', '/')}/"
    found = [(Interval.parse(Path(key).stem), key) for key in store.list_keys(outcome.VERDICTS, under)]
    same = [(i.end, key) for i, key in found if i.end < interval.end and _kind(i) == _kind(interval)]
    return [key for _, key in sorted(same)[-int(settings()["most_batches"]) :]]


def read(con: "duckdb.DuckDBPyConnection", objects: Sequence[str]) -> Usual:
    """The levels of some outcomes; a batch that was refused counts for nothing."""
    statement = READ.format(objects=f"[{', '.join(map(quote, objects))}]")
    rows = con.execute(statement, {"least": int(settings()["least_days"])}).fetchall()
    levels = {(what, name): Level(*values) for what, name, *values in rows}
    by_name = {
        kind: {name: level for (what, name), level in levels.items() if what == kind}
        for kind in ("blank", "commonest")
    }
    return Usual(levels.get(("rows", "")), by_name["blank"], by_name["commonest"])


def commonest(
    con: "duckdb.DuckDBPyConnection", batch: str, columns: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Column -> rows with its commonest value, filled rows; which value that is, nobody needs to know."""
    parts = [
        COMMONEST.format(name=quote(name), batch=batch, column=identifier(name), filled=filled(name))
        for name in columns
    ]
    found = con.execute(" UNION ALL ".join(parts)).fetchall() if parts else []
    return {name: (most, rows) for name, most, rows in found}


def rows_allowed(level: Level) -> float:
    """How far a row count may lie from the median: the days' spread, but no less than chance."""
    s = settings()
    return max(
        s["deviations"] * level.mad, s["least_rows"] * level.median, s["sampling"] * sqrt(level.median)
    )


def share_allowed(level: Level, rows: int) -> float:
    """The same for a share of `rows`."""
    s = settings()
    expected = (level.median * rows + 1) / (rows + 2)  # a share of 0 has its chance too
    chance = s["sampling"] * sqrt(expected * (1 - expected) / rows) if rows else 1.0
    return max(s["deviations"] * level.mad, s["least_share"], chance)


def _kind(interval: Interval) -> tuple[int, bool]:
    return (interval.end - interval.start).days, is_day_of_rest(interval.business_date)
