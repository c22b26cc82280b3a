"""Worksheets (.xlsx, .xls) through fastexcel, every cell as the text that stands in it.

Text cells stay as they are; true dates become `YYYY-MM-DD HH:MM:SS` (milliseconds follow where there
are any); numbers lose no digit and gain none: 188006, not 188006.0, and an ID typed as a number shows
the zeros that Excel made of its last digits. Error cells read `#N/A` as on the screen.
Rows without any cell are no rows, but they count, so that row n stands n rows below the header.
"""

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from ingest.connectors.formats import FileBroken, Layout, Table, by_position, headings, schema_of
from ingest.connectors.formats.cells import exact_numbers, with_error_cells

BATCH = 65_536  # rows handed on at a time
log = logging.getLogger(__name__)


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
            rows = _rows(path, book, name)
            columns, below, height = _split(path, rows, layout, before)
            if not columns:
                continue
            if spooled and columns not in spooled and layout.sheets is None:
                left_out.append(name)
                continue
            target = workdir / f"{path.name}.{position}.arrow"
            _spool(below, target)
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


def _rows(path: Path, book: fastexcel.ExcelReader, name: str) -> pa.RecordBatch:
    """All cells of a sheet from its first row on, the header among them, as exact text."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    batch, errors = sheet.to_arrow_with_errors()
    batch = with_error_cells(path, batch, errors.errors if errors else [])
    return exact_numbers(path, book, name, batch)


def _split(
    path: Path, rows: pa.RecordBatch, layout: Layout, before: int
) -> tuple[tuple[str, ...], pa.RecordBatch, int]:
    """(column names, numbered rows below the header, height of that part); no names if the sheet is blank."""
    filled = _filled(rows)
    top = next((i for i, some in enumerate(filled) if some.as_py()), None)
    if top is None:
        return (), rows, 0
    if layout.header_row is None:
        columns, start = by_position(layout.columns, rows.num_columns), 0
    else:
        header = top if layout.header_row == 1 else layout.header_row - 1
        cells = [column[header].as_py() for column in rows.columns] if header < rows.num_rows else []
        if not any(cells):
            raise FileBroken(f"{path.name}: row {header + 1} holds no column names; check headerRow")
        columns, start = headings(cells), header + 1
    height = rows.num_rows - start
    numbers = pa.array(np.arange(before + 1, before + height + 1, dtype=np.int64))
    below = rows.slice(start)
    numbered = pa.RecordBatch.from_arrays([*below.columns, numbers], schema=schema_of(columns))
    kept = filled.slice(start)
    return columns, numbered if pc.all(kept).as_py() else numbered.filter(kept), height


def _filled(rows: pa.RecordBatch) -> pa.BooleanArray:
    """True for the rows that have at least one cell."""
    filled = pa.array([False] * rows.num_rows, pa.bool_())
    for column in rows.columns:
        filled = pc.or_(filled, pc.is_valid(column))
        if pc.all(filled).as_py():
            break
    return filled


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
