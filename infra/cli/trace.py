"""`sanling trace`: from a mart's row, or a number in it, to the original object and row of each record."""

from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, errors, show


def trace(
    mart: Annotated[str, typer.Argument(help="event, three_zero_status, dispute_resolution …; or an ID")],
    key: Annotated[
        str | None, typer.Argument(help="the row's key, parts joined by /; an ID alone names its mart")
    ] = None,
    column: Annotated[str | None, typer.Argument(help="one number of the row: what is behind it")] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Say which records a mart's row was made of: original object and row number, and what was said of them.

    With a column, the records behind that number: as many records or events as it says, where it is a count.

    Examples:

      sanling trace E-0123456789abcdef

      sanling trace event E-0123456789abcdef deaths --format json

      sanling trace three_zero_status village/410102001001/2026-10 petition_count

      sanling trace dispute_resolution 410102000000/2026-10/all resolved_count

      sanling trace event_report police.incident:41010220261001000001
    """
    import duckdb

    from infra.lake import attach_lake, connect
    from infra.nightly.redact import redact
    from infra.trace.origins import PREFIXES, NotTraceable
    from infra.trace.records import trace as traced

    if key is None:
        mart, key = PREFIXES.get(mart[:2], "event_report"), mart
    con = connect()
    try:
        attach_lake(con, read_only=True)
        con.execute("USE lake")
        found = traced(con, mart, key, column)
    except NotTraceable as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    except duckdb.ConversionException as error:
        errors.print(f"the key is not one of {mart}: {redact(str(error))}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    finally:
        con.close()
    if not found.versions:
        errors.print(
            f"nothing stands behind {mart} {key} {column or ''}: the row is not in the lake, or counts "
            "nothing. Keys are in the mart's first columns: sanling query …"
        )
        raise typer.Exit(1)
    show(
        found.versions, f"{mart} {key} {column or ''}: versions of its records and where each came from", fmt
    )
    if found.verdicts and fmt is Format.table:
        show(found.verdicts, "what the standards said of them", fmt)
