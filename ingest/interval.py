"""The time span that one pull covers, its text in keys, and the choice of the next one.

A business date D covers [D 00:00, D+1 00:00) in Shanghai. The interval of a nightly pull ends at
D+1 00:00 and starts where the last receipt ended, so the first night brings the whole history and a
missed night is caught up by the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
KEY_FORMAT = "%Y%m%dT%H%M"


@dataclass(frozen=True, order=True)
class Interval:
    """Half-open span [start, end) of aware Shanghai times, whole minutes."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment.tzinfo is None or moment.second or moment.microsecond:
                raise ValueError(f"interval bound {moment.isoformat()} needs a time zone and whole minutes")
        if self.start >= self.end:
            raise ValueError(f"interval is empty: {self.start.isoformat()} to {self.end.isoformat()}")

    @property
    def text(self) -> str:
        """`20261001T0000--20261002T0000`, Shanghai local time, as it stands in keys and batch ids."""
        start, end = (moment.astimezone(SHANGHAI).strftime(KEY_FORMAT) for moment in (self.start, self.end))
        return f"{start}--{end}"

    @property
    def business_date(self) -> date:
        """The day that ends with the interval; a span that ends at noon counts to that same day."""
        return (self.end.astimezone(SHANGHAI) - timedelta(minutes=1)).date()

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """The interval of its text form; ValueError when it is not one."""
        start, separator, end = text.partition("--")
        if not separator:
            raise ValueError(f"{text!r} is not an interval like 20261001T0000--20261002T0000")
        parsed = (datetime.strptime(part, KEY_FORMAT).replace(tzinfo=SHANGHAI) for part in (start, end))
        return cls(*parsed)


def midnight(day: date) -> datetime:
    """The moment a business date begins."""
    return datetime.combine(day, time(0), SHANGHAI)


def next_interval(business_date: date, existing: Iterable[Interval], history_start: date) -> Interval:
    """The interval that a pull for a business date covers, given the intervals that have a receipt.

    An interval that already ends there is taken again (pulling again replaces it); else the span
    starts where the latest earlier receipt ended, or at the contract's historyStart if there is none.
    """
    end = midnight(business_date + timedelta(days=1))
    ended = [interval for interval in existing if interval.end <= end]
    same = [interval for interval in ended if interval.end == end]
    if same:
        return min(same)
    start = max((interval.end for interval in ended), default=midnight(history_start))
    if start >= end:
        raise ValueError(f"business date {business_date} lies before historyStart {history_start}")
    return Interval(start, end)
