"""The kinds of entities that people decide about, and where their records stand in the lake."""

from dataclasses import dataclass

import duckdb

KEY = "_record_key"


@dataclass(frozen=True)
class Kind:
    """Models and columns of a kind; `key` is what a decision names a record by."""

    name: str
    prefix: str  # of its IDs
    records: str  # SELECT: key, record_key, platform, role, seen_at
    values: str  # SELECT of what two records say, by $keys
    key: str = "mention_key"
    is_weighed: bool = False  # by the comparisons of a model; else rules alone join its profiles
    anchor: tuple[str, str] | None = None  # relation and column: records that differ there never are one
    never: str = ""  # what is said to somebody who joins such records


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "person",
            "P-",
            "SELECT mention_key AS key, _record_key AS record_key, platform, role, reported_at AS seen_at "
            "FROM lake.intermediate.int_person__mention",
            "SELECT mention_key AS key, name, id_no, id_text, account, sex, birth_date, phone, home_site, "
            "home_unit, township_code, reported_at "
            "FROM lake.intermediate.int_person__mention WHERE list_contains($keys, mention_key)",
            is_weighed=True,
            anchor=("int_person__member", "id_no"),
            never="two valid ID numbers are never one person: have the wrong one mended",
        ),
        Kind(
            "event",
            "E-",
            "SELECT _record_key AS key, _record_key AS record_key, platform, event_kind AS role, "
            "coalesce(occurred_at, reported_at) AS seen_at FROM lake.intermediate.int_record WHERE is_live",
            "SELECT _record_key AS key, event_kind, occurred_at, reported_at, place_text, township_code, "
            "village_code, lon, lat, person_name, person_phone, title, narrative "
            "FROM lake.intermediate.int_record WHERE is_live AND list_contains($keys, _record_key)",
            key="_record_key",
            is_weighed=True,
        ),
        Kind(
            "organisation",
            "O-",
            "SELECT mention_key AS key, _record_key AS record_key, platform, NULL AS role, "
            "reported_at AS seen_at FROM lake.intermediate.int_organisation__mention",
            "SELECT mention_key AS key, name_key, core, branch, credit_code, head, phone, address, industry, "
            "township_code, reported_at "
            "FROM lake.intermediate.int_organisation__mention WHERE list_contains($keys, mention_key)",
            anchor=("int_organisation__mention", "credit_code"),
            never="two valid credit codes are never one organisation: have the wrong one mended",
        ),
        Kind(
            "place",
            "L-",
            "SELECT mention_key AS key, _record_key AS record_key, platform, place_kind AS role, "
            "reported_at AS seen_at FROM lake.intermediate.int_place__mention",
            "SELECT mention_key AS key, address, place_kind, road, number, crossing, estate, building, unit, "
            "room, site, village_group, village_code, township_code, lon, lat, reported_at "
            "FROM lake.intermediate.int_place__mention WHERE list_contains($keys, mention_key)",
            anchor=("int_place__mention", "number"),
            never="two street numbers are never one place: have the wrong one mended",
        ),
    )
}


def of_entity(entity: str) -> Kind:
    """The kind that an ID's prefix names; LookupError if none."""
    for kind in KINDS.values():
        if entity.startswith(kind.prefix):
            return kind
    known = ", ".join(f"{kind.prefix}…" for kind in KINDS.values())
    raise LookupError(f"{entity!r} is no entity's ID: they begin with {known}")


def of_records(con: duckdb.DuckDBPyConnection, keys: list[str]) -> Kind:
    """The kind whose records all keys name; LookupError names those that the lake does not hold."""
    missing: set[str] = set(keys)
    for kind in KINDS.values():
        found = existing(con, kind, keys)
        if found == set(keys):
            return kind
        missing -= found
    named = f"the lake holds no {', '.join(sorted(missing))}" if missing else "they are of different kinds"
    raise LookupError(f"{named}: keys are those that `sanling review list` and `sanling explain` show")


def existing(con: duckdb.DuckDBPyConnection, kind: Kind, keys: list[str]) -> set[str]:
    """Those of the keys that the lake holds."""
    found = con.execute(
        f"SELECT key FROM ({kind.records}) WHERE list_contains($keys, key)", {"keys": keys}
    ).fetchall()
    return {key for (key,) in found}
