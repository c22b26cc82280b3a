"""Clustering, identity and rising matters as SQL functions: dbt's models stay SQL and incremental.

    cluster_apart(keys, anchors, marks, edges, decisions, margin) -> struct(labels, fates)   one row a graph
    cluster_by_average(keys, edges, decisions, threshold, missing) -> one label a key
    inherited_ids(keys, clusters, before)                   -> one ID or NULL a key
    identity_changes(before, after)                         -> list of struct(change, entity_id, other_id)
    rising(observed, history, rest_observed, rest_history)
        -> list of struct(expected, expected_low, expected_high, p_value, is_rising)

Arguments are lists; graphs of different rows must share no key. Many rows are worked on at once.
"""

from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute

from infra.fusion import average
from infra.fusion.clustering import cluster_keys
from infra.fusion.identity import CHANGES, changes, inherited
from infra.fusion.rising import judge

pc: Any = pyarrow.compute
TEXTS = "VARCHAR[]"
COUNTS = "BIGINT[]"
EDGES = 'STRUCT("left" VARCHAR, "right" VARCHAR, weight DOUBLE)[]'
DECISIONS = 'STRUCT("left" VARCHAR, "right" VARCHAR, decision VARCHAR)[]'
CLUSTERED = "STRUCT(labels VARCHAR[], fates VARCHAR[])"
JUDGED = (
    "STRUCT(expected DOUBLE, expected_low DOUBLE, expected_high DOUBLE, p_value DOUBLE, is_rising BOOLEAN)[]"
)
CHANGED = "STRUCT(change VARCHAR, entity_id VARCHAR, other_id VARCHAR)[]"


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to a connection; its cursors share them."""
    functions: Any = (
        ("cluster_apart", _cluster, [TEXTS, TEXTS, TEXTS, EDGES, DECISIONS, "DOUBLE"], CLUSTERED),
        ("cluster_by_average", _average, [TEXTS, EDGES, DECISIONS, "DOUBLE", "DOUBLE"], TEXTS),
        ("inherited_ids", _inherit, [TEXTS, TEXTS, TEXTS], TEXTS),
        ("identity_changes", _change, [TEXTS, TEXTS], CHANGED),
        ("rising", _rising, [COUNTS, COUNTS, COUNTS, COUNTS], JUDGED),
    )
    for name, function, arguments, result in functions:
        types = [duckdb.type(argument) for argument in arguments]
        con.create_function(name, function, types, duckdb.type(result), type="arrow")  # type: ignore[call-overload]


def _cluster(keys: Any, anchors: Any, marks: Any, edges: Any, decisions: Any, margin: Any) -> Any:
    keys, edges = _whole(keys), _whole(edges)
    columns = {"key": keys, "anchor": _whole(anchors), "mark": _whole(marks)}
    nodes = pa.table({name: column.flatten() for name, column in columns.items()})
    pairs, decided = (pa.Table.from_struct_array(_whole(part).flatten()) for part in (edges, decisions))
    labels, fates = cluster_keys(nodes, pairs, decided, margin[0].as_py() if len(margin) else 0.0)
    return pa.StructArray.from_arrays(
        [_rows(keys, labels), _rows(edges, fates.cast(pa.string()))], names=["labels", "fates"]
    )


def _average(keys: Any, edges: Any, decisions: Any, threshold: Any, missing: Any) -> Any:
    keys, edges = _whole(keys), _whole(edges)
    pairs, decided = (pa.Table.from_struct_array(_whole(part).flatten()) for part in (edges, decisions))
    least, absent = (column[0].as_py() if len(column) else 0.0 for column in (threshold, missing))
    return _rows(keys, average.cluster_keys(keys.flatten(), pairs, decided, least, absent))


def _inherit(keys: Any, clusters: Any, before: Any) -> Any:
    keys = _whole(keys)
    ids = inherited(keys.flatten(), _whole(clusters).flatten(), _whole(before).flatten())
    return _rows(keys, _whole(ids))


def _change(before: Any, after: Any) -> Any:
    before, after = _whole(before), _whole(after)
    rows = [changes(b.values, a.values).to_pylist() for b, a in zip(before, after, strict=True)]
    return pa.array(rows, pa.list_(pa.struct(list(CHANGES))))


def _rising(observed: Any, history: Any, rest_observed: Any, rest_history: Any) -> Any:
    counts = [_whole(part) for part in (observed, history, rest_observed, rest_history)]
    found = judge(*(part.flatten().to_numpy(zero_copy_only=False) for part in counts))
    numbers = (found.expected, found.low, found.high, found.p_value)
    columns = [*(pa.array(values, from_pandas=True) for values in numbers), pa.array(found.is_rising)]
    names = ["expected", "expected_low", "expected_high", "p_value", "is_rising"]
    return _rows(counts[0], pa.StructArray.from_arrays(columns, names=names))


def _rows(like: Any, values: Any) -> Any:
    """The values, one list a row as long as the row of `like`."""
    lengths = pc.fill_null(pc.list_value_length(like), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])
    return pa.ListArray.from_arrays(offsets, values)


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
