"""What the petition platform knows: the current version of each record, ready to be sent.

The rows are turned into JSON once, when a day arrives, and kept in an Arrow file that the server maps
into memory: a page is then a slice of it, and serving costs next to nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from infra.sandbox.platforms import applied, intake

ROWS_A_BATCH = 100_000
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Resource:
    """One kind of record that the interface offers."""

    feed: str
    path: str
    key: str
    updated: str
    count: str | None = None  # column that is a JSON number where its text is one

    @property
    def file(self) -> Path:
        """The mapped file of its current records."""
        return applied.home(self.feed) / "rows.arrow"


PETITION = Resource("petition.petition", "/api/v1/petitions", "XFJBH", "GXSJ", "XFRS")
PROGRESS = Resource("petition.progress", "/api/v1/progress", "GCBH", "GXSJ", "XH")
RESOURCES = (PETITION, PROGRESS)
VERSIONS = """
CREATE TEMP TABLE versions AS
WITH entered AS (
    SELECT
        *,
        parse_filename(filename, true)::DATE AS _day,
        TRY_CAST("{updated}" AS TIMESTAMP) AS _written  -- what is none is filed under the end of its day
    FROM read_parquet($files, filename = true, union_by_name = true)
)
SELECT
    *,
    CASE
        WHEN _written >= DATE '2000-01-01' AND _written < _day + 1 THEN _written
        ELSE _day + INTERVAL '23:59:59'
    END AS _time
FROM entered
"""


def load(resource: Resource, day: date) -> int:
    """Make the platform show the city as of the end of `day`; returns that day's rows.

    Of several versions of a record the last stays; rows without a number all stay, as do two rows of
    one number entered in the same second. A deleted record is no longer shown.
    """
    with intake.connect() as con:
        columns = intake.open_day(con, resource.feed, day)
        count = con.execute("SELECT count(*) FROM today").fetchone()
        files = [str(intake.file(resource.feed, each)) for each in intake.days(resource.feed) if each <= day]
        con.execute(VERSIONS.format(updated=resource.updated), {"files": files})
        current = con.execute(
            f"SELECT epoch_us(_time) AS time, {json_of(columns, resource.count)} AS row FROM versions "
            f"QUALIFY _op IS DISTINCT FROM 'delete' AND (coalesce(\"{resource.key}\", '') = '' OR "
            f'rank() OVER (PARTITION BY "{resource.key}" ORDER BY _day DESC, _time DESC) = 1) '
            f'ORDER BY _time, "{resource.key}", row'
        )
        publish(current.to_arrow_reader(ROWS_A_BATCH), resource.file)
    return int(count[0]) if count else 0


def json_of(columns: list[str], count: str | None) -> str:
    """SQL for one row's JSON in UTF-8: all text, but the column `count` a number where it is one."""
    whole = f"regexp_full_match(\"{count}\", '0|[1-9][0-9]{{0,8}}')"
    parts = []
    for name in columns:
        value = f'"{name}"'
        if name == count:
            value = f'CASE WHEN {whole} THEN to_json("{count}"::BIGINT) ELSE to_json("{count}") END'
        parts.append(f"'{name}', {value}")
    return f"encode(CAST(json_object({', '.join(parts)}) AS VARCHAR))"


def publish(rows: pa.RecordBatchReader, target: Path) -> None:
    """Write ordered rows of (time BIGINT in microseconds, row BLOB) and put the file in place at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    with pa.ipc.new_file(str(partial), rows.schema) as writer:
        for batch in rows:
            writer.write_batch(batch)
    partial.replace(target)


def reset(resource: Resource) -> None:
    """Forget all records, for another city."""
    resource.file.unlink(missing_ok=True)


class Rows:
    """The mapped file, opened again whenever another one was put in its place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._times = np.empty(0, dtype=np.int64)
        self._rows: Any = pa.chunked_array([], type=pa.binary())

    def page(self, start: datetime | None, end: datetime | None, page: int, size: int) -> tuple[int, bytes]:
        """Rows in [start, end) by update time, and the JSON of this page's rows joined by commas."""
        self._refresh()
        low = 0 if start is None else int(np.searchsorted(self._times, _micros(start), "left"))
        high = len(self._times) if end is None else int(np.searchsorted(self._times, _micros(end), "left"))
        total = max(high - low, 0)
        first = min((page - 1) * size, total)
        rows = self._rows.slice(low + first, min(size, total - first)).to_pylist()
        return total, b",".join(rows)

    def _refresh(self) -> None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return
        if (stat.st_ino, stat.st_mtime_ns) != self._seen:
            table = pa.ipc.open_file(pa.memory_map(str(self.path))).read_all()
            self._times, self._rows = table["time"].to_numpy(), table["row"]
            self._seen = (stat.st_ino, stat.st_mtime_ns)


def _micros(when: datetime) -> int:
    return (when - EPOCH) // timedelta(microseconds=1)
