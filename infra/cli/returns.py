"""`sanling returns`: what went back to each department, and what has become of it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from infra.cli.output import Format, FormatOption, errors, show

COUNTS = """
select opening_batch_id, count(*) filter (where status = 'open') as open,
    count(*) filter (where status = 'overdue') as overdue, count(*) filter (where status = 'closed') as closed
from mart.return_item where opening_batch_id = any(%(batches)s) group by 1
"""
ITEMS = """
select return_item_id as item, owner_zh as department, feed, record_key, rule, source_field, severity, status,
    first_seen_on, due_on, closed_on, closed_how, times_returned, opening_batch_id as batch
from mart.return_item
where (%(feed)s::text is null or feed = %(feed)s) and (%(day)s::date is null or first_seen_on = %(day)s)
    and (%(status)s::text is null or status = %(status)s)
order by status = 'closed', due_on, feed, record_key, rule, source_field limit %(limit)s
"""


WIDE = ("batch", "batch_files", "outcome", "source_field", "first_seen_on", "times_returned", "closed_how")


class Status(StrEnum):
    """What an item may be."""

    open = "open"
    overdue = "overdue"
    closed = "closed"


def returns(
    feed: Annotated[str | None, typer.Argument(help="one feed only, e.g. police.incident")] = None,
    day: Annotated[str | None, typer.Option(help="one business date only, e.g. 2026-10-30")] = None,
    items: Annotated[bool, typer.Option("--items", help="one row an item instead of one a batch")] = False,
    status: Annotated[Status | None, typer.Option(help="items of this status only; implies --items")] = None,
    limit: Annotated[int, typer.Option(min=1, help="show no more rows than this")] = 50,
    fmt: FormatOption = Format.table,
) -> None:
    """List the return files by department, newest batch first: rows refused and warned of, due date, status.

    A batch's counts are of the items that it opened; JSON and CSV also name the files.

    Examples:

      sanling returns

      sanling returns police.incident --day 2026-10-30 --format json

      sanling returns --status overdue --format csv

    `sanling close` closes an item that its source cannot mend, `sanling reopen` opens it again.
    """
    import psycopg

    try:
        if items or status:
            values = {"feed": feed, "day": day, "status": status and status.value, "limit": limit}
            show(_narrow(_published(ITEMS, values), fmt), "return items", fmt)
        else:
            show(_narrow(_batches(feed, day, limit), fmt), "returns", fmt)
    except psycopg.errors.UndefinedTable:
        errors.print("nothing has been published yet: run `make run` first")
        raise typer.Exit(1) from None


def _narrow(rows: list[dict[str, Any]], fmt: Format) -> list[dict[str, Any]]:
    """The rows without what is too wide for a table."""
    if fmt is not Format.table:
        return rows
    return [{name: value for name, value in row.items() if name not in WIDE} for row in rows]


def _batches(feed: str | None, day: str | None, limit: int) -> list[dict[str, Any]]:
    """One row a batch that has return files; the outcomes of no other batch are read."""
    rows = [_batch(name, stem, files) for name, stem, files in _files(feed, day, limit)]
    counts = _counts([row["batch"] for row in rows])
    nothing = dict.fromkeys((status.value for status in Status), None if counts is None else 0)
    return sorted(
        (row | (counts or {}).get(row["batch"], nothing) for row in rows),
        key=lambda row: (row["department"], row["feed"]),  # stable: within a feed the newest stays first
    )


def _files(feed: str | None, day: str | None, limit: int) -> Iterator[tuple[str, str, list[str]]]:
    """(feed, stem of the keys, endings) of the newest batches, by one listing."""
    from infra.store import list_keys

    found: dict[str, list[str]] = {}
    for key in list_keys("returns", f"{feed.replace('.', '/')}/" if feed else ""):
        stem, _, ending = key.rpartition(".")
        if key.count("/") == 3 and (day is None or f"/date={day}/" in key):
            found.setdefault(stem, []).append(ending)
    for stem in sorted(found, key=lambda stem: stem.split("/")[2:], reverse=True)[:limit]:
        platform, name, *_ = stem.split("/")
        yield f"{platform}.{name}", stem, found[stem]


def _batch(feed: str, stem: str, files: list[str]) -> dict[str, Any]:
    from expectations import outcome
    from expectations.returns import due_on
    from ingest.contract import load
    from ingest.interval import Interval

    contract, interval = load(feed), Interval.parse(stem.rpartition("/")[2])
    said = outcome.read(feed, interval) or {}
    return {
        "department": contract.owner_zh,
        "feed": feed,
        "day": interval.business_date.isoformat(),
        "batch": f"{feed}/{interval.text}",
        "outcome": said.get("outcome"),
        "refused": said.get("refused_rows"),
        "warned": said.get("warned_rows"),
        "due": due_on(contract, interval).isoformat(),
        "batch_files": f"s3://returns/{stem}.{{{','.join(sorted(files))}}}",
    }


def _counts(batches: list[str]) -> dict[str, dict[str, Any]] | None:
    """Batch -> items by status; None before the first publication, when nobody follows the files yet."""
    import psycopg

    try:
        return {row.pop("opening_batch_id"): row for row in _published(COUNTS, {"batches": batches})}
    except psycopg.errors.UndefinedTable:
        return None


def _published(statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    from psycopg.rows import dict_row

    from infra.serving import connect_serving

    with connect_serving(read_only=True) as con, con.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement.encode(), values).fetchall()
