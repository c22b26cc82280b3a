"""What the grid platform's clerks export by hand into the drop folder: whole tables, once a day with changes.

The platform has more than one way out: events are pushed line by line (grid.py), the registers come as CSV
in UTF-8 with the byte order mark that spreadsheets ask for, the statistics as workbooks. Each file is
followed by its control file `<file>.ok`. A day without rows gives no file.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from infra.sandbox.platforms import delivery, emergency, intake
from infra.sandbox.platforms.sheet import workbook

ENCODING = "utf-8-sig"


@dataclass(frozen=True)
class Export:
    """The daily file of one feed; in a workbook some cells are true dates and numbers."""

    feed: str
    stem: str
    kind: Literal["csv", "xlsx"]
    dates: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def channel(self) -> str:
        """How `sanling sandbox` calls it."""
        return f"drop folder, {'CSV' if self.kind == 'csv' else '.xlsx'}"


GRID = Export(feed="grid.grid", stem="wgxx", kind="csv")
ACTIVITY = Export(
    feed="grid.activity",
    stem="wgzf",
    kind="xlsx",
    dates=frozenset({"updateTime"}),
    numbers=frozenset({"times", "peopleReached", "memberCount"}),
)
EXPORTS = (GRID, ACTIVITY)


def load(export: Export, day: date) -> int:
    """Write the day's file and its control file; the same day again writes the same bytes."""
    with intake.connect() as con:
        columns = intake.open_day(con, export.feed, day)
        names = ", ".join(f'nullif("{name}", \'\') AS "{name}"' for name in columns)
        table = con.execute(f"SELECT {names} FROM today WHERE _op <> 'delete'").to_arrow_table()
    sent = []
    if table.num_rows:
        if export.kind == "xlsx":
            rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
            body = workbook(columns, rows, dates=export.dates, numbers=export.numbers)
        else:
            body = emergency.csv_body(table, ENCODING)
        target = delivery.drop_folder(export.feed) / f"{export.stem}_{day:%Y%m%d}.{export.kind}"
        sent.append(delivery.deliver(target, body, table.num_rows, "json"))
    delivery.note(export.feed, day, sent)
    return table.num_rows


def reset(export: Export) -> None:
    """Withdraw every export, for another city; what others dropped stays."""
    delivery.withdraw(export.feed)
