"""`sanling diff`: what two nights say differently, and which events made the difference."""

from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, errors, show


def diff(
    before: Annotated[str, typer.Argument(help="business date of one publication, YYYY-MM-DD")],
    after: Annotated[str, typer.Argument(help="business date of a later one")],
    mart: Annotated[str, typer.Option(help="the indicator to compare")] = "three_zero_status",
    where: Annotated[str | None, typer.Option(help="a condition on its columns, in SQL")] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Say which numbers of a mart changed from one publication to another, and because of which events.

    `was` and `is_now` are what consumers read for the two dates; empty where the row was not there.
    `events_come` and `events_gone` are the events that the row counts now and did not, or did and does not
    any more. Why past months changed is in mart.three_zero_revision.

    Examples:

      sanling diff 2026-10-30 2026-10-31

      sanling diff 2026-10-30 2026-10-31 --where "unit_id = '410102001001'" --format json

      sanling diff 2026-10-30 2026-10-31 --mart dispute_resolution --where "division_level = 'county'"
    """
    import duckdb

    from infra.lake import attach_lake, connect
    from infra.nightly.marts import marts
    from infra.nightly.publication import snapshot_of
    from infra.trace.difference import difference

    described = {each.name: each for each in marts()}
    if mart not in described:
        errors.print(f"no mart {mart!r}; there are {', '.join(described)}", markup=False, soft_wrap=True)
        raise typer.Exit(2)
    con = connect()
    try:
        versions = snapshot_of(before), snapshot_of(after)
        attach_lake(con, read_only=True)
        found = difference(con, described[mart], *versions, where)
    except (LookupError, ValueError) as error:
        errors.print(str(error.args[0]), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except duckdb.CatalogException:
        errors.print(f"{mart} was not published for both dates", markup=False)
        raise typer.Exit(1) from None
    except (duckdb.BinderException, duckdb.ParserException) as error:
        errors.print(f"the condition is not one of {mart}: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    finally:
        con.close()
    if not found:
        errors.print(f"{mart} says the same for {before} and {after}", markup=False)
    show(found, f"{mart}: {before} → {after}", fmt)
