"""JSON records, one a line. The row number is the line's number; blank lines are no rows."""

from collections.abc import Iterator
from pathlib import Path

from ingest.connectors.formats import FileBroken, Layout
from ingest.connectors.formats.encoding import Utf8Stream, encoding_of
from ingest.connectors.formats.json_rows import NotRecords, flattened, numbered_lines, records

CHUNK = 4 << 20  # bytes checked and numbered at a time


def prepare(path: Path, layout: Layout, target: Path) -> int:
    """Write the file's records to `target`, ready for `json_rows.relation`; returns how many there are.

    Raises FileBroken with the line that is no JSON object; a file that was cut ends in such a line.
    """
    rows = 0
    with target.open("wb") as out:
        for first, lines in _lines(path, layout):
            filled = [(number, line) for number, line in enumerate(lines, first) if line.strip()]
            bodies = _one_a_line([line for _, line in filled])
            if bodies is None:
                raise _broken(path, filled)
            if layout.flatten:
                bodies = list(map(flattened, bodies))
            out.write(numbered_lines(bodies, [number for number, _ in filled]))
            rows += len(bodies)
    return rows


def _one_a_line(lines: list[bytes]) -> list[bytes] | None:
    """The objects of the lines, or None if a line is not exactly one."""
    try:
        bodies = records(b"[" + b",".join(lines) + b"]")
    except NotRecords:
        return None
    return bodies if len(bodies) == len(lines) else None


def _lines(path: Path, layout: Layout) -> Iterator[tuple[int, list[bytes]]]:
    """(number of the first line, whole lines) in chunks, as UTF-8."""
    number, rest = 1, b""
    with Utf8Stream(path, encoding_of(path, layout.encoding), layout.undecodable) as stream:
        while chunk := stream.read(CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            yield number, lines
            number += len(lines)
    yield number, [rest]


def _broken(path: Path, lines: list[tuple[int, bytes]]) -> FileBroken:
    """The error that names the first bad line, and says so when it is where the file ends."""
    number, line = next((each for each in lines if _one_a_line([each[1]]) is None), lines[-1])
    with path.open("rb") as file:
        file.seek(-1, 2)
        is_cut = line is lines[-1][1] and file.read(1) != b"\n"
    cut = ", and the file ends in it: it was cut" if is_cut else ""
    return FileBroken(
        f"{path.name}: line {number} is not one JSON object{cut}; ask the department to send it again"
    )
