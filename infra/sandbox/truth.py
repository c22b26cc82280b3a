"""What really is behind the records: persons, organisations, places, events, and each fault that was made.

Written beside the feeds, never into them; only tests read it.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from infra.sandbox.city import City
from infra.sandbox.coordinates import gcj02
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import times
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import Frame, take, words
from infra.sandbox.outbox import Ledger, write
from infra.sandbox.places import KINDS
from infra.sandbox.plan import Plan
from infra.sandbox.randomness import Ints, Texts, texts
from infra.sandbox.scenarios import scenarios

TEXT, FLAG, COUNT = pa.string(), pa.bool_(), pa.int64()
RECORDS = pa.schema(
    [
        (name, TEXT)
        for name in words("feed record_key first_day person_id organisation_id place_id event_id role")
    ]
)
DIRT = pa.schema(
    [(name, TEXT) for name in ["feed", "record_key", "day", "source_row_id", "field", "kind"]]
    + [("is_refusable", FLAG), ("is_warned", FLAG), ("updated_at", TEXT), ("event_id", TEXT)]
)
EVENTS = pa.schema(
    [
        (n, TEXT)
        for n in words(
            "event_id kind scenario happened_at place_id person_id other_person_id organisation_id"
        )
    ]
    + [(n, COUNT) for n in ["deaths", "serious_injuries", "minor_injuries"]]
    + [("loss_10k_yuan", pa.float64()), ("is_confidential", FLAG), ("platforms", TEXT)]
)


def identifier(letter: str, numbers: Ints) -> Texts:
    """P00000012 and the like; None for -1."""
    return texts([f"{letter}{number:08d}" if number >= 0 else None for number in numbers.tolist()])


class Truth:
    """The growing truth files of one city."""

    def __init__(self, folder: Path, is_new: bool) -> None:
        self.records = Ledger(folder / "records.parquet", RECORDS, is_new)
        self.dirt = Ledger(folder / "dirt.parquet", DIRT, is_new)
        self.events = Ledger(folder / "events.parquet", EVENTS, is_new)

    def close(self) -> None:
        """Finish all files."""
        for ledger in (self.records, self.dirt, self.events):
            ledger.close()

    def add_events(self, city: City, events: Events, plan: Plan) -> None:
        """The events of one day and the platforms that will tell of them."""
        size = len(events)
        heard: list[list[str]] = [[] for _ in range(size)]
        for platform, rows in sorted(plan.rows.items()):
            for row in rows.tolist():
                heard[row].append(platform)
        one = [scenarios()[s] for s in events.scenario.tolist()]
        columns: list[object] = [
            events.id,
            [s.kind for s in one],
            [s.id for s in one],
            times(city, events.at),
            identifier("L", events.place),
            identifier("P", events.person),
            identifier("P", events.other),
            identifier("O", events.organisation),
            events.deaths,
            events.serious,
            events.minor,
            events.loss,
            events.is_confidential,
            [",".join(names) for names in heard],
        ]
        arrays = [pa.array(list(c), f.type) for c, f in zip(columns, EVENTS, strict=True)]  # type: ignore[call-overload]
        self.events.add(pa.table(arrays, schema=EVENTS))

    def add_records(self, feed: Feed, day: str, frame: Frame) -> None:
        """Records that come for the first time on this day."""
        new = take(frame, np.flatnonzero(frame["_is_first"].astype(bool)))
        size = len(new["_at"])
        columns = [
            [feed.name] * size,
            [f"{feed.name}:{key}" for key in new[feed.key].tolist()],
            [day] * size,
            identifier("P", new["_person"].astype(np.int64)).tolist(),
            identifier("O", new["_organisation"].astype(np.int64)).tolist(),
            identifier("L", new["_place"].astype(np.int64)).tolist(),
            new["_event"].tolist(),
            new["_role"].tolist(),
        ]
        self.records.add(pa.table([pa.array(column, TEXT) for column in columns], schema=RECORDS))

    def add_dirt(self, feed: Feed, day: str, frame: Frame, fault: Texts) -> None:
        """The faults among one day's rows. `source_row_id` is the day and the position in its outbox file."""
        rows = [row for row, one in enumerate(fault.tolist()) if one is not None]
        key, updated = frame[feed.key], frame.get(feed.updated or "")
        columns: list[tuple[list[object], pa.DataType]] = [
            ([feed.name] * len(rows), TEXT),
            ([f"{feed.name}:{key[row]}" if fault[row].kind != "key_missing" else None for row in rows], TEXT),
            ([day] * len(rows), TEXT),
            ([f"{day}#{row}" for row in rows], TEXT),
            ([fault[row].field for row in rows], TEXT),
            ([fault[row].kind for row in rows], TEXT),
            ([fault[row].is_refusable for row in rows], FLAG),
            ([fault[row].is_warned for row in rows], FLAG),
            ([updated[row] if updated is not None else None for row in rows], TEXT),
            ([frame["_event"][row] for row in rows], TEXT),
        ]
        self.dirt.add(pa.table([pa.array(values, kind) for values, kind in columns], schema=DIRT))


def write_city(city: City, folder: Path) -> None:
    """Persons, organisations and places, which stay as they are."""
    people, d, places, firms = city.people, city.divisions, city.places, city.organisations
    home = places.village[people.household]
    write(
        pa.table(
            {
                "person_id": identifier("P", np.arange(len(people.name))).tolist(),
                "name": people.name.tolist(),
                "sex": ["2" if female else "1" for female in people.is_female.tolist()],
                "birth_date": people.birth.tolist(),
                "id_no": people.id_no.tolist(),
                "phone": pa.array(people.phone.tolist(), TEXT),
                "household": people.household.tolist(),
                "place_id": identifier("L", people.household).tolist(),
                "village_code": d.village_code[home].tolist(),
            }
        ),
        folder / "persons.parquet",
    )
    write(
        pa.table(
            {
                "organisation_id": identifier("O", np.arange(len(firms.name))).tolist(),
                "kind": firms.kind.tolist(),
                "name": firms.name.tolist(),
                "credit_code": firms.code.tolist(),
                "place_id": identifier("L", firms.place).tolist(),
                "parent_id": pa.array(identifier("O", firms.parent).tolist(), TEXT),
                "head_person_id": identifier("P", firms.head).tolist(),
                "contact_person_id": identifier("P", firms.contact).tolist(),
            }
        ),
        folder / "organisations.parquet",
    )
    lon, lat = gcj02(places.longitude, places.latitude)
    parts = words("road number estate building unit room group label")
    write(
        pa.table(
            {
                "place_id": identifier("L", np.arange(len(places.kind))).tolist(),
                "kind": [KINDS[kind] for kind in places.kind.tolist()],
                "village_code": d.village_code[places.village].tolist(),
                "township_code": d.township_code[d.village_township[places.village]].tolist(),
            }
            | {part: pa.array(getattr(places, part).tolist(), TEXT) for part in parts}
            | {
                "address": places.exact.tolist(),
                "longitude": places.longitude,
                "latitude": places.latitude,
                "longitude_gcj02": lon,
                "latitude_gcj02": lat,
            }
        ),
        folder / "places.parquet",
    )
