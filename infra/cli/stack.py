"""`sanling stack`: start, stop and look at the local servers."""

from datetime import timedelta
from subprocess import CalledProcessError
from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, console, errors, show

app = typer.Typer(
    no_args_is_help=True, help="The local servers: object store, PostgreSQL, sandbox, Airflow, page."
)


@app.command()
def up(
    airflow: Annotated[bool, typer.Option("--airflow", help="also Airflow's servers")] = False,
    sandbox: Annotated[bool, typer.Option(help="also the sandbox's platforms")] = True,
    dashboard: Annotated[bool, typer.Option(help="also the page of results")] = True,
) -> None:
    """Start what does not run yet, and wait until it answers.

    Examples:

      sanling stack up

      sanling stack up --airflow

      SANLING_PG_PORT=5433 SANLING_S3_PORT=8333 sanling stack up --no-sandbox --no-dashboard
    """
    from infra.stack import configuration, credentials, lifecycle, owner, supervision
    from infra.stack.program import Group

    asked: dict[Group, bool] = {
        "core": True,
        "sandbox": sandbox,
        "airflow": airflow,
        "dashboard": dashboard,
    }
    groups = [group for group, is_asked in asked.items() if is_asked]
    try:
        with console.status("starting") as spinner:
            lifecycle.up(groups, spinner.update)
    except (
        lifecycle.StackFailed,
        credentials.PortTaken,
        owner.StateUnreachable,
        supervision.SupervisorSilent,
        configuration.SocketUnsafe,
    ) as error:
        errors.print(str(error), markup=False, style="red")
        raise typer.Exit(1) from None
    except CalledProcessError as error:
        output = error.output or error.stderr or ""
        said = (output if isinstance(output, str) else output.decode(errors="replace")).strip()[-1000:]
        errors.print(f"{error.cmd[0]} failed: {said}", markup=False, style="red")
        raise typer.Exit(1) from None
    status()
    if airflow:
        from infra.stack import airflow as servers

        console.print(f"Airflow: {servers.url()}  user {servers.USER}  password {servers.password()}")
    if dashboard:
        from infra.stack import dashboard as page

        console.print(f"Results: {page.url()}  sign in with a role of `sanling role add`", highlight=False)


@app.command()
def down() -> None:
    """Stop every server of this state folder, also after a crash of the supervisor.

    Example:

      sanling stack down
    """
    from infra.stack import lifecycle

    with console.status("stopping") as spinner:
        count = lifecycle.down(spinner.update)
    console.print(f"stopped {count} processes" if count else "nothing was running")


@app.command()
def status(fmt: FormatOption = Format.table) -> None:
    """Show each server: its state, pid, port and uptime.

    Examples:

      sanling stack status

      sanling stack status --format json
    """
    from infra.stack import lifecycle

    rows = lifecycle.status()
    if fmt is Format.table:
        rows = [{name: _for_people(name, value) for name, value in row.items()} for row in rows]
    show(rows, "stack", fmt)


def _for_people(name: str, value: object) -> str:
    """A cell as text: pids and ports are names, not quantities."""
    if name != "uptime_seconds" or not isinstance(value, int):
        return "" if value is None else str(value)
    return str(timedelta(seconds=value))
