"""IDs that stay: which old ID each new cluster keeps, and what is said of the change.

An old ID goes to the cluster that holds most of its records (equal: the cluster with the smallest record key
among them). A cluster that several IDs come to keeps the one that brings most records (equal: the smallest
ID). Nothing depends on the order of rows.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
CHANGES = pa.schema([("change", pa.string()), ("entity_id", pa.string()), ("other_id", pa.string())])


def inherited(key: Any, cluster: Any, before: Any) -> Any:
    """The ID that each row's cluster keeps, NULL where it needs a new one; parallel to the rows.

    key: a record's key, once. cluster: any name of its cluster now, NULL if the record is gone. before: the
    ID of the entity it belonged to, NULL if it is new. The rows must have all records of every entity named.
    """
    rows = pa.table({"key": key, "cluster": cluster, "before": before})
    both = rows.filter(pc.and_(pc.is_valid(rows["cluster"]), pc.is_valid(rows["before"])))
    shared = both.group_by(["before", "cluster"]).aggregate([("key", "count"), ("key", "min")])
    taken = _first(
        shared, "before", [("before", "ascending"), ("key_count", "descending"), ("key_min", "ascending")]
    )
    kept = _first(
        taken, "cluster", [("cluster", "ascending"), ("key_count", "descending"), ("before", "ascending")]
    )
    return kept["before"].take(pc.index_in(rows["cluster"], kept["cluster"].combine_chunks()))


def changes(before: Any, after: Any) -> pa.Table:
    """What became of the entities, from each record's ID before and after (NULL: it was not, or is no more).

        create  `entity_id` is new, and none of its records was in an entity
        merge   `entity_id` is no more, most of its records are in `other_id`
        split   `entity_id` took records that were in `other_id`, which is not merged into it
        end     `entity_id` is no more, nor is any of its records

    Every ID of `before` is in `after`, merged or ended; every ID of `after` is in `before`, created or split
    off. All records of every entity named must be among the rows.
    """
    rows = pa.table({"before": before, "after": after})
    moved = rows.filter(pc.and_(pc.is_valid(rows["before"]), pc.is_valid(rows["after"])))
    pairs = moved.group_by(["before", "after"]).aggregate([([], "count_all")])
    old, new = _ids(rows["before"]), _ids(rows["after"])
    gone, fresh = _without(old, new), _without(new, old)
    lost = pairs.filter(pc.and_(pc.is_in(pairs["before"], gone), pc.is_in(pairs["after"], old)))
    heirs = _first(
        lost, "before", [("before", "ascending"), ("count_all", "descending"), ("after", "ascending")]
    )
    merged = pc.binary_join_element_wise(heirs["before"], heirs["after"], "|").combine_chunks()
    named = pc.binary_join_element_wise(pairs["before"], pairs["after"], "|")
    split = pairs.filter(
        pc.and_(pc.not_equal(pairs["before"], pairs["after"]), pc.invert(pc.is_in(named, merged)))
    )
    created = _without(fresh, _ids(pairs["after"]))
    ended = _without(gone, _ids(pairs["before"]))
    parts = [
        _change("create", created, pa.nulls(len(created), pa.string())),
        _change("merge", heirs["before"], heirs["after"]),
        _change("split", split["after"], split["before"]),
        _change("end", ended, pa.nulls(len(ended), pa.string())),
    ]
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in CHANGES.names])


def _first(table: Any, group: str, order: list[tuple[str, str]]) -> Any:
    """The first row of each group in the order given, which begins with the group."""
    ordered = table.sort_by(order)
    values = ordered[group].combine_chunks()
    if len(values) == 0:
        return ordered
    is_first = pc.not_equal(values.slice(1), values.slice(0, len(values) - 1))
    return ordered.filter(pa.concat_arrays([pa.array([True]), is_first]))


def _ids(column: Any) -> Any:
    return pc.drop_null(pc.unique(pa.chunked_array(column) if isinstance(column, list) else column))


def _without(some: Any, others: Any) -> Any:
    return some.filter(pc.invert(pc.is_in(some, others)))


def _change(word: str, entity: Any, other: Any) -> pa.Table:
    return pa.table([pa.repeat(word, len(entity)), entity, other], schema=CHANGES)
