"""The seam between `pull` and the transports: what a connector is given and what it gives back.

A connector is one function, a context manager, in one file of this package:

    fetch(contract, interval, con, archive, workdir) -> AbstractContextManager[Fetch]

Inside the `with`, `pull` runs one DuckDB COPY over the parts; on leaving, the connector closes its
connections and frees what it registered on `con`. A transient fault may surface while the COPY
reads (a part may be a stream): `pull` then opens the connector again from the start, so opening
twice must be safe.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol

import duckdb

from ingest.contract import Contract
from ingest.interval import Interval


class SourceError(RuntimeError):
    """The source cannot give what the contract asks for; trying again will not help.

    The message names the feed and the connection and the way to mend, never a secret or a row's value.
    """


class SourceUnavailable(RuntimeError):
    """The source did not answer, cut the line or asked us to come later; `pull` tries again."""


@dataclass(frozen=True)
class Original:
    """One document as the source gave it, archived byte for byte in the landing bucket."""

    uri: str  # s3://landing/…, equal to the `_source_uri` of its rows
    name: str  # the source's own name of it: file name or page number
    bytes: int
    sha256: str
    rows: int | None = None  # `pull` counts the rows that arrived when the connector does not know


@dataclass(frozen=True)
class ControlCheck:
    """What a control file or the source's own total promised about the rows under some `_source_uri`s."""

    name: str  # the control file's name, or `total`
    expected_rows: int | None = None
    md5_ok: bool | None = None
    uris: tuple[str, ...] = ()  # the originals it speaks for; empty = the whole batch
    actual_rows: int | None = None  # counted by `pull` after the COPY unless given


@dataclass(frozen=True)
class Part:
    """Rows that share a layout: one DuckDB relation and the way to number its rows.

    `uri` and `row_number` are SQL expressions over the relation, so one part may hold many originals
    (`read_json` over all pages with `filename`) or one (`quote(uri)`).
    """

    source: str  # SQL relation: a name registered on the connection, a table function, or (SELECT …)
    uri: str  # SQL expression of type VARCHAR: `_source_uri`
    row_number: str  # SQL expression of type BIGINT: 1-based number of the data row inside its original
    columns: tuple[str, ...] | None = None  # the source's columns in order; None = all of the relation


@dataclass
class Fetch:
    """All that one interval of one feed holds. No parts means that the source had nothing.

    `originals` and `control` are read after the COPY, so a stream may add to them while it flows.
    """

    parts: list[Part] = field(default_factory=list)
    originals: list[Original] = field(default_factory=list)
    control: list[ControlCheck] = field(default_factory=list)
    # called with the SQL relation of what was written, before it is shown; raises SourceError
    verify: Callable[[str], None] | None = None
    notes: list[str] = field(default_factory=list)  # what a person should see: a file left for later …


class Archive(Protocol):
    """Where originals go: a folder of the landing bucket made for this feed and interval."""

    def uri(self, name: str) -> str:
        """The s3:// address that `put` gives this name."""

    def put(self, name: str, content: Path | bytes) -> Original:
        """Store one original byte for byte under its name; the same name again replaces it."""


Connector = Callable[
    [Contract, Interval, duckdb.DuckDBPyConnection, Archive, Path], AbstractContextManager[Fetch]
]

TRANSPORTS = {"postgres": "database", "api": "rest", "sftp": "files", "local": "files", "s3": "files"}


def connector(contract: Contract) -> Connector:
    """The connector of the contract's server type; SourceError when there is none for it."""
    try:
        module = TRANSPORTS[contract.server.type]
    except KeyError:
        known = ", ".join(sorted(TRANSPORTS))
        raise SourceError(
            f"{contract.feed}: no connector for server type {contract.server.type!r} (known: {known})"
        ) from None
    fetch: Connector = import_module(f"ingest.connectors.{module}").fetch
    return fetch


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A SQL identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'
