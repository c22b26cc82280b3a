"""Parquet files of the sandbox: what platforms serve, what is put off to later days, what is true."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from infra.sandbox.frame import DAY, Frame, concat, constant, length, take
from infra.sandbox.randomness import texts

DUE = "_due"  # of a saved version: the day on which its platform will write it
NUMBERS = ("_at", "_person", "_organisation", "_place", DUE)
FLAGS = ("_is_first", "_is_final")


def write(table: pa.Table, file: Path) -> None:
    """One table as one zstd Parquet file; the same rows give the same bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    pq.write_table(table, part, compression="zstd")
    part.replace(file)


def text_table(frame: Frame, columns: Iterable[str]) -> pa.Table:
    """Text columns, as they are."""
    return pa.table({name: pa.array(frame[name].tolist(), pa.string()) for name in columns})


class Backlog:
    """Versions that platforms will write on later days, by feed and day, in the order of their making."""

    def __init__(self) -> None:
        self.days: dict[str, dict[int, list[Frame]]] = {}

    def add(self, feed: str, frame: Frame) -> None:
        """Put each version on the day of its `_at`."""
        days = frame["_at"].astype(np.int64) // DAY
        for day in np.unique(days).tolist():
            self.days.setdefault(feed, {}).setdefault(int(day), []).append(
                take(frame, np.flatnonzero(days == day))
            )

    def pop(self, feed: str, day: int) -> Frame | None:
        """The versions of one day, None where there is none."""
        frames = self.days.get(feed, {}).pop(day, [])
        return concat(frames) if frames else None

    def keys(self, feed: str, column: str) -> set[str]:
        """Numbers of the records that have versions still to come."""
        frames = (frame for day in self.days.get(feed, {}).values() for frame in day)
        return {key for frame in frames for key in frame[column].tolist()}

    def save(self, folder: Path) -> None:
        """One file a feed."""
        folder.mkdir(parents=True, exist_ok=True)
        for feed, days in sorted(self.days.items()):
            # The day is kept beside the rows: those that come again tomorrow bear today's time.
            frames = [
                frame | {DUE: constant(day, length(frame))} for day in sorted(days) for frame in days[day]
            ]
            file = folder / f"{feed}.parquet"
            if frames:
                write(_typed(concat(frames)), file)
            else:
                file.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path) -> "Backlog":
        """The backlog as `save` left it."""
        out = cls()
        for file in sorted(folder.glob("*.parquet")):
            table = pq.read_table(file)
            frame = {name: texts(table[name].to_pylist()) for name in table.column_names}
            due = frame.pop(DUE).astype(np.int64)
            out.days[file.stem] = {
                int(day): [take(frame, np.flatnonzero(due == day))] for day in np.unique(due).tolist()
            }
        return out


def _typed(frame: Frame) -> pa.Table:
    types = dict.fromkeys(NUMBERS, pa.int64()) | dict.fromkeys(FLAGS, pa.bool_())
    return pa.table(
        {name: pa.array(column.tolist(), types.get(name, pa.string())) for name, column in frame.items()}
    )


class Ledger:
    """A Parquet file that grows by one row group a day, so that a day costs a day's memory.

    Growing copies the earlier row groups, which gives the bytes that writing all at once gives.
    """

    def __init__(self, file: Path, schema: pa.Schema, is_new: bool) -> None:
        self.file = file
        self.part = file.with_name(file.name + ".part")
        file.parent.mkdir(parents=True, exist_ok=True)
        self.writer = pq.ParquetWriter(self.part, schema, compression="zstd")
        if not is_new:
            with pq.ParquetFile(file) as earlier:
                for group in range(earlier.num_row_groups):
                    self.writer.write_table(earlier.read_row_group(group))

    def add(self, rows: pa.Table) -> None:
        """One day's rows; a day without rows adds nothing."""
        if rows.num_rows:
            self.writer.write_table(rows)

    def close(self) -> None:
        """Finish the file and put it in the place of the earlier one."""
        self.writer.close()
        self.part.replace(self.file)


def frame_rows(frame: Frame | None) -> int:
    """Rows of a frame that may be missing."""
    return 0 if frame is None else length(frame)
