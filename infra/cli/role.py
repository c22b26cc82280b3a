"""`sanling role add|list|remove|password`: who may read the marts, for what, and of which division."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, console, errors, show

app = typer.Typer(no_args_is_help=True, help="Login roles of those who read the marts.")
NameArgument = Annotated[str, typer.Argument(help="name of the role, e.g. zhongyuan_office")]


class Purpose(StrEnum):
    """What a role reads the marts for."""

    governance = "governance"
    statistics = "statistics"
    quality = "quality"
    audit = "audit"


@app.command()
def add(
    name: NameArgument,
    purpose: Annotated[Purpose, typer.Option(help="what it reads the marts for")],
    division: Annotated[str, typer.Option(help="code of the division whose rows it sees, or all")],
    department: Annotated[
        str | None, typer.Option(help="department, as contracts name it: only its own return items")
    ] = None,
) -> None:
    """Make a login role that reads the published marts of its purpose, in its own division.

    Its password is made here and kept in roles.env of the state folder, mode 600; it is printed nowhere.

    Examples:

      sanling role add zhongyuan_office --purpose governance --division 410102

      sanling role add city_statistics --purpose statistics --division all

      sanling role add police_quality --purpose quality --division all --department 市公安局
    """
    from infra.consumers import roles

    with _said():
        roles.add(name, purpose.value, division, department)
    console.print(
        f"{name} may log in; its address stands in {roles.CREDENTIALS}", highlight=False, markup=False
    )


@app.command("list")
def list_(fmt: FormatOption = Format.table) -> None:
    """List the roles with purpose, division, department, and who granted them when.

    Example:

      sanling role list --format json
    """
    from infra.consumers import roles

    show([vars(role) for role in roles.roles()], "roles", fmt)


@app.command()
def remove(name: NameArgument) -> None:
    """End a role's sessions and drop it.

    Example:

      sanling role remove zhongyuan_office
    """
    from infra.consumers import roles

    with _said():
        roles.remove(name)
    console.print(f"{name} is gone", highlight=False, markup=False)


@app.command()
def password(name: NameArgument) -> None:
    """Give a role a new password; the old one is refused from now on.

    Example:

      sanling role password zhongyuan_office
    """
    from infra.consumers import roles

    with _said():
        roles.rotate(name)
    console.print(f"the new address stands in {roles.CREDENTIALS}", highlight=False, markup=False)


@contextmanager
def _said() -> Iterator[None]:
    """What the caller can mend is said in a sentence."""
    import psycopg

    from infra.consumers.roles import NotARole
    from infra.settings import SettingsMissing

    try:
        yield
    except (NotARole, SettingsMissing) as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except psycopg.OperationalError as error:
        errors.print(f"the database refused: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
