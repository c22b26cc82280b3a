"""Workbooks as offices make them: some dates are true Excel dates, others are text that looks like one.

Equal rows give equal bytes: the document's own times are fixed.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

# Only what Excel would hand back letter for letter is stored as a date or number; so a row that is sent
# both as text and in a workbook is the same row for who reads it.
STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{0,5}[1-9])?")
MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FIRST_YEAR, LAST_YEAR = 1990, 2100  # others are placeholders, and Excel counts 1900 as a leap year


def workbook(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    *,
    dates: frozenset[str],
    numbers: frozenset[str],
    share: float = 0.5,
) -> bytes:
    """One sheet with a header row.

    Cells of `dates` become true dates for about `share` of the values that are plain times, cells of
    `numbers` become numbers where the text is a plain number. The rest stays text; None and '' are empty
    cells. Equal rows become equal cells wherever they stand.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("Sheet1")
    style = book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
    sheet.write_row(0, 0, columns)
    for line, row in enumerate(rows, start=1):
        for place, (name, text) in enumerate(zip(columns, row, strict=True)):
            if not text:
                continue
            if name in numbers and NUMBER.fullmatch(text):
                sheet.write_number(line, place, float(text))
            elif name in dates and drawn(f"{row[0]}|{name}|{text}", share) and (when := _date(text)):
                sheet.write_datetime(line, place, when, style)
            else:
                sheet.write_string(line, place, text)
    book.close()
    return buffer.getvalue()


def drawn(text: str, share: float) -> bool:
    """Whether a thing named so belongs to the share; the same name gives the same answer."""
    return zlib.crc32(text.encode()) % 10_000 < share * 10_000


def _date(text: str) -> datetime | None:
    if not STAMP.fullmatch(text):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if FIRST_YEAR <= when.year < LAST_YEAR else None
