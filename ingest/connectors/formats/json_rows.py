"""JSON records made ready for DuckDB: one a line, numbered, and no number's text lost.

DuckDB's reader takes text columns, but it parses numbers with a fraction or an exponent on the way and
writes them anew: 1.10 becomes 1.1. Where that could change a text, the value is put in quotation marks
before it gets there. Integers of any length and all else pass as they are.
"""

import re
from collections.abc import Iterable, Sequence

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ingest.connectors import SourceError, quote
from ingest.contract import Contract

NUMBER, PAGE = "_#row", "_#page"  # fields put into each record; no source names its fields like this
# what a number's text may contain if it is not the shortest text of that number; RE2, 600 MB a second
SUSPECT = "|".join(
    (
        r"\.(?:[0-9]+0[,\]}\s]|0000|[0-9]{9})",  # trailing or leading zeros, many digits after the point
        r"[0-9](?:[eE][+\-0-9]|[0-9]{7}\.[0-9])",  # an exponent, many digits before the point
        r"[:,\[\s]-0[,\]}\s]",
    )
)
IN_VALUE = re.compile(SUSPECT.encode())
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


class NotRecords(ValueError):
    """A text is not what it should be: JSON objects."""


def records(array: bytes) -> list[bytes]:
    """The texts of the objects in a JSON array, byte for byte. Raises NotRecords."""
    try:
        found = [bytes(item) for item in _array.decode(array)]
    except msgspec.DecodeError as fault:
        raise NotRecords(str(fault)) from None
    if any(item[:1] != b"{" for item in found):
        raise NotRecords("an item is no JSON object")
    return found


def flattened(body: bytes) -> bytes:
    """An object whose nested objects' fields stand beside the others, under names such as `properties.time`.

    Arrays stay as they are.
    """
    flat: dict[str, msgspec.Raw] = {}
    _flatten(body, "", flat)
    return msgspec.json.encode(flat)


def _flatten(body: bytes, prefix: str, flat: dict[str, msgspec.Raw]) -> None:
    for name, value in _fields.decode(body).items():
        text = bytes(value)
        if text[:1] == b"{":
            _flatten(text, f"{prefix}{name}.", flat)
        else:
            flat[prefix + name] = msgspec.Raw(text)


def numbered_lines(bodies: Sequence[bytes], numbers: Iterable[int], page: int | None = None) -> bytes:
    """JSON objects as lines, each with its row number, and its page's where there are pages."""
    if _suspect(b"\n".join([*bodies, b""])):
        bodies = [_exact(body) for body in bodies]
    start = f'{{"{NUMBER}":' if page is None else f'{{"{PAGE}":{page},"{NUMBER}":'
    head = start.encode()
    lines = [
        b"%b%d%b" % (head, number, b"}" if _is_empty(body) else b"," + body[1:].replace(b"\n", b" "))
        for number, body in zip(numbers, bodies, strict=True)
    ]
    return b"\n".join([*lines, b""])


def _is_empty(body: bytes) -> bool:
    return len(body) < 80 and body[1:-1].strip() == b""


def _suspect(text: bytes) -> bool:
    return bool(pc.match_substring_regex(pa.array([text], pa.large_binary()), SUSPECT)[0].as_py())


def _exact(body: bytes) -> bytes:
    """An object whose suspect numbers, alone or inside a value, have become strings of their own text."""
    fields = _fields.decode(body)
    for name, value in fields.items():
        text = bytes(value)
        if text[:1] not in b'"tfn' and IN_VALUE.search(b":%b," % text):
            fields[name] = msgspec.Raw(msgspec.json.encode(text.decode()))
    return msgspec.json.encode(fields)


def columns_of(con: duckdb.DuckDBPyConnection, files: str, contract: Contract) -> tuple[str, ...]:
    """All fields that the records in these files have, the contract's first and in its order."""
    keys = f"SELECT DISTINCT json_keys(json) AS keys FROM read_ndjson_objects({quote(files)})"
    found = {name for (name,) in con.execute(f"SELECT DISTINCT unnest(keys) FROM ({keys})").fetchall()}
    found -= {NUMBER, PAGE}
    folded: dict[str, str] = {}
    for name in sorted(found):
        if (other := folded.setdefault(name.casefold(), name)) != name:
            raise SourceError(
                f"{contract.feed}: fields {other!r} and {name!r} differ in case alone; the platform must "
                "name them apart"
            )
    known = [p.physical for p in contract.properties if p.physical in found]
    return (*known, *sorted(found - set(known)))


def relation(files: str, columns: Sequence[str], *, paged: bool = False) -> str:
    """The SQL relation of the lines in these files: every field as text, then the numbers put in."""
    types = {**dict.fromkeys(columns, "VARCHAR"), NUMBER: "BIGINT", **({PAGE: "BIGINT"} if paged else {})}
    listed = ", ".join(f"{quote(name)}: {quote(kind)}" for name, kind in types.items())
    return f"read_json({quote(files)}, format = 'newline_delimited', columns = {{{listed}}})"
