"""What wraps the records of a page: where the rows, the total and the next cursor stand in it.

The paths come from the contract (`data.rows`); one pass over the page checks all of its JSON and keeps
each record's bytes as they are.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import msgspec

from ingest.connectors.formats.json_rows import NotRecords
from ingest.contract import Contract

WHOLE = ("", "$")  # the page itself is the array of rows


@dataclass(frozen=True)
class Page:
    """One answer: the records' texts, and what the source says about the whole."""

    records: list[bytes]
    total: int | None
    cursor: str | None


class Envelope:
    """The shape of a feed's pages."""

    def __init__(self, contract: Contract) -> None:
        settings = contract.server.settings
        self._rows = str(settings["rowsField"])
        self._paths: dict[str, tuple[str, ...]] = {}
        tree: dict[str, Any] = {}
        for role, setting, kind in (
            ("rows", "rowsField", list[msgspec.Raw]),
            ("total", "totalField", int | str | None),
            ("cursor", "cursorField", str | int | None),
        ):
            path = tuple(str(settings.get(setting) or "").split("."))
            if path == ("",) or self._rows in WHOLE:
                continue
            self._paths[role] = path
            parent: dict[str, Any] = reduce(lambda node, step: node.setdefault(step, {}), path[:-1], tree)
            parent[path[-1]] = kind
        kind = list[msgspec.Raw] if self._rows in WHOLE else _struct(tree, self._rows.split("."))
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    def read(self, body: bytes) -> Page:
        """The page in an answer's body. Raises NotRecords when it was cut or is something else."""
        try:
            found = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise NotRecords(f"no page with {self._rows or 'rows'} in it: {str(fault)[:120]}") from None
        values = {role: reduce(_step, path, found) for role, path in self._paths.items()}
        rows = [bytes(row) for row in values.get("rows", found)]
        if any(row[:1] != b"{" for row in rows):
            raise NotRecords(f"{self._rows or 'rows'} holds something that is no JSON object")
        total, cursor = values.get("total"), values.get("cursor")
        return Page(rows, None if total is None else int(total), str(cursor) if cursor else None)


def _step(value: Any, name: str) -> Any:
    return None if value is None else getattr(value, _attribute(name))


def _attribute(name: str) -> str:
    return "f" + name.encode().hex()


def _struct(tree: dict[str, Any], required: list[str]) -> type[msgspec.Struct]:
    """A type of nested objects out of {name: kind or subtree}; the rows' path is required."""
    needed, rest = required[:1], required[1:]
    fields: list[Any] = []
    for name, kind in sorted(tree.items(), key=lambda item: item[0] not in needed):
        inner = _struct(kind, rest if name in needed else []) if isinstance(kind, dict) else kind
        attribute = _attribute(name)
        fields.append((attribute, inner) if name in needed else (attribute, inner | None, None))
    return msgspec.defstruct("Part", fields, rename={_attribute(name): name for name in tree})
