"""Feeds that arrive as files: collect them, archive each byte for byte, and stream their rows.

Every file feed takes files from its source folder and from the drop folder, where people may put what
the source cannot send. What this interval's earlier attempt archived and the folders no longer hold is
taken from the archive again, so pulling again never brings less.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from infra import store
from ingest import landing
from ingest.connectors import Archive, ControlCheck, Fetch, control
from ingest.connectors.file_parts import FORMATS, Collected, format_of, parts_of
from ingest.connectors.formats import Layout
from ingest.connectors.selection import Chosen, select, taken_elsewhere
from ingest.connectors.sources import Folder, LocalFolder, S3Folder, drop_folder, source_folder
from ingest.contract import Contract
from ingest.interval import Interval

log = logging.getLogger(__name__)


@contextmanager
def fetch(
    contract: Contract,
    interval: Interval,
    con: duckdb.DuckDBPyConnection,
    archive: Archive,
    workdir: Path,
) -> Iterator[Fetch]:
    """The files of an interval as a Fetch; see `ingest.connectors`. Raises SourceError, SourceUnavailable."""
    layout = Layout.of(contract)
    collector = _Collector(contract, interval, archive, workdir)
    with source_folder(contract) as source:
        drop = drop_folder(contract)
        is_drop = isinstance(source, LocalFolder) and source.path.resolve() == drop.path.resolve()
        folders: list[tuple[Folder, bool]] = [(drop, True)] if is_drop else [(source, False), (drop, True)]
        selection = select(contract, interval, collector.taken, folders)
        for chosen in selection.chosen:
            collector.take(chosen)
    collector.take_archived()
    with parts_of(contract, collector.collected, layout, con, workdir) as parts:
        notes = [*selection.notes, *collector.notes]
        originals = [each.original for each in collector.collected]
        yield Fetch(parts, originals, collector.checks, notes=notes)


class _Collector:
    """Copies files into the work folder and into the archive, and checks them against their control files."""

    def __init__(self, contract: Contract, interval: Interval, archive: Archive, workdir: Path) -> None:
        self._contract, self._archive, self._workdir = contract, archive, workdir
        self._control: str | None = contract.server.settings.get("control")
        bucket, key = store.split(archive.uri("_"))
        self._earlier = S3Folder(store.client(), bucket, key.removesuffix("_"))
        self._earlier_names = [each.name for each in self._earlier.files()]
        self._stored: dict[str, str] = {}  # name in the archive -> SHA-256
        self._copies = 0
        self.taken = taken_elsewhere(contract.feed, interval)
        self.collected: list[Collected] = []
        self.checks: list[ControlCheck] = []
        self.notes: list[str] = []

    def take(self, chosen: Chosen) -> None:
        """Take one file, unless it was taken before or its control file cannot be read yet."""
        if format_of(chosen.name, self._contract) is None:
            self.notes.append(f"{chosen.name} is left: its ending is none of {', '.join(sorted(FORMATS))}")
            return
        local = self._copy(chosen.folder, chosen.name)
        content = landing.sha256_of(local)
        if self._stored.get(chosen.name) == content:
            return
        if chosen.by_content and content in self.taken.contents:
            log.info("%s: %s holds what an earlier batch holds", self._contract.feed, chosen.name)
            return
        mark = self._copy(chosen.folder, chosen.control) if chosen.control else None
        try:
            promise = control.read(mark) if mark else None
        except control.ControlUnreadable as fault:
            self.notes.append(f"{chosen.name} is left for later: {chosen.control}: {fault}")
            return
        name = self._name(chosen, content)
        original = self._archive.put(name, local)
        self._stored[name] = content
        self.collected.append(Collected(original, local))
        if mark and promise and self._control:
            self._archive.put(control.name_for(self._control, name), mark)
            is_same = None if promise.md5 is None else promise.md5 == control.md5_of(local)
            self.checks.append(ControlCheck(mark.name, promise.rows, is_same, (original.uri,)))

    def take_archived(self) -> None:
        """Take what an earlier attempt at this interval archived and no folder offers now."""
        names = self._earlier_names
        marks = {name: control.name_for(self._control, name) for name in names} if self._control else {}
        is_dated = "{date}" in str(self._contract.server.settings["pattern"])
        for name in names:
            if name not in self._stored and name not in marks.values():
                mark = marks[name] if marks.get(name) in names else None
                self.take(Chosen(name, self._earlier, by_content=not is_dated, control=mark))

    def _name(self, chosen: Chosen, content: str) -> str:
        """The name in the archive: another if the file's own stands for another content there.

        A dated file replaces its namesake of an earlier attempt; a dropped one must not.
        """
        holder = self._stored.get(chosen.name)
        if holder is None and chosen.by_content and chosen.name in self._earlier_names:
            holder = landing.sha256_of(self._copy(self._earlier, chosen.name))
        return chosen.name if holder in (None, content) else f"{content[:8]}-{chosen.name}"

    def _copy(self, folder: Folder, name: str) -> Path:
        self._copies += 1
        place = self._workdir / f"file-{self._copies:05d}"
        place.mkdir()
        folder.copy(name, place / name)
        return place / name
