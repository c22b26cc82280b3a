"""`lake.ops.return_decision`: return items that people closed, or opened again, with who, when and why.

Rows are only ever added, and no rerun touches them; the newest decision on an item holds. The next night's
`int_return__record` and `return_item` read them. The table stays in the lake: a mart says that an item was
closed by hand, and neither by whom nor in what words.
"""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from infra.lake import connect
from infra.nightly.locks import lake_writer
from infra.nightly.snapshots import sign
from ingest.interval import SHANGHAI

AUTHOR = "sanling.returns"
TABLE = """
CREATE TABLE lake.ops.return_decision (
    return_item_id VARCHAR NOT NULL, decision VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    unit VARCHAR NOT NULL, account VARCHAR NOT NULL, decided_at TIMESTAMPTZ NOT NULL,
    decided_on DATE NOT NULL, fault_key VARCHAR, last_batch_id VARCHAR
)"""
ITEM = """
SELECT item.status, item.closed_how, record._batch_id,
    md5(concat_ws('|', record._record_key, record.rule, record.source_field)),
    (
        SELECT count(*) FROM lake.intermediate.int_return__record AS other
        WHERE other._record_key = record._record_key AND other.rule = record.rule
            AND other.source_field = record.source_field AND other.first_seen_on > record.first_seen_on
    )
FROM lake.mart.return_item AS item
LEFT JOIN lake.intermediate.int_return__record AS record USING (return_item_id)
WHERE item.return_item_id = ?
"""
INSERT = "INSERT INTO lake.ops.return_decision VALUES (?, ?, _mask_within(_tidy(?)), ?, ?, ?, ?, ?, ?)"


class NotDecided(ValueError):
    """The item cannot be closed or opened; the message says why."""


@dataclass(frozen=True)
class By:
    """Who decides: a unit or role, and the account; never a person's name."""

    unit: str
    account: str


def ensure_table(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table where it is missing, and leave no snapshot where it is not."""
    if not _exists(con, "ops", "return_decision"):
        con.execute(TABLE)


def close(item: str, why: str, by: By, as_of: date) -> None:
    """Close an open item, as of the business date whose marts were looked at. Raises NotDecided, LakeBusy.

    Another broken version of its record, in a later batch, opens a new item.
    """
    _decide("close", item, why, by, as_of)


def reopen(item: str, why: str, by: By, as_of: date) -> None:
    """Open an item that was closed by hand again. Raises NotDecided, LakeBusy."""
    _decide("reopen", item, why, by, as_of)


def _decide(decision: str, item: str, why: str, by: By, as_of: date) -> None:
    if not why.strip() or not by.unit.strip():
        raise NotDecided("say why, and as which unit or role")
    with lake_writer():
        con = connect(lake=True)
        try:
            if not _exists(con, "mart", "return_item"):
                raise NotDecided("there are no return items yet: run a night first")
            ensure_table(con)
            last_batch, fault_key = _allowed(con, decision, item)
            con.execute("BEGIN")
            sign(con, AUTHOR, f"{decision} {item}", AUTHOR, as_of)
            con.execute(
                INSERT,
                [
                    item,
                    decision,
                    why,
                    by.unit,
                    by.account,
                    datetime.now(SHANGHAI),
                    as_of,
                    fault_key,
                    last_batch,
                ],
            )
            con.execute("COMMIT")
        finally:
            con.close()


def _allowed(con: duckdb.DuckDBPyConnection, decision: str, item: str) -> tuple[str | None, str | None]:
    """Last broken batch and fault of the item; NotDecided unless the decision can be taken on it."""
    found = con.execute(ITEM, [item]).fetchone()
    if found is None:
        raise NotDecided(f"{item} is no return item: `sanling returns --items` lists them")
    status, how, last_batch, fault_key, later = found
    newest = con.execute(
        "SELECT decision FROM lake.ops.return_decision WHERE return_item_id = ? "
        "ORDER BY decided_at DESC LIMIT 1",
        [item],
    ).fetchone()
    is_closed = newest == ("close",)
    if decision == "close" and (how == "mended" or is_closed):
        raise NotDecided(f"{item} is closed already")
    if decision == "reopen" and not is_closed:
        raise NotDecided(f"{item} was not closed by hand: its status is {status}")
    if decision == "reopen" and later:
        raise NotDecided(f"the record broke the rule again after {item} was closed: follow the newer item")
    return last_batch, fault_key if last_batch else None


def _exists(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = 'lake' AND schema_name = ? AND table_name = ?",
        [schema, table],
    ).fetchone()
    return found != (0,)
