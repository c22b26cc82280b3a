"""What a request is about: the role's divisions and months, the ones that are shown, and links onward."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from urllib.parse import quote, urlencode

from infra.dashboard import divisions, words
from infra.dashboard.reader import Reader, Row, Rows

ROWS = 50  # of a long table on one page
LAST_PAGE = 200  # further down nobody reads; filters lead there
MONTHS = 24  # that may be chosen
# The first of these that the role may read says which divisions and months there are.
RANGE = """
select min(division_code) as low, max(division_code) as high, min(month) as first, max(month) as last from {}
"""
SOURCES = (
    RANGE.format("three_zero_status where unit_kind = 'village'"),
    RANGE.format("grid_coverage where division_level = 'village'"),
)
PUBLICATIONS = ("three_zero_status", "feed_freshness", "event", "division")
NAMES = """
select distinct on (code12) code12, name_zh from division where code12 = any(%(codes)s)
order by code12, code_system = 'NBS' desc, version desc
"""


class BadRequest(ValueError):
    """The address has a parameter that means nothing."""


class NotFound(LookupError):
    """There is no such thing, or this role may not see it: PostgreSQL does not say which."""


@dataclass
class View:
    """One request of one role; `asked` are the parameters of its address."""

    reader: Reader
    path: str
    asked: Mapping[str, str]
    language: str
    role: str
    _names: dict[str, str] = field(default_factory=dict)

    @cached_property
    def scope(self) -> Row | None:
        """Lowest and highest division, first and last month; None when the role sees no indicator."""
        found = (self.reader.ask(query).first for query in SOURCES)
        return next((row for row in found if row and row["low"]), None)

    @cached_property
    def home(self) -> str | None:
        """The smallest division that holds all that the role sees."""
        return divisions.holding(self.scope["low"], self.scope["high"]) if self.scope else None

    @cached_property
    def division(self) -> str:
        """The division shown."""
        return self.matching("division", r"[0-9]{12}") or self.home or "0" * 12

    @cached_property
    def level(self) -> str:
        """Its level."""
        return divisions.level(self.division)

    @cached_property
    def months(self) -> list[date]:
        """The months that there are, newest first."""
        return divisions.months(self.scope["first"], self.scope["last"])[:MONTHS] if self.scope else []

    @cached_property
    def month(self) -> date:
        """The month shown: the newest, unless another is asked for."""
        text = self.matching("month", r"20[0-9]{2}-(0[1-9]|1[0-2])")
        if text:
            return date.fromisoformat(f"{text}-01")
        return self.months[0] if self.months else date(2000, 1, 1)

    @property
    def where(self) -> dict[str, object]:
        """The parameters of a query on an indicator."""
        below = divisions.below(self.level)
        return {"division": self.division, "level": self.level, "below": below, "month": self.month,
                **divisions.span(self.division)}  # fmt: skip

    @cached_property
    def publication(self) -> Row | None:
        """Business date, run and lake snapshot of the marts."""
        query = "select _as_of, _run_id, _snapshot from {} limit 1"
        return next(
            (row for mart in PUBLICATIONS if (row := self.reader.ask(query.format(mart)).first)), None
        )

    def matching(self, name: str, pattern: str) -> str | None:
        """A parameter that has this form; None when it is not given. Raises BadRequest."""
        value = self.asked.get(name) or None
        if value is not None and not re.fullmatch(pattern, value, re.ASCII):
            raise BadRequest(name)
        return value

    def choice(self, name: str, values: Iterable[str]) -> str:
        """A parameter that is one of these; the first when it is not given. Raises BadRequest."""
        known = list(values)
        value = self.asked.get(name) or known[0]
        if value not in known:
            raise BadRequest(name)
        return value

    @cached_property
    def page(self) -> int:
        """The page of a long table, from 1."""
        number = int(self.matching("page", r"[0-9]{1,3}") or 1)
        if not 1 <= number <= LAST_PAGE:
            raise BadRequest("page")
        return number

    @property
    def window(self) -> dict[str, object]:
        """LIMIT and OFFSET of the page; one row more says whether there is a next page."""
        return {"limit": ROWS + 1, "offset": (self.page - 1) * ROWS}

    def names(self, codes: Iterable[str]) -> dict[str, str]:
        """The names of divisions, as far as they are known; asked for once in a request."""
        unknown = sorted(set(codes) - self._names.keys())
        if unknown:
            found = self.reader.ask(NAMES, codes=unknown)
            self._names |= {code: code for code in unknown} | {r["code12"]: r["name_zh"] for r in found}
        return self._names

    def url(self, to: str, **more: object) -> str:
        """An address on this page, with division and month kept; a parameter that is None is left out."""
        kept = {"division": self.division if self.scope else None, "month": f"{self.month:%Y-%m}"}
        if not self.scope:
            kept["month"] = None
        given = {name: value for name, value in {**kept, **more}.items() if value not in (None, "")}
        return quote(to) + (f"?{urlencode(given)}" if given else "")

    def same(self, **changes: object) -> str:
        """This very address with some parameters changed."""
        given = {name: value for name, value in {**self.asked, **changes}.items() if value not in (None, "")}
        return quote(self.path) + (f"?{urlencode(given)}" if given else "")

    def label(self, code: object, code_list: str) -> str:
        """A code's label in the language of the request."""
        return words.label(code, code_list, self.language)


def paged(rows: Rows) -> tuple[list[Row], bool]:
    """The rows of one page, and whether there are more."""
    return rows.rows[:ROWS], len(rows) > ROWS
