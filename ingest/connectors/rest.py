"""HTTP sources: every page of a window archived as it came, then read by DuckDB as text.

    page bodies ──► landing (untouched)
              └───► one record a line, numbered (formats/json_rows.py) ──► read_json

Settings of the contract: recordsPath, rowsField, totalField, paging (page, offset, cursor, link),
pageSize, pageParam, sizeParam, firstPage, cursorField, fromParam, toParam, timeFormat, overlap,
tokenPath, tokenField, ratePerSecond, inFlight.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from ingest.connectors import Archive, ControlCheck, Fetch, Original, Part, SourceError, identifier, quote
from ingest.connectors.envelope import Page
from ingest.connectors.formats import json_rows
from ingest.connectors.http_client import Client
from ingest.connectors.paging import Pager, Params, Pass
from ingest.contract import Contract
from ingest.interval import SHANGHAI, Interval

PASSES = 3  # readings of a source whose rows move while it is read
DIGITS = 5


@contextmanager
def fetch(
    contract: Contract,
    interval: Interval,
    con: duckdb.DuckDBPyConnection,
    archive: Archive,
    workdir: Path,
) -> Iterator[Fetch]:
    """The records of an interval; see `ingest.connectors`. Raises SourceError, SourceUnavailable."""
    readings = asyncio.run(_read(contract, interval, archive, workdir))
    fetched = Fetch(originals=[each for reading in readings for each in reading.originals])
    last = readings[-1].seen
    if len(readings) > 1:
        fetched.notes.append(f"rows moved while they were read; those of all {PASSES} readings are kept")
    elif last.has_overlap:
        fetched.notes.append("the source gives the same record on several pages, twice the same way")
    if len(readings) == 1 and last.totals:
        fetched.control.append(ControlCheck("total", expected_rows=max(last.totals)))
    for reading in readings:
        if reading.seen.rows:
            columns = json_rows.columns_of(con, reading.lines, contract)
            name = f"format('{{:0{DIGITS}d}}.json', {identifier(json_rows.PAGE)})"
            source = json_rows.relation(reading.lines, columns, paged=True)
            uri = f"{quote(reading.prefix)} || {name}"
            fetched.parts.append(Part(source, uri, identifier(json_rows.NUMBER), columns))
    con.execute("SET preserve_insertion_order = false")  # less memory, and the rows carry their numbers
    try:
        yield fetched
    finally:
        con.execute("SET preserve_insertion_order = true")


@dataclass
class _Reading:
    """One pass and where its pages are."""

    prefix: str  # address of its pages up to their number
    folder: Path
    seen: Pass = field(default_factory=Pass)
    originals: list[Original] = field(default_factory=list)

    @property
    def lines(self) -> str:
        """Glob of the files that DuckDB reads."""
        return str(self.folder / "*.ndjson")


async def _read(contract: Contract, interval: Interval, archive: Archive, workdir: Path) -> list[_Reading]:
    """Readings of the window until one comes out even; all of them if none does."""
    readings: list[_Reading] = []
    async with Client(contract) as client:
        pager = Pager(contract, client, _window(contract, interval))
        for number in range(1, PASSES + 1):
            reading = await _pass(pager, archive, workdir, number)
            if reading.seen.is_even or (readings and reading.seen.is_like(readings[-1].seen)):
                return [reading]
            readings.append(reading)
    return readings


async def _pass(pager: Pager, archive: Archive, workdir: Path, number: int) -> _Reading:
    stem = "page-" if number == 1 else f"reading-{number}-page-"
    folder = workdir / f"reading-{number}"
    folder.mkdir()
    reading = _Reading(archive.uri(f"{stem}0.json").removesuffix("0.json"), folder)

    def keep(page_number: int, body: bytes, page: Page) -> Original:
        if page.records:
            lines = json_rows.numbered_lines(page.records, range(1, len(page.records) + 1), page_number)
            (folder / f"{page_number}.ndjson").write_bytes(lines)
        return archive.put(f"{stem}{page_number:0{DIGITS}d}.json", body)

    async def store(page_number: int, body: bytes, page: Page) -> None:
        reading.originals.append(await asyncio.to_thread(keep, page_number, body, page))

    reading.seen = await pager.read(store, backwards=number % 2 == 0)
    reading.originals.sort(key=lambda original: original.name)
    return reading


def _window(contract: Contract, interval: Interval) -> Params:
    """The parameters that bound the update time: [start - overlap, end)."""
    settings = contract.server.settings
    overlap = TypeAdapter(timedelta).validate_python(settings.get("overlap") or "PT0S")
    given: Params = {}
    for setting, moment in (("fromParam", interval.start - overlap), ("toParam", interval.end)):
        if name := settings.get(setting):
            given[str(name)] = _time(moment.astimezone(SHANGHAI), settings.get("timeFormat"), contract.feed)
    return given


def _time(moment: datetime, form: str | None, feed: str) -> str | int:
    """A bound as the source wants it: ISO 8601, `epoch_ms`, or a strftime form."""
    if form is None:
        return moment.isoformat(timespec="seconds")
    if form == "epoch_ms":
        return int(moment.timestamp() * 1000)
    if "%" not in form:
        raise SourceError(f"{feed}: timeFormat {form!r} is neither epoch_ms nor like %Y-%m-%d %H:%M:%S")
    return moment.strftime(form)
