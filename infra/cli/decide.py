"""`sanling close` and `sanling reopen`: what a person decides of a return item that no data can settle."""

from collections.abc import Callable
from datetime import date
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.output import console, errors

if TYPE_CHECKING:
    from infra.nightly.return_decisions import By

Item = Annotated[str, typer.Argument(help="the item's number, as `sanling returns --items` lists it")]
Why = Annotated[str, typer.Option("--why", help="the reason; ID and phone numbers in it are masked")]
Unit = Annotated[str, typer.Option("--as", help="unit or role that decides, no person's name")]


def close(item: Item, why: Why, unit: Unit) -> None:
    """Close a return item by hand, for instance one that its source cannot mend. The next night shows it.

    A later broken version of the same record opens a new item.

    Examples:

      sanling close 0c4f… --why "the source system was switched off" --as "市数据局 数据质量岗"
    """
    from infra.nightly import return_decisions as decisions

    _decide(decisions.close, item, why, unit)


def reopen(item: Item, why: Why, unit: Unit) -> None:
    """Open a return item again that was closed by hand. The next night shows it.

    Examples:

      sanling reopen 0c4f… --why "the source can mend it after all" --as "市数据局 数据质量岗"
    """
    from infra.nightly import return_decisions as decisions

    _decide(decisions.reopen, item, why, unit)


def _decide(verb: "Callable[[str, str, By, date], None]", item: str, why: str, unit: str) -> None:
    from infra.nightly import publication
    from infra.nightly.locks import LakeBusy
    from infra.nightly.return_decisions import By, NotDecided

    published = publication.last()
    if published is None:
        errors.print("nothing has been published yet: run `make run` first")
        raise typer.Exit(1)
    try:
        verb(item, why, By(unit, getuser()), published.as_of)
    except (NotDecided, LakeBusy) as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    console.print(f"noted for {item}; the next night's marts show it", highlight=False, markup=False)
