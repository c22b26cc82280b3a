"""A workbook to one zstd Parquet object on S3."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import xlsxwriter

from tests.bench import data, ours
from tests.bench.harness import Facts

TITLE = "workbook, 36 columns -> zstd Parquet on S3"
ROWS = 50_000
LIMIT = "fastexcel"
DATES, NUMBERS = {"报警时间", "接警时间"}, {"经度", "纬度", "序号"}


@contextmanager
def prepare(folder: Path, scale: float) -> Iterator[Facts]:
    """Two workbooks of 50,000 rows: each column of one type, and one column of texts, dates and numbers."""
    with duckdb.connect() as con:
        columns = data.create(con, int(ROWS * scale))
        rows = con.execute("SELECT * FROM sample").fetchall()
    facts: dict[str, str] = {}
    for kind in ("plain", "mixed"):
        drop = folder / kind
        drop.mkdir()
        _write(drop / "sample.xlsx", columns, rows, is_mixed=kind == "mixed")
        server = {"type": "local", "path": str(drop), "format": "xlsx"}
        given = ours.facts(server, columns, pattern="*.xlsx")
        facts |= {f"{kind}_{name}": value for name, value in given.items()}
    yield {**facts, "file": str(folder / "plain" / "sample.xlsx")}


def _write(path: Path, columns: list[str], rows: list[tuple[str | None, ...]], *, is_mixed: bool) -> None:
    options = {"constant_memory": True, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        date = book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, 1):
            for position, (name, value) in enumerate(zip(columns, row, strict=True)):
                if value is None:
                    continue
                if name in DATES and not (is_mixed and number % 3 == 0):
                    sheet.write_datetime(number, position, dt.datetime.fromisoformat(value), date)
                elif name in NUMBERS and not (is_mixed and number % 5 == 0):
                    sheet.write_number(number, position, float(value))
                else:
                    sheet.write_string(number, position, value)


def fastexcel_alone(facts: Facts) -> int:
    """fastexcel's own strings, which are not the text of every number (formats/cells.py)."""
    import fastexcel

    sheet = fastexcel.read_excel(facts["file"]).load_sheet(0, dtypes="string")
    return ours.copy(sheet.to_arrow())


def _kind(kind: str, work: Callable[[Facts], int]) -> Callable[[Facts], int]:
    start = f"{kind}_"
    return lambda facts: work({k.removeprefix(start): v for k, v in facts.items() if k.startswith(start)})


CASES: Mapping[str, Callable[[Facts], int]] = {
    LIMIT: fastexcel_alone,
    "ours, the same work": _kind("plain", ours.rows_only),
    "ours, types mixed in columns": _kind("mixed", ours.rows_only),
    "ours, with archive, hashes, lineage": _kind("plain", ours.everything),
}
GOALS = {"ours, the same work": 1.3}
warm_up = ours.connection
