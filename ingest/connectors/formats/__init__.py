"""File formats: from the bytes of one original to rows of text in the order they stand in it.

Each format is one module with `read(path, layout, workdir) -> list[Table]`. A table is opened lazily
and streams, so that a night with a year of files holds one block of one file in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.connectors import SourceError
from ingest.contract import Contract

ROW_NUMBER = "_row_number"


class FileBroken(SourceError):
    """A file cannot be read without losing something. Names the file, the place and the way to mend."""


@dataclass(frozen=True)
class Layout:
    """How the contract says that the files of a feed are laid out."""

    header_row: int | None = 1  # 1-based row of the column names; None = the file has none
    columns: tuple[str, ...] = ()  # names by position, for files without a header
    encoding: str = "auto"  # auto, utf-8, gb18030: told apart by content; any other codec: that one
    delimiter: str | None = None  # None = found in the header
    undecodable: str = "strict"  # strict = the file is refused; replace = U+FFFD, which the rules refuse
    sheets: str | None = None  # worksheet name, or "*" for all that hold rows; None = see xlsx.py
    group_column: str | None = None  # rows of one cell head a group: no rows, this column of those below
    rows_field: str = ""  # where the array of records stands in a JSON document: features, data.rows
    flatten: bool = False  # fields of nested JSON objects become columns: properties.time

    @classmethod
    def of(cls, contract: Contract) -> "Layout":
        """The layout in a contract's server settings; ValueError when a setting makes no sense."""
        settings = contract.server.settings
        no_header = str(settings.get("header", "")).lower() in ("none", "false")
        return cls(
            header_row=None if no_header else int(settings.get("headerRow", 1)),
            columns=tuple(p.physical for p in contract.properties),
            encoding=str(settings.get("encoding", "auto")).lower(),
            delimiter=settings.get("delimiter"),
            undecodable=str(settings.get("undecodable", "strict")),
            sheets=settings.get("sheets"),
            group_column=settings.get("groupColumn"),
            rows_field=str(settings.get("rowsField") or ""),
            flatten=bool(settings.get("flatten")),
        )


@dataclass(frozen=True)
class Table:
    """Rows with one layout: `columns` as text, then `_row_number`, 1-based below the header."""

    columns: tuple[str, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]

    @property
    def schema(self) -> pa.Schema:
        """Schema of every batch."""
        return schema_of(self.columns)


def schema_of(columns: Sequence[str]) -> pa.Schema:
    """All columns as text, and the row number."""
    fields: list[pa.Field[Any]] = [pa.field(name, pa.string()) for name in columns]
    return pa.schema([*fields, pa.field(ROW_NUMBER, pa.int64())])


def numbered(batch: pa.RecordBatch, first: int) -> pa.RecordBatch:
    """The batch with its rows numbered from `first` on."""
    numbers = pa.array(np.arange(first, first + batch.num_rows, dtype=np.int64))
    return pa.RecordBatch.from_arrays([*batch.columns, numbers], schema=schema_of(batch.schema.names))


def headings(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Column names from header cells: outer blanks off, `column_3` where blank, `name_1` when repeated."""
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        base = (cell or "").strip(" \t\r\n\u3000\ufeff") or f"column_{position}"
        name, copy = base, 0
        while name.casefold() in (known.casefold() for known in names):  # SQL folds the case of names
            copy += 1
            name = f"{base}_{copy}"
        names.append(name)
    return tuple(names)


def by_position(names: Sequence[str], count: int) -> tuple[str, ...]:
    """`count` column names for a file without a header: the contract's, then `column_<position>`."""
    return headings([*names[:count], *([None] * (count - len(names)))])
