"""Control files: what a platform says about a file it delivered, and whether that is so.

The platform writes `<file>.ok` last, so that its presence also says that the file is whole. It holds
the row count and the MD5, as one JSON object or as lines `key=value`; an empty one promises nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROWS = ("rows", "row_count", "rowcount", "count", "行数", "记录数")
MD5 = ("md5", "checksum", "校验码")


class ControlUnreadable(ValueError):
    """A control file is neither JSON nor key=value lines; it may still be being written."""


@dataclass(frozen=True)
class Promise:
    """What a control file says; None where it says nothing."""

    rows: int | None
    md5: str | None


def name_for(pattern: str, file: str) -> str:
    """The control file's name: `{file}` stands for the whole name, `{stem}` for that without extension."""
    return pattern.replace("{file}", file).replace("{stem}", file.rpartition(".")[0] or file)


def read(path: Path) -> Promise:
    """The promise in a control file. Raises ControlUnreadable."""
    text = path.read_bytes().decode("utf-8-sig", "replace").strip()
    facts = _json(text) if text.startswith("{") else _lines(text)
    folded = {key.strip().lower(): str(value).strip() for key, value in facts.items()}
    rows = next((folded[key] for key in ROWS if key in folded), None)
    md5 = next((folded[key] for key in MD5 if key in folded), None)
    if rows is not None and not rows.isdecimal():
        raise ControlUnreadable(f"{path.name}: the row count is no number")
    return Promise(None if rows is None else int(rows), md5.lower() if md5 else None)


def md5_of(path: Path) -> str:
    """MD5 of a file, read in pieces; a checksum of transport, no protection."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _json(text: str) -> Mapping[str, object]:
    try:
        facts = json.loads(text)
    except json.JSONDecodeError as fault:
        raise ControlUnreadable(f"broken JSON at character {fault.pos}") from None
    return facts if isinstance(facts, dict) else {}


def _lines(text: str) -> Mapping[str, object]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if any(not separator for _, separator, _ in pairs):
        raise ControlUnreadable("a line is not key=value")
    return {key: value for key, _, value in pairs}
