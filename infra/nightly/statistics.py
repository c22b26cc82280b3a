"""Schema `statistics`: indicators as statistics may see them, small cells withheld (suppression.py).

Each mart that names the purpose `statistics` is copied with a column `is_suppressed`. Where a
row has a withheld count, whatever derives from counts (rates, medians, flags) is NULL too. Lists of events
are left out altogether: those of neighbours and of the division above would count what is withheld.
"""

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.lake import attach_serving
from infra.nightly.marts import OF_RUN, PUBLISHED, Mart
from infra.nightly.suppression import Shape, withheld
from infra.settings import settings

NEXT = "statistics_next"
FLAG = "is_suppressed"


def copy(
    con: duckdb.DuckDBPyConnection, described: list[Mart], day: date, run_id: str, snapshot: int
) -> list[Mart]:
    """Fill `statistics_next` from the lake's snapshot; returns its tables as they are to be described."""
    wanted = [mart for mart in described if is_indicator(mart)]
    attach_serving(con)
    for mart in wanted:
        order = ", ".join(mart.key)  # the same rows in the same order are hidden alike
        rows = con.execute(
            f"SELECT {PUBLISHED} FROM lake.mart.{mart.name} AT (VERSION => {snapshot}) ORDER BY {order}"
        ).to_arrow_table()
        con.register("published", suppress(rows, mart, settings().min_cell))
        con.execute(
            f"CREATE TABLE serving.{NEXT}.{mart.name} AS SELECT *, {OF_RUN} FROM published",
            {"day": day, "run": run_id, "snapshot": snapshot},
        )
        con.unregister("published")
    con.execute("DETACH serving")
    # a withheld count is NULL, whatever the mart promises of it
    return [replace(mart, not_null=tuple(n for n in mart.not_null if n in mart.key)) for mart in wanted]


def is_indicator(mart: Mart) -> bool:
    """Whether a mart goes to statistics with its small cells withheld; public reference is read as it is."""
    return "statistics" in mart.read_by and not mart.is_reference


def suppress(rows: pa.Table, mart: Mart, min_cell: int) -> pa.Table:
    """The table with its small cells, and what tells of them, NULL; `is_suppressed` says in which rows."""
    lists = [field.name for field in rows.schema if pa.types.is_list(field.type)]
    rows = rows.drop_columns(lists)
    shape = Shape(mart.key, mart.count_columns, mart.kind_column, mart.adds_up)
    divided = [name for name in ("division_code", "division_level") if name in rows.schema.names]
    used = rows.select(list(dict.fromkeys([*mart.key, *divided, *mart.count_columns]))).to_pandas()
    hidden = withheld(used, shape, min_cell)
    flag = pa.array(np.asarray(hidden.any(axis=1)))
    for place, field in enumerate(rows.schema):
        if field.name in mart.count_columns:
            mask = pa.array(np.ascontiguousarray(hidden[:, mart.count_columns.index(field.name)]))
        elif _derives(field, mart):
            mask = flag
        else:
            continue
        column = pc.if_else(mask, pa.scalar(None, field.type), rows.column(place))
        rows = rows.set_column(place, field, column)
    return rows.append_column(FLAG, flag)


def _derives(field: "pa.Field[pa.DataType]", mart: Mart) -> bool:
    """Whether a column is worked out from counts: a number or a flag that is no part of the key."""
    kind = field.type
    is_number = pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind)
    return field.name not in mart.key and (is_number or pa.types.is_boolean(kind))
