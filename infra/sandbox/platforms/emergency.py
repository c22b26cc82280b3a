"""The emergency platform's daily report files, laid out for collection by SFTP.

Each day gives a file such as `sgkb_<YYYYMMDD>` in /outbox/accident: a GB18030 CSV, on Fridays a workbook
that the clerk of the week sends, and last of all `<file>.ok` with the row count and the MD5. A day without
rows is reported too, by a file with only its header.
"""

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from infra.sandbox.platforms import applied, delivery, intake
from infra.sandbox.platforms.sheet import workbook

FRIDAY = 4
ENCODING = "gb18030"


@dataclass(frozen=True)
class Report:
    """The daily file of one feed; in a workbook some cells are true dates and numbers."""

    feed: str
    stem: str
    dates: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def folder(self) -> Path:
        """The folder that the SFTP server shows as /outbox/<name of the feed>."""
        return served() / "outbox" / self.feed.partition(".")[2]


ACCIDENT = Report(
    feed="emergency.accident",
    stem="sgkb",
    dates=frozenset({"发生时间", "报送时间", "更新时间"}),
    numbers=frozenset({"经度", "纬度", "死亡人数", "重伤人数", "轻伤人数", "直接经济损失（万元）"}),
)
HAZARD = Report(feed="emergency.hazard", stem="aqyh", dates=frozenset({"检查时间", "更新时间"}))
ENTERPRISE = Report(
    feed="emergency.enterprise",
    stem="qyxx",
    dates=frozenset({"更新时间"}),
    numbers=frozenset({"经度", "纬度", "员工数"}),
)
REPORTS = (ACCIDENT, HAZARD, ENTERPRISE)


def served() -> Path:
    """The only folder that the SFTP server's user can see."""
    return applied.PLATFORMS / "emergency" / "files"


def load(report: Report, day: date) -> int:
    """Write the day's file and its control file; the same day again writes the same bytes."""
    with intake.connect() as con:
        columns = intake.open_day(con, report.feed, day)
        # Neither kind of file can tell an absent value from an empty one.
        names = ", ".join(f'nullif("{name}", \'\') AS "{name}"' for name in columns)
        # A file of this kind can add and correct, not take back.
        table = con.execute(f"SELECT {names} FROM today WHERE _op <> 'delete'").to_arrow_table()
    stem = f"{report.stem}_{day:%Y%m%d}"
    if day.weekday() == FRIDAY:
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        name, body = f"{stem}.xlsx", workbook(columns, rows, dates=report.dates, numbers=report.numbers)
    else:
        name, body = f"{stem}.csv", csv_body(table)
    sent = delivery.deliver(report.folder() / name, body, table.num_rows, "lines")
    delivery.note(report.feed, day, [sent])
    return table.num_rows


def csv_body(table: pa.Table, encoding: str = ENCODING) -> bytes:
    """The table as CSV with a header; an absent value is an empty field."""
    buffer = io.BytesIO()
    # pyarrow would quote the header, which no spreadsheet does.
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    buffer.write((",".join(table.column_names) + "\n").encode("utf-8"))
    pyarrow.csv.write_csv(table, buffer, options)
    return buffer.getvalue().decode("utf-8").encode(encoding)


def reset(report: Report) -> None:
    """Withdraw every file, for another city."""
    delivery.withdraw(report.feed)
