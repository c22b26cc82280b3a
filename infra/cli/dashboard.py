"""`sanling dashboard`: where the page of results is."""

import typer

from infra.cli.output import console, errors


def dashboard() -> None:
    """Say the address of the page of results, which `sanling stack up` starts.

    Sign in there with a role of `sanling role add`: PostgreSQL decides what the role sees.

    Example:

      sanling dashboard
    """
    from infra.stack import dashboard as page

    if not page.is_up():
        errors.print("the page is not up: start it with `sanling stack up`")
        raise typer.Exit(1)
    console.print(page.url(), highlight=False)
