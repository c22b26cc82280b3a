"""Divisions by their 12-digit codes, and months: what a page is about."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from infra.serving import LEVELS
from infra.settings import TIMEZONE

ZONE = ZoneInfo(TIMEZONE)


def level(code: str) -> str:
    """The level of a code, by the zeros that fill it."""
    return next(name for name, size in LEVELS.items() if not code[size:].strip("0"))


def below(name: str) -> str | None:
    """The next finer level, None below a village."""
    names = [*LEVELS, None]
    return names[names.index(name) + 1]


def up_to(code: str, name: str) -> str:
    """The code of the division of a level that holds this one."""
    return code[: LEVELS[name]].ljust(12, "0")


def span(code: str) -> dict[str, str]:
    """Lowest and highest code within a division, which an index finds faster than a prefix."""
    digits = code[: LEVELS[level(code)]]
    return {"low": digits.ljust(12, "0"), "high": digits.ljust(12, "9")}


def holding(low: str, high: str) -> str:
    """The smallest division that holds both."""
    shared = next((n for n, (a, b) in enumerate(zip(low, high, strict=True)) if a != b), len(low))
    return up_to(
        low, max((n for n in LEVELS if LEVELS[n] <= shared), key=LEVELS.__getitem__, default="prefecture")
    )


def way(code: str, home: str) -> list[str]:
    """The divisions from the role's own down to this one."""
    first = LEVELS[level(home)]
    last = LEVELS[level(code)]
    return [up_to(code, name) for name, size in LEVELS.items() if first <= size <= last]


def moved(month: date, by: int) -> date:
    """The first day of the month so many months later."""
    years, index = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(years, index + 1, 1)


def months(first: date, last: date) -> list[date]:
    """First days of the months from the last back to the first."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return [moved(last, -n) for n in range(count + 1)]


def bounds(month: date) -> dict[str, datetime]:
    """The moments between which a month lies in Shanghai, half open."""
    begin, end = month, moved(month, 1)
    return {
        "begin": datetime(begin.year, begin.month, 1, tzinfo=ZONE),
        "end": datetime(end.year, end.month, 1, tzinfo=ZONE),
    }
