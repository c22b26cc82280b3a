"""Harmless variety: what platforms really write for the same value. Never a reason to refuse or to warn.

Fifteen-digit IDs, lower-case x and ×, full-width digits, spaces and invisible characters, many date formats,
labels instead of codes, sex in words.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np

from infra.sandbox.frame import Frame
from infra.sandbox.randomness import Bools, Ints, Rng, Texts

Writer = Callable[
    [str, int], str | None
]  # value, some number to choose by -> the value as written, None = as is
Habit = tuple[str, Writer, float]  # column, writer, share of its values
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
MARKS = ("\ufeff", "\u200b", "\t", " ", "\u3000", "\u00a0")
EPOCH = datetime(1970, 1, 1, 8)  # in Shanghai
SERIAL_DAY_ZERO = datetime(1899, 12, 30)


def citizen_id(value: str, choice: int) -> str | None:
    """The same ID number in another dress."""
    manner = choice % 7
    if manner == 0:
        return value[:6] + value[8:17] if value[6:8] == "19" else None
    if manner == 1:
        return value.translate(FULL)
    if manner == 2:
        return f"{value[:6]} {value[6:14]} {value[14:]}"
    if manner in (3, 4) and value.endswith("X"):
        return value[:17] + ("x" if manner == 3 else "×")
    return padded(value, choice // 7)


def phone(value: str, choice: int) -> str | None:
    """The same phone number with spaces or in full width."""
    if not value.isdigit():
        return None
    return (f"{value[:3]} {value[3:7]} {value[7:]}", value.translate(FULL), padded(value, choice // 3))[
        choice % 3
    ]


def padded(value: str, choice: int) -> str:
    """The value with an invisible mark before or after it."""
    mark = MARKS[choice % len(MARKS)]
    return mark + value if choice // 7 % 2 else value + mark


def sex(value: str, choice: int) -> str | None:
    """男, 男性, M, m for 1; 女, 女性, F, f for 2."""
    words = {"1": ("男", "男", "男性", "M", "m"), "2": ("女", "女", "女性", "F", "f")}
    return words[value][choice % 5] if value in words else None


def labelled(labels: Mapping[str, tuple[str, ...]]) -> Writer:
    """A writer that shows a label instead of the code."""

    def write(value: str, choice: int) -> str | None:
        names = labels.get(value)
        return names[choice % len(names)] if names else None

    return write


def date_text(value: str, choice: int) -> str | None:
    """A day: YYYYMMDD, YYYY/M/D, YYYY年M月D日."""
    year, month, day = (int(part) for part in value[:10].split("-"))
    return (f"{year}{month:02d}{day:02d}", f"{year}/{month}/{day}", f"{year}年{month}月{day}日")[choice % 3]


def slashed(value: str, _: int) -> str | None:
    """2026/10/3 9:05:01, as spreadsheets show times."""
    when = datetime.fromisoformat(value)
    return f"{when.year}/{when.month}/{when.day} {when.hour}:{when.minute:02d}:{when.second:02d}"


def fourteen(value: str, _: int) -> str | None:
    """20261003090501."""
    return f"{datetime.fromisoformat(value):%Y%m%d%H%M%S}"


def chinese(value: str, _: int) -> str | None:
    """2026年10月3日 09:05:01."""
    when = datetime.fromisoformat(value)
    return f"{when.year}年{when.month}月{when.day}日 {when:%H:%M:%S}"


def epoch(value: str, _: int) -> str | None:
    """Milliseconds since 1970."""
    return str(int((datetime.fromisoformat(value) - EPOCH).total_seconds()) * 1000)


def serial(value: str, _: int) -> str | None:
    """A spreadsheet's day number with the time as a fraction."""
    gone = datetime.fromisoformat(value) - SERIAL_DAY_ZERO
    return f"{gone.days + gone.seconds / 86_400:.8f}"


def day_only(value: str, _: int) -> str | None:
    """YYYYMMDD where the time of day is not told."""
    return value[:10].replace("-", "")


BLANK = 0.4  # share of absent optional values that arrive as empty text instead


def write(
    rng: Rng,
    scale: float,
    habits: Sequence[Habit],
    blank: Sequence[str],
    frame: Frame,
    touched: list[tuple[int, str]],
) -> None:
    """Rewrite some values in place; spoiled cells and rows that come again verbatim are left alone."""
    size = len(frame["_at"])
    free = ~frame["_is_final"].astype(bool)
    kept: dict[str, list[int]] = {}
    for row, column in touched:
        kept.setdefault(column, []).append(row)
    done: dict[str, np.typing.NDArray[np.bool_]] = {}
    for column, writer, share in habits:
        open_rows = done.setdefault(column, _open(free, kept.get(column, [])))
        rows = np.flatnonzero(open_rows & (rng.random(size) < share * scale)).astype(np.int64)
        open_rows[rows] = False
        _rewrite(frame[column], rows, writer, rng)
    for column in blank:
        absent = np.array([value is None for value in frame[column].tolist()], dtype=bool)
        frame[column][_open(free, kept.get(column, [])) & absent & (rng.random(size) < BLANK * scale)] = ""


def _open(free: Bools, kept: list[int]) -> Bools:
    out = free.copy()
    out[kept] = False
    return out


def _rewrite(column: Texts, rows: Ints, writer: Writer, rng: Rng) -> None:
    choices = rng.integers(0, 1 << 20, len(rows)).tolist()
    for row, choice in zip(rows.tolist(), choices, strict=True):
        value = column[row]
        written = writer(value, choice) if value else None
        if written is not None:
            column[row] = written
