"""How a source pages: which requests bring all rows of a window, and whether it held still meanwhile.

Four styles, a table of small functions: `page` and `offset` name any page at once, so several are in
flight; `cursor` and `link` name only the next. Rows that are changed while we read leave the window or
move to another page, so a pass that did not come out even is read again, backwards every second time.
"""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from ingest.connectors import SourceError
from ingest.connectors.envelope import Envelope, Page
from ingest.connectors.http_client import Client
from ingest.contract import Contract

NEXT_LINK = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')
PARAM = {"page": "page", "offset": "offset", "cursor": "cursor", "link": ""}  # name of the one that moves on
Params = dict[str, str | int]
Store = Callable[[int, bytes, Page], Awaitable[None]]  # takes a page's number, its body and its content

Take = Callable[[int, str, Params], Awaitable[tuple[Page, str | None]]]  # fetches, counts and stores a page


@dataclass
class Pass:
    """One reading of all pages: what the source promised, what it gave."""

    totals: set[int] = field(default_factory=set)
    rows: int = 0
    has_overlap: bool = False  # a record at the edge of one page stood on another page too
    _edges: set[int] = field(default_factory=set)  # hashes of the pages' first and last records

    @property
    def is_even(self) -> bool:
        """Whether the rows are those of one moment, as far as can be told."""
        return self.totals <= {self.rows} and not self.has_overlap

    def is_like(self, other: "Pass") -> bool:
        """Whether two readings agree, so that a third would bring nothing else."""
        mine, its = ((each.totals, each.rows, each.has_overlap) for each in (self, other))
        return mine == its and len(self.totals) <= 1

    def add(self, page: Page) -> None:
        """Count one page."""
        self.rows += len(page.records)
        if page.total is not None:
            self.totals.add(page.total)
        if page.records:
            hashes = [hash(record) for record in page.records]
            self.has_overlap = self.has_overlap or not self._edges.isdisjoint(hashes)
            self._edges.update((hashes[0], hashes[-1]))


class Pager:
    """Reads all pages of a window, each handed to `store`."""

    def __init__(self, contract: Contract, client: Client, window: Params) -> None:
        settings = contract.server.settings
        self._client, self._envelope, self._feed = client, Envelope(contract), contract.feed
        self._path, self._window = str(settings["recordsPath"]), window
        self._style = str(settings.get("paging", "page"))
        if self._style not in PARAM:
            raise SourceError(f"{self._feed}: paging {self._style!r} is none of {', '.join(PARAM)}")
        self._size = int(settings.get("pageSize", 100))
        self._size_param = str(settings.get("sizeParam", "size"))
        self._param = str(settings.get("pageParam", PARAM[self._style]))
        self._first = int(settings.get("firstPage", 1))
        self._in_flight = int(settings.get("inFlight", 4))

    async def read(self, store: Store, *, backwards: bool = False) -> Pass:
        """One pass over all pages, from the last to the second if `backwards`."""
        seen = Pass()

        async def take(number: int, path: str, params: Params) -> tuple[Page, str | None]:
            body, (page, link) = await self._client.get(path, params, self._answer)
            seen.add(page)
            await store(number, body, page)
            return page, link

        if self._style in ("page", "offset"):
            await self._counted(take, backwards=backwards)
        else:
            await self._followed(take)
        return seen

    def _answer(self, body: bytes, headers: httpx.Headers) -> tuple[Page, str | None]:
        found = NEXT_LINK.search(headers.get("Link", ""))
        return self._envelope.read(body), found[1] if found else None

    def _params(self, number: int, per_page: int) -> Params:
        at = self._first + number - 1 if self._style == "page" else (number - 1) * per_page
        return {**self._window, self._size_param: self._size, self._param: at}

    async def _counted(self, take: Take, *, backwards: bool) -> None:
        page, _ = await take(1, self._path, self._params(1, self._size))
        per_page = len(page.records)  # the source may give fewer than asked for
        if page.total is None:
            number = 1
            while page.records:
                number += 1
                page, _ = await take(number, self._path, self._params(number, per_page))
            return
        last = math.ceil(page.total / per_page) if per_page else 1
        numbers = iter(range(last, 1, -1) if backwards else range(2, last + 1))

        async def work() -> None:
            for number in numbers:
                await take(number, self._path, self._params(number, per_page))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(2 * self._in_flight):  # the client bounds requests; the other half archives
                    group.create_task(work())
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from None

    async def _followed(self, take: Take) -> None:
        path, params, number = self._path, {**self._window, self._size_param: self._size}, 1
        followed: set[str] = set()
        while True:
            page, link = await take(number, path, params)
            onward = link if self._style == "link" else page.cursor
            if onward is None:
                return
            if onward in followed:
                raise SourceError(f"{self._feed}: the source's pages lead in a circle at page {number}")
            followed.add(onward)
            number += 1
            path, params = (onward, {}) if self._style == "link" else (path, {**params, self._param: onward})
