"""`sanling ledger`: what came in per feed and day, and whether every row is accounted for."""

from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, errors, show

LEDGER = """
select feed, business_date as day, received, accepted, refused, repeated, is_balanced as balanced
from mart.feed_ledger
where (%(feed)s::text is null or feed = %(feed)s) and (%(day)s::date is null or business_date = %(day)s)
order by day, feed
"""


def ledger(
    feed: Annotated[str | None, typer.Option(help="one feed only")] = None,
    day: Annotated[str | None, typer.Option(help="one business date only, e.g. 2026-10-30")] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Print received = accepted + refused + repeated per feed and day, as published.

    Exit code 1 if a row of it does not add up.

    Examples:

      sanling ledger

      sanling ledger --feed police.incident --format csv
    """
    import psycopg
    from psycopg.rows import dict_row

    from infra.serving import connect_serving

    try:
        with connect_serving(read_only=True) as con, con.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(LEDGER, {"feed": feed, "day": day}).fetchall()
    except psycopg.errors.UndefinedTable:
        errors.print("nothing has been published yet: run `make run` first")
        raise typer.Exit(1) from None
    show(rows, "ledger: received = accepted + refused + repeated", fmt)
    if not all(row["balanced"] for row in rows):
        errors.print("a batch does not add up: see the rows marked ✗", style="bold red")
        raise typer.Exit(1)
