"""Where a delimited file is broken: read slowly, once something is known to be wrong."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from ingest.connectors.formats import FileBroken, Layout

BLOCK = 2 << 20  # bytes parsed at a time, the longest row that can be read; pyarrow reads 32 blocks ahead
SHOWN = 5  # rows that an error lists


@dataclass(frozen=True)
class Delimited:
    """A delimited file, told apart."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    layout: Layout

    def unreadable(self, fault: pa.ArrowInvalid) -> FileBroken:
        """pyarrow's complaint without the text that it quotes from the file, and with the rows' numbers."""
        name = self.path.name
        if "straddl" in str(fault):
            return FileBroken(
                f"{name}: one row is longer than {BLOCK >> 20} MB, most likely a quotation mark that never "
                "closes; ask the department to send the file again"
            )
        found = list(islice((row for row in self._counted() if row[1] != len(self.columns)), SHOWN))
        if not found:
            return FileBroken(f"{name}: not readable as delimited text; ask the department to send it again")
        listed = ", ".join(f"row {number} has {count}" for number, count in found)
        return FileBroken(
            f"{name}: the header has {len(self.columns)} fields but {listed}"
            f"{' (and perhaps more)' if len(found) == SHOWN else ''}; a delimiter or line break inside a "
            "value needs quotation marks around it"
        )

    def _may_be_unclosed(self, last: pa.RecordBatch) -> bool:
        """Whether the last value runs over lines to the end of the file without a mark that closes it."""
        values = [column[-1].as_py() for column in last.columns]
        return any("\n" in value for value in values if value) and last_byte(self.path, b"\r\n") != b'"'

    def unclosed(self, last: pa.RecordBatch) -> FileBroken | None:
        """The error for a quotation mark that is open where the last batch ends; None if there is none."""
        row = self._open_row() if self._may_be_unclosed(last) else None
        if row is None:
            return None
        return FileBroken(
            f"{self.path.name}: the quotation mark opened in row {row} never closes, so the rows after it "
            "run together; ask the department to send the file again, whole"
        )

    def _open_row(self) -> int | None:
        """The row in which a quotation mark is still open at the end; None if there is none."""
        last = 0
        try:
            for number, _ in self._counted():
                last = number
        except csv.Error:
            return last + 1
        return None

    def _counted(self) -> Iterator[tuple[int, int]]:
        """(row number, fields) one by one: slow, only to say where a broken file is broken."""
        csv.field_size_limit(BLOCK)
        with self.path.open(encoding=self.encoding, errors=self.layout.undecodable, newline="") as file:
            records = csv.reader(file, delimiter=self.delimiter, strict=True)
            below = filter(None, islice(records, self.layout.header_row or 0, None))
            yield from enumerate(map(len, below), 1)


def last_byte(path: Path, skipped: bytes = b"") -> bytes:
    """The last byte of a file that is none of `skipped`; a trail byte of GB18030 is never a mark of CSV."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 4096, 0))
        return file.read().rstrip(skipped)[-1:]
