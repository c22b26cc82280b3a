"""`sanling query`: SQL on the lake (now or as of a published day) or on the marts that consumers read."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from infra.cli.output import Format, FormatOption, errors, show


class Target(StrEnum):
    """Where a query runs."""

    lake = "lake"
    mart = "mart"


def query(
    sql: Annotated[str, typer.Argument(help="one SQL statement")],
    as_of: Annotated[
        str | None, typer.Option(help="business date: the lake as it was published for that day")
    ] = None,
    on: Annotated[Target, typer.Option(help="the lake (DuckDB) or the published marts (PostgreSQL)")] = (
        Target.lake
    ),
    fmt: FormatOption = Format.table,
) -> None:
    """Run read-only SQL on the lake or on the published marts.

    Examples:

      sanling query "select event_kind, count(*) from mart.event group by 1 order by 2 desc"

      sanling query --as-of 2026-10-30 "select count(*) as events from mart.event"

      sanling query --on mart --format json "select * from mart.feed_ledger"
    """
    if as_of and on is Target.mart:
        errors.print("--as-of reads the lake's snapshots; the marts in PostgreSQL hold the latest night only")
        raise typer.Exit(2)
    show(_on_marts(sql) if on is Target.mart else _on_lake(sql, as_of), "result", fmt)


def _on_lake(sql: str, as_of: str | None) -> list[dict[str, Any]]:
    import duckdb

    from infra.lake import attach_lake, connect, rows
    from infra.nightly.publication import snapshot_of

    con = connect()
    try:
        attach_lake(con, read_only=True, snapshot=snapshot_of(as_of) if as_of else None)
        con.execute("USE lake")
        return rows(con.execute(sql))
    except (LookupError, duckdb.Error) as error:
        errors.print(f"query failed: {error}", markup=False)
        raise typer.Exit(1) from None
    finally:
        con.close()


def _on_marts(sql: str) -> list[dict[str, Any]]:
    import psycopg
    from psycopg.rows import dict_row

    from infra.serving import connect_serving

    try:
        with connect_serving(read_only=True) as con, con.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql).fetchall()
    except psycopg.Error as error:
        errors.print(f"query failed: {error}", markup=False)
        raise typer.Exit(1) from None
