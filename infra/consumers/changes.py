"""What changed in a mart since a consumer last asked: the lake's change feed, cut to the consumer's scope."""

from dataclasses import dataclass

import pyarrow as pa

from infra.consumers.roles import Role, roles
from infra.lake import attach_lake, connect
from infra.nightly import access, positions, publication
from infra.nightly.marts import INTERNAL, Mart, marts
from infra.serving import connect_serving


class NothingForYou(LookupError):
    """There is no such consumer or mart, or the one may not read the other."""


@dataclass(frozen=True)
class Changes:
    """Rows with `change_type` (insert, delete, update_preimage, update_postimage), and where they lead to."""

    rows: pa.Table
    since: int | None  # snapshot that the consumer had; None: the rows are the whole mart
    until: int  # published snapshot, to be acknowledged once the rows are safe


def read(mart_name: str, consumer: str) -> Changes:
    """Changes between the consumer's position and the published snapshot; nothing moves by reading.

    A row that leaves the consumer's division shows as its last state there alone, `update_preimage`.
    Raises NothingForYou.
    """
    role, mart, published = _asked(mart_name, consumer)
    with connect_serving() as con:
        positions.ensure(con)
        since = positions.of(con, consumer, mart.name)
    lake = connect()
    try:
        attach_lake(lake, read_only=True)
        rows = lake.execute(*_query(mart, role, since, published)).to_arrow_table()
    finally:
        lake.close()
    return Changes(rows, since, published)


def acknowledge(mart_name: str, consumer: str, snapshot: int) -> None:
    """Move the consumer's position. Raises NothingForYou, and NotAPosition for a snapshot that cannot be."""
    _, mart, _ = _asked(mart_name, consumer)
    with connect_serving() as con:
        positions.ensure(con)
        positions.move(con, consumer, mart.name, snapshot)


def _asked(mart_name: str, consumer: str) -> tuple[Role, Mart, int]:
    role = next((role for role in roles() if role.role == consumer), None)
    mart = next((mart for mart in marts() if mart.name == mart_name), None)
    published = publication.last()
    if role is None or mart is None or published is None:
        raise NothingForYou(f"there is no role {consumer}, no mart {mart_name}, or nothing published yet")
    if role.purpose not in access.readers(mart, "mart"):
        raise NothingForYou(f"{mart_name} is not for {role.purpose}")
    return role, mart, published.snapshot


def _query(mart: Mart, role: Role, since: int | None, until: int) -> tuple[str, list[str]]:
    hidden = [
        *INTERNAL,
        *(n for n, who in mart.column_read_by.items() if role.purpose not in (*who, "audit")),
    ]
    key = ", ".join(mart.key)
    if since is None:
        whole = f"SELECT {until} AS snapshot_id, rowid, 'insert' AS change_type, * FROM lake.mart.{mart.name}"
        source = f"({whole} AT (VERSION => {until}))"
    else:
        source = f"({_told(mart.name, key, min(since + 1, until), until)})"
    wheres, values = [f"snapshot_id > {since or 0}"], []
    if not mart.is_reference and not role.is_whole_city:
        wheres.append(f"starts_with({mart.division_column}, ?)" if mart.division_column else "false")
        values += [role.division] if mart.division_column else []
    if mart.department_column and role.department:
        wheres.append(f"{mart.department_column} = ?")
        values.append(role.department)
    kept = f"COLUMNS(c -> c NOT IN ({', '.join(repr(name) for name in hidden)}))"
    # what a row was comes before what it became
    order = f"snapshot_id, {key}, change_type DESC"
    return f"SELECT {kept} FROM {source} WHERE {' AND '.join(wheres)} ORDER BY {order}", values


def _told(mart: str, key: str, first: int, last: int) -> str:
    """SQL: the lake's change feed of a mart, whatever became of its files since.

    Once files are merged, DuckLake tells of an update as of a row that went and one that came, and of a file
    that was written anew as of updates that changed nothing.
    """
    pair = f"OVER (PARTITION BY snapshot_id, {key})"
    kind = (
        f"CASE WHEN count(*) {pair} < 2 THEN change_type "
        "WHEN change_type IN ('delete', 'update_preimage') THEN 'update_preimage' ELSE 'update_postimage' END"
    )
    return (
        f"SELECT * REPLACE ({kind} AS change_type) "
        f"FROM ducklake_table_changes('lake', 'mart', '{mart}', {first}, {last}) "
        f"QUALIFY count(*) {pair} < 2 OR min(_row_hash) {pair} <> max(_row_hash) {pair}"
    )
