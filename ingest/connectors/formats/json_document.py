"""JSON documents that hold all records in one array, such as GeoJSON. The row number is the place in it.

A document can only be parsed whole, so memory follows the largest file; large feeds are better as NDJSON.
"""

from pathlib import Path

import msgspec

from ingest.connectors.formats import FileBroken, Layout
from ingest.connectors.formats.encoding import Utf8Stream, encoding_of
from ingest.connectors.formats.json_rows import NotRecords, flattened, numbered_lines, records

CHUNK = 10_000  # records written at a time
LARGEST = 256 << 20  # bytes
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def prepare(path: Path, layout: Layout, target: Path) -> int:
    """Write the document's records to `target`, ready for `json_rows.relation`; returns how many there are.

    Raises FileBroken when the document is cut, too large, or has no array of objects where the contract
    says (`rowsField`; without one the document itself is the array).
    """
    if path.stat().st_size > LARGEST:
        raise FileBroken(f"{path.name}: larger than {LARGEST >> 20} MB; let the platform send NDJSON instead")
    found = _records(path, layout)
    with target.open("wb") as out:
        for start in range(0, len(found), CHUNK):
            bodies = found[start : start + CHUNK]
            lines = [flattened(body) for body in bodies] if layout.flatten else bodies
            out.write(numbered_lines(lines, range(start + 1, start + len(lines) + 1)))
    return len(found)


def _records(path: Path, layout: Layout) -> list[bytes]:
    with Utf8Stream(path, encoding_of(path, layout.encoding), layout.undecodable) as stream:
        body = stream.read(LARGEST * 2)
    try:
        for name in filter(None, layout.rows_field.split(".")):
            body = bytes(_fields.decode(body)[name])
        return records(body)
    except (msgspec.DecodeError, KeyError, NotRecords) as fault:
        where = f"an array {layout.rows_field!r}" if layout.rows_field else "an array"
        raise FileBroken(
            f"{path.name}: not a JSON document with {where} of objects ({type(fault).__name__}); check "
            "rowsField in the contract, or ask for the file again, whole"
        ) from None
