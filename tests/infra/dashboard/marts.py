"""Marts of a made-up city, of the shapes that are published, filled inside PostgreSQL.

Every number follows from the number of a village `v`, a month `m` or an event `e`, so a test can derive it.
The newest month is October 2026. Names are numbers; nothing is of a real place or person.
"""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import psycopg

NEWEST = date(2026, 10, 1)
STATEMENTS = Path(__file__).with_name("marts.sql")
COUNTS = ("petition", "casualty_accident", "criminal_case", "major_public_order")


@dataclass(frozen=True)
class City:
    """How large the city is: villages = counties × townships × per_township."""

    counties: int = 2
    townships: int = 3  # in a county
    per_township: int = 4
    months: int = 12
    events: int = 2_000

    @property
    def villages(self) -> int:
        """Villages of the city."""
        return self.counties * self.townships * self.per_township

    def codes(self) -> list[str]:
        """The 12-digit codes of the villages, in order of their numbers."""
        return [
            f"4101{county:02}{township:03}{village:03}"
            for county in range(1, self.counties + 1)
            for township in range(1, self.townships + 1)
            for village in range(1, self.per_township + 1)
        ]


def fill(con: psycopg.Connection, city: City) -> None:
    """Make schema `mart` anew."""
    numbers = {**asdict(city), "villages": city.villages}
    con.execute((STATEMENTS.read_text(encoding="utf-8") % numbers).encode())
