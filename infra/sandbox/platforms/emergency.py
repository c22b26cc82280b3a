"""The emergency platform's daily report files, laid out for collection by SFTP.

Each day gives `sgkb_<YYYYMMDD>` in /outbox/accident: a GB18030 CSV, on Fridays a workbook that the
clerk of the week sends, and last of all `<file>.ok` with the row count and the MD5. A day without
accidents is reported too, by a file with only its header.
"""

import io
from datetime import date

import pyarrow as pa
import pyarrow.csv

from infra.sandbox.platforms import applied, delivery, intake
from infra.sandbox.platforms.sheet import workbook

FEED = "emergency.accident"
FRIDAY = 4
DATES = frozenset({"发生时间", "报送时间", "更新时间"})
NUMBERS = frozenset({"经度", "纬度", "死亡人数", "重伤人数", "轻伤人数", "直接经济损失（万元）"})
ENCODING = "gb18030"


def load(day: date) -> int:
    """Write the day's file and its control file; the same day again writes the same bytes."""
    with intake.connect() as con:
        columns = intake.open_day(con, FEED, day)
        # Neither kind of file can tell an absent value from an empty one.
        names = ", ".join(f'nullif("{name}", \'\') AS "{name}"' for name in columns)
        # A file of this kind can add and correct, not take back.
        table = con.execute(f"SELECT {names} FROM today WHERE _op <> 'delete'").to_arrow_table()
    stem = f"sgkb_{day:%Y%m%d}"
    if day.weekday() == FRIDAY:
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        name, body = f"{stem}.xlsx", workbook(columns, rows, dates=DATES, numbers=NUMBERS)
    else:
        name, body = f"{stem}.csv", csv_body(table)
    target = applied.home(FEED) / "files" / "outbox" / "accident" / name
    delivery.note(FEED, day, [delivery.deliver(target, body, table.num_rows, "lines")])
    return table.num_rows


def csv_body(table: pa.Table) -> bytes:
    """The table as GB18030 CSV with a header; an absent value is an empty field."""
    buffer = io.BytesIO()
    # pyarrow would quote the header, which no spreadsheet does.
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    buffer.write((",".join(table.column_names) + "\n").encode("utf-8"))
    pyarrow.csv.write_csv(table, buffer, options)
    return buffer.getvalue().decode("utf-8").encode(ENCODING)


def reset() -> None:
    """Withdraw every file, for another city."""
    delivery.withdraw(FEED)
