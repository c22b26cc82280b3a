"""Workbooks as offices make them: some dates are true Excel dates, others are text that looks like one.

Equal rows give equal bytes: the document's own times are fixed.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

STAMP = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: (\d{1,2}):(\d{2}):(\d{2}))?")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?")
MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FIRST_YEAR = 1990  # earlier years are placeholders, and Excel counts 1900 as a leap year


def workbook(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    *,
    dates: frozenset[str],
    numbers: frozenset[str],
    share: float = 0.5,
) -> bytes:
    """One sheet with a header row.

    Cells of `dates` become true dates for about `share` of the rows where the text is a plain date or
    time; cells of `numbers` become numbers where the text is a plain number. The rest stays text, and
    None is an empty cell.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("Sheet1")
    with_time = book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
    date_only = book.add_format({"num_format": "yyyy/m/d"})
    sheet.write_row(0, 0, columns)
    for line, row in enumerate(rows, start=1):
        for place, (name, text) in enumerate(zip(columns, row, strict=True)):
            if text is None:
                continue
            if name in numbers and NUMBER.fullmatch(text):
                sheet.write_number(line, place, float(text))
            elif name in dates and drawn(f"{name}|{line}|{text}", share) and (when := _date(text)):
                sheet.write_datetime(line, place, when, with_time if ":" in text else date_only)
            else:
                sheet.write_string(line, place, text)
    book.close()
    return buffer.getvalue()


def drawn(text: str, share: float) -> bool:
    """Whether a thing named so belongs to the share; the same name gives the same answer."""
    return zlib.crc32(text.encode()) % 10_000 < share * 10_000


def _date(text: str) -> datetime | None:
    found = STAMP.fullmatch(text)
    if not found:
        return None
    try:
        when = datetime(*(int(part) for part in found.groups(default="0")))  # type: ignore[arg-type]
    except ValueError:
        return None
    return when if FIRST_YEAR <= when.year < 9999 else None
