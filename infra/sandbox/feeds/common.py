"""What all platforms' reports have in common: row marks, versions of a record, persons as written down."""

from collections.abc import Sequence

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.frame import DAY, Frame, clock, concat, constant, digits, join, take
from infra.sandbox.names import slipped
from infra.sandbox.plan import day_text, serials
from infra.sandbox.randomness import Bools, Floats, Ints, Rng, Texts, texts

MARKS = ("_at", "_event", "_person", "_organisation", "_place", "_role", "_is_first", "_is_final")
WRONG_ID = 0.004  # share of records whose ID number is that of another household member
LENT_PHONE = 0.03  # the same of phones


def marks(
    events: Events, rows: Ints, at: Ints, role: str | None, person: Ints, shown: Ints | None = None
) -> Frame:
    """The columns about the rows: time of this version (seconds), truth, and whether noise must keep off.

    `shown` are the organisations that the rows name (-1 where none).
    """
    organisation = np.full(len(rows), -1) if shown is None else shown
    marked = marks_without_event(at, role, person, organisation, events.place[rows])
    return marked | {"_event": events.id[rows]}


def marks_without_event(
    at: Ints, role: str | None, person: Ints, organisation: Ints, place: Ints, *, is_first: bool = True
) -> Frame:
    """The same for rows that no event led to; -1 where there is no person, organisation or place."""
    size = len(at)
    return {
        "_at": at.astype(object),
        "_event": constant(None, size),
        "_person": person.astype(object),
        "_organisation": organisation.astype(object),
        "_place": place.astype(object),
        "_role": constant(role, size),
        "_is_first": constant(is_first, size),
        "_is_final": constant(False, size),
    }


def numbered(city: City, kind: str, head: str, where: Texts, day: int, at: Ints, indices: Ints) -> Texts:
    """Record numbers of a kind that plan.OFFSETS knows: head, division, date, serial."""
    return join(head, where, day_text(city, at), digits(serials(kind, day, indices), 7))


def numbers(values: Ints) -> Texts:
    """Whole numbers as text."""
    return texts([str(value) for value in values.tolist()])


def times(city: City, seconds: Ints) -> Texts:
    """Canonical local time."""
    return clock(city.params.first_day, seconds)


def dates(city: City, seconds: Ints) -> Texts:
    """Canonical local date."""
    return texts([stamp[:10] for stamp in times(city, seconds).tolist()])


def optional(values: Texts, mask: Bools) -> Texts:
    """The values where the mask holds, else None."""
    out = texts([None] * len(values))
    out[mask] = values[mask]
    return out


def version(base: Frame, rows: Ints, at: Ints, **changes: Texts) -> Frame:
    """A later version of some rows: everything as before but for the changes."""
    return take(base, rows, _at=at.astype(object), _is_first=constant(False, len(rows)), **changes)


def people_text(city: City, rng: Rng, person: Ints, vague: float, wrong: float) -> tuple[Texts, Bools]:
    """Names as written down: a share `vague` only as 王先生, 李女士, 张某, a share `wrong` with a slip.

    Also says which names are given in full.
    """
    chance = rng.random(len(person))
    manner = rng.integers(0, 3, len(person)).tolist()
    choices = rng.integers(0, 1 << 20, len(person)).tolist()
    wrong *= city.params.slips
    out = []
    rows = zip(
        city.people.name[person].tolist(),
        city.people.is_female[person].tolist(),
        chance.tolist(),
        manner,
        choices,
        strict=True,
    )
    for name, is_female, luck, how, choice in rows:
        if luck < vague:
            out.append(name[0] + ("某", "女士" if is_female else "先生", "某某")[how])
        else:
            out.append(slipped(name, choice) if luck > 1 - wrong else name)
    return texts(out), chance >= vague


def id_numbers(city: City, rng: Rng, person: Ints) -> Texts:
    """ID numbers as written down: a few are another household member's, as when a child uses a parent's."""
    return city.people.id_no[_or_a_mate(city, rng, person, WRONG_ID)]


def phones(city: City, rng: Rng, person: Ints) -> Texts:
    """Phones as given: a few are another household member's."""
    return city.people.phone[_or_a_mate(city, rng, person, LENT_PHONE)]


def _or_a_mate(city: City, rng: Rng, person: Ints, share: float) -> Ints:
    """The persons, a share of them replaced by another member of their household."""
    household = city.people.household
    mate = np.where(person > 0, person - 1, person + 1)
    swapped = (rng.random(len(person)) < share * city.params.slips) & (household[mate] == household[person])
    return np.asarray(np.where(swapped, mate, person), dtype=np.int64)


def sex_codes(city: City, person: Ints) -> Texts:
    """GB/T 2261.1: 1 male, 2 female."""
    return texts(["2" if is_female else "1" for is_female in city.people.is_female[person].tolist()])


def by_day(frame: Frame) -> dict[int, Frame]:
    """Split the versions by the day on which the platform wrote them, in stable order."""
    days = frame["_at"].astype(np.int64) // DAY
    return {int(day): take(frame, np.flatnonzero(days == day)) for day in np.unique(days).tolist()}


def stacked(frames: list[Frame]) -> Frame:
    """All versions of one feed, first versions first."""
    return concat([frame for frame in frames if len(frame["_at"])] or frames[:1])


def division(city: City, events: Events, rows: Ints) -> Texts:
    """The 12-digit township code of each event's place."""
    return city.divisions.township_code[
        city.divisions.village_township[city.places.village[events.place[rows]]]
    ]


def degrees(values: Floats, decimals: int = 6) -> Texts:
    """Coordinates as text."""
    return texts([f"{value:.{decimals}f}" for value in values.tolist()])


def empty(columns: Sequence[str]) -> Frame:
    """A feed's frame without rows."""
    return {name: texts([]) for name in (*columns, *MARKS)}
