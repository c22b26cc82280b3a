"""Which files belong to an interval.

A file whose name holds a date, where the contract's pattern has `{date}`, belongs to the interval of
that day; if it comes late, or comes again with another length, to the next pull. Any other file, and
any in the drop folder, belongs to the first interval that sees its content.
"""

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ingest import landing
from ingest.connectors import control
from ingest.connectors.sources import Folder, Listed
from ingest.contract import Contract
from ingest.interval import SHANGHAI, Interval

DATE = r"(?P<year>[0-9]{4})[-_.]?(?P<month>[0-9]{2})[-_.]?(?P<day>[0-9]{2})"
CONTROL_SUFFIXES = (".ok", ".done", ".ctl", ".md5")  # of files that are never data


@dataclass(frozen=True)
class Taken:
    """What the receipts of the feed's other intervals say was taken."""

    contents: frozenset[str]  # SHA-256
    files: frozenset[tuple[str, int]]  # (name, bytes)


@dataclass(frozen=True)
class Chosen:
    """A file to take; `by_content` if only its checksum can say whether it was taken before."""

    name: str
    folder: Folder
    by_content: bool
    control: str | None  # name of its control file


@dataclass
class Selection:
    """Files to take, in order, and what is left for later and why."""

    chosen: list[Chosen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def taken_elsewhere(feed: str, interval: Interval) -> Taken:
    """Originals of all receipts of the feed but this interval's own."""
    others = (landing.read_receipt(feed, each) for each in landing.intervals(feed) if each != interval)
    originals = [original for receipt in others if receipt for original in receipt.originals]
    return Taken(
        frozenset(original.sha256 for original in originals),
        frozenset((original.name, original.bytes) for original in originals),
    )


def day_in(pattern: str, name: str) -> date | None:
    """The date that a file's name holds where the pattern has `{date}`; None if there is none."""
    regex = fnmatch.translate(pattern).replace(re.escape("{date}"), DATE).replace("{date}", DATE)
    found = re.match(regex, name)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        return None


def select(
    contract: Contract, interval: Interval, taken: Taken, folders: Iterable[tuple[Folder, bool]]
) -> Selection:
    """What to take out of the folders; the flag says that a folder is a drop folder."""
    settings = contract.server.settings
    pattern, control_pattern = str(settings["pattern"]), settings.get("control")
    result = Selection()
    for folder, is_drop in folders:
        listed = folder.files()
        there = {each.name for each in listed}
        for each in listed:
            is_dated = "{date}" in pattern and not is_drop
            if not _is_wanted(each, contract, interval, taken, is_drop=is_drop):
                continue
            mark = control.name_for(control_pattern, each.name) if control_pattern else None
            if mark is not None and mark not in there:
                result.notes.append(f"{each.name} is left for later: its control file {mark} is not there")
                continue
            result.chosen.append(Chosen(each.name, folder, not is_dated, mark))
    return result


def _is_wanted(each: Listed, contract: Contract, interval: Interval, taken: Taken, *, is_drop: bool) -> bool:
    pattern = str(contract.server.settings["pattern"])
    if each.name.lower().endswith(CONTROL_SUFFIXES):
        return False
    if is_drop:
        return True
    if "{date}" not in pattern:
        return fnmatch.fnmatchcase(each.name, pattern)
    day = day_in(pattern, each.name)
    if day is None or day < contract.sla.history_start:
        return False
    first, last = (moment.astimezone(SHANGHAI).date() for moment in (interval.start, interval.end))
    is_late = day < first and (each.name, each.bytes) not in taken.files
    return is_late or first <= day < last
