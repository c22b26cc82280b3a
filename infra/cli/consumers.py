"""`sanling export` and `sanling changes`: the published marts as files, whole or what changed."""

from pathlib import Path
from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, console, errors, show

RoleOption = Annotated[str, typer.Option(help="role whose scope it is, by `sanling role`")]


def export(
    to: Annotated[str, typer.Argument(help="folder, or s3://bucket/prefix in the store of the settings")],
    role: RoleOption,
    fmt: FormatOption = Format.table,
) -> None:
    """Write what a role reads of the published marts as Parquet, one file a mart.

    Examples:

      sanling export out --role zhongyuan_office

      sanling export s3://exchange/zhongyuan --role zhongyuan_office --format json
    """
    from infra.consumers.export import export as write
    from infra.consumers.roles import NotARole

    if not to.startswith("s3://"):
        Path(to).mkdir(parents=True, exist_ok=True)
    try:
        written = write(role, to)
    except NotARole as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    show([{"mart": name, "rows": rows} for name, rows in written.items()], f"written to {to}", fmt)


def changes(
    mart: Annotated[str, typer.Argument(help="mart, e.g. event")],
    consumer: Annotated[str, typer.Option(help="the consumer's role; its position is kept by mart")],
    to: Annotated[Path | None, typer.Option(help="write the rows to this Parquet file")] = None,
    acknowledge: Annotated[
        int | None, typer.Option(help="the rows up to this snapshot are safe: begin after it next time")
    ] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Print or write what changed in a mart since the consumer's acknowledged position.

    The first time these are all rows. Reading moves nothing: acknowledge the snapshot that is named at the
    end, and until then the same changes come again, however long that takes.

    Examples:

      sanling changes event --consumer zhongyuan_office --to changes.parquet

      sanling changes event --consumer zhongyuan_office --acknowledge 812
    """
    import pyarrow.parquet as pq

    from infra.consumers import changes as feed
    from infra.nightly.positions import NotAPosition

    try:
        if acknowledge is not None:
            feed.acknowledge(mart, consumer, acknowledge)
            console.print(f"{consumer} has {mart} up to snapshot {acknowledge}", highlight=False)
            return
        found = feed.read(mart, consumer)
    except (feed.NothingForYou, NotAPosition) as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if to is None:
        show(found.rows.to_pylist(), f"changes of {mart}", fmt)
    else:
        pq.write_table(found.rows, to, compression="zstd")
    begun = "the beginning" if found.since is None else f"snapshot {found.since}"
    errors.print(
        f"{found.rows.num_rows} rows since {begun}; when they are safe: --acknowledge {found.until}",
        highlight=False,
    )
