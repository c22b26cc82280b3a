"""Rows as a dictionary of equally long columns of text (None where absent).

Columns whose name starts with `_` are about the row and never reach a feed. All times are canonical
`YYYY-MM-DD HH:MM:SS` until `noise` writes them the way a platform would.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from infra.sandbox.randomness import Ints, Texts, texts

Frame = dict[str, Texts]
DAY = 86_400


def length(frame: Frame) -> int:
    """Number of rows."""
    return len(next(iter(frame.values()))) if frame else 0


def take(frame: Frame, rows: "Ints | np.typing.NDArray[np.bool_]", **changes: Texts) -> Frame:
    """The rows at these positions, with some columns replaced."""
    return {name: column[rows] for name, column in frame.items()} | changes


def concat(frames: Sequence[Frame]) -> Frame:
    """One frame under the other; all have the same columns."""
    if len(frames) == 1:
        return dict(frames[0])
    return {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}


def constant(value: object, size: int) -> Texts:
    """The same value in each row."""
    return texts([value] * size)


def clock(first_day: date, seconds: Ints) -> Texts:
    """Seconds since the midnight that begins the first day, as local time."""
    start = np.datetime64(first_day.isoformat(), "s")
    stamps = np.datetime_as_string(start + seconds.astype("timedelta64[s]"), unit="s")
    return texts([stamp.replace("T", " ") for stamp in stamps.tolist()])


def digits(values: Ints, width: int) -> Texts:
    """Zero-padded decimal numbers."""
    return texts([f"{value:0{width}d}" for value in values.tolist()])


def join(*parts: "Texts | str") -> Texts:
    """Concatenate columns and constants row by row."""
    size = next(len(part) for part in parts if not isinstance(part, str))
    columns = [[part] * size if isinstance(part, str) else part.tolist() for part in parts]
    return texts(["".join(row) for row in zip(*columns, strict=True)])


def pick_columns(frame: Frame, names: Sequence[str]) -> Frame:
    """Only these columns, in this order."""
    return {name: frame[name] for name in names}


def fill(size: int, columns: Sequence[str], values: Mapping[str, Texts]) -> Frame:
    """A frame with all columns, None where no value is given; KeyError for a name that is no column."""
    unknown = set(values) - set(columns)
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    return {name: values[name] if name in values else constant(None, size) for name in columns}


def words(text: str) -> tuple[str, ...]:
    """The words of a text: a long list of names, easy to read."""
    return tuple(text.split())
