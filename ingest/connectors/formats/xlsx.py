"""Worksheets (.xlsx, .xls) through fastexcel, every cell as the text that stands in it.

Text cells stay as they are; true dates become `YYYY-MM-DD HH:MM:SS` (milliseconds follow where there
are any); numbers lose no digit and gain none: 188006, not 188006.0, and an ID typed as a number shows
the zeros that Excel made of its last digits. Error cells read `#N/A` as on the screen.
Rows without any cell are no rows, but they count, so that row n stands n rows below the header. So do
rows of one cell where the contract says that they head a group (groupColumn).
"""

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from ingest.connectors.formats import FileBroken, Layout, Table, by_position, headings, schema_of
from ingest.connectors.formats.cells import Sheet

BATCH = 65_536  # rows handed on at a time
log = logging.getLogger(__name__)
logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every column without a cell


def read(path: Path, layout: Layout, workdir: Path) -> list[Table]:
    """One table for the sheets that share the first sheet's columns, or for each sheet asked for.

    A sheet is parsed whole and left in `workdir` as an Arrow file, so only one is in memory at a time.
    """
    try:
        book = fastexcel.read_excel(path)
        names = _chosen(path, book.sheet_names, layout)
        spooled: dict[tuple[str, ...], list[Path]] = {}
        left_out, before = [], 0
        for position, name in enumerate(names):
            columns, rows, height = _rows(path, book, name, layout, before)
            if not columns:
                continue
            if spooled and columns not in spooled and layout.sheets is None:
                left_out.append(name)
                continue
            target = workdir / f"{path.name}.{position}.arrow"
            _spool(rows, target)
            spooled.setdefault(columns, []).append(target)
            before += height
    except fastexcel.FastExcelError as fault:
        reason = str(fault).splitlines()[0][:200]
        raise FileBroken(f"{path.name}: not a readable workbook ({reason}); send the file again") from None
    if left_out:
        log.warning("%s: sheets left out, their columns are not those of the first: %s", path.name, left_out)
    return [Table(columns, partial(_batches, files)) for columns, files in spooled.items()]


def _chosen(path: Path, names: list[str], layout: Layout) -> list[str]:
    if layout.sheets in (None, "*"):
        return names
    if layout.sheets not in names:
        raise FileBroken(f"{path.name}: has no sheet {layout.sheets!r}, but {', '.join(names)}")
    return [layout.sheets]


def _rows(
    path: Path, book: fastexcel.ExcelReader, name: str, layout: Layout, before: int
) -> tuple[tuple[str, ...], pa.RecordBatch, int]:
    """(column names, numbered rows, height of the part below the header); no names if the sheet is blank."""
    header = None if layout.header_row is None else layout.header_row - 1  # 0: the first row with a cell
    cells, texts = Sheet(path, book, name, header).texts()
    height = len(texts[0]) if texts else 0
    if header is None:
        columns = by_position(layout.columns, len(texts)) if height else ()
    elif any(cells):
        columns = headings(cells)
    elif height or header:
        raise FileBroken(f"{path.name}: row {header + 1} of {name} holds no column names; check headerRow")
    else:
        columns = ()
    numbers = pa.array(np.arange(before + 1, before + height + 1, dtype=np.int64))
    rows = _without_blank(pa.RecordBatch.from_arrays([*texts, numbers], schema=schema_of(columns)))
    if layout.group_column and columns:
        columns = (*columns, layout.group_column)
        rows = _grouped(rows, columns)
    return columns, rows, height


def _without_blank(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that have at least one cell."""
    filled: Any = pa.array(np.zeros(rows.num_rows, dtype=bool))
    for column in rows.columns[:-1]:
        filled = pc.or_(filled, pc.is_valid(column))
        if pc.all(filled).as_py():
            return rows
    return rows.filter(filled)


def _grouped(rows: pa.RecordBatch, columns: tuple[str, ...]) -> pa.RecordBatch:
    """The rows of more than one cell, each with the text of the last row of one cell above it."""
    cells, numbers = rows.columns[:-1], rows.columns[-1]
    filled: Any = pa.array(np.zeros(rows.num_rows, dtype=np.int64))
    for column in cells:
        filled = pc.add(filled, pc.cast(pc.is_valid(column), pa.int64()))
    one: Any = pa.scalar(1, pa.int64())
    is_heading: Any = pc.equal(filled, one)
    label = pc.if_else(is_heading, pc.coalesce(*cells), pa.scalar(None, pa.string()))
    grouped = [*cells, pc.fill_null_forward(label), numbers]
    whole = pa.RecordBatch.from_arrays(grouped, schema=schema_of(columns))
    return whole.filter(pc.invert(is_heading))


def _spool(rows: pa.RecordBatch, target: Path) -> None:
    with pa.ipc.new_file(str(target), rows.schema) as writer:
        for start in range(0, rows.num_rows, BATCH):
            writer.write_batch(rows.slice(start, BATCH))


def _batches(files: list[Path]) -> Iterator[pa.RecordBatch]:
    for file in files:
        with pa.memory_map(str(file)) as source:
            reader = pa.ipc.open_file(source)
            for position in range(reader.num_record_batches):
                yield reader.get_batch(position)
