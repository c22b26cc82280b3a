"""`sanling docs`: pages for people on every feed and department."""

from pathlib import Path
from typing import Annotated

import typer

from infra.cli.output import console, errors


def docs(
    folder: Annotated[Path | None, typer.Option(help="where to write, .sanling/pages by default")] = None,
) -> None:
    """Write the pages from contracts and published marts; open the printed file in a browser.

    One file a page, in Chinese with a link to English, without anything from the net. A night does the same
    at its end.

    Examples:

      sanling docs

      sanling docs --folder /srv/www/sanling
    """
    from infra.pages import figures
    from infra.pages import write as pages

    try:
        written = pages.write(folder or pages.FOLDER)
    except figures.NothingPublished as error:
        errors.print(str(error))
        raise typer.Exit(1) from None
    console.print(f"{len(written)} pages: {(folder or pages.FOLDER) / 'index.html'}", highlight=False)
