"""`sanling sandbox`: a generated city whose four platforms speak their real protocols."""

from datetime import datetime
from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, console, errors, show

app = typer.Typer(no_args_is_help=True, help="A generated city and its source platforms, to try things on.")

DayOption = Annotated[
    datetime | None,
    typer.Option("--day", formats=["%Y-%m-%d"], help="up to this day; default: all that was generated"),
]


@app.command()
def generate(
    people: Annotated[int, typer.Option(min=50, help="inhabitants")] = 3_000,
    days: Annotated[int, typer.Option(min=1, help="days of history")] = 30,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes")] = 1,
    dirt: Annotated[float, typer.Option(min=0, max=1, help="share of rows that are spoiled")] = 0.03,
    region: Annotated[str, typer.Option(help="first four digits of the city's division code")] = "4101",
    first_day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="default: 2026-10-01")
    ] = None,
    push: Annotated[bool, typer.Option(help="also load the platforms, which must be running")] = True,
) -> None:
    """Make a city anew and let its platforms take in its days. Replaces the city that was there.

    Examples:

      sanling sandbox generate

      sanling sandbox generate --people 500 --days 3 --seed 7 --dirt 0.1 --region 4213

      sanling sandbox generate --days 90 --no-push
    """
    from infra import sandbox

    start = first_day.date() if first_day else sandbox.Params.first_day
    params = sandbox.Params(seed, people, days, dirt, region, start)
    with console.status("generating"):
        sandbox.generate(params)
    if push:
        _load(None)
    status()


@app.command()
def advance(
    push: Annotated[bool, typer.Option(help="also load the platforms, which must be running")] = True,
) -> None:
    """Let one more day pass in the city.

    Examples:

      sanling sandbox advance

      sanling sandbox advance --no-push
    """
    from infra import sandbox

    try:
        day = sandbox.advance()
    except FileNotFoundError as error:
        raise _failed(str(error)) from None
    console.print(f"the city is at the end of {day}")
    if push:
        _load(None)


@app.command()
def push(
    day: DayOption = None,
    again: Annotated[bool, typer.Option("--again", help="load this day again, and those after it")] = False,
    fmt: FormatOption = Format.table,
) -> None:
    """Let the platforms take in the generated days that they do not have yet.

    Examples:

      sanling sandbox push

      sanling sandbox push --day 2026-10-05

      sanling sandbox push --day 2026-10-05 --again
    """
    if again and day is None:
        raise _failed("--again needs the --day that is to be loaded again")
    _load(day, again=again, fmt=fmt)


@app.command()
def status(fmt: FormatOption = Format.table) -> None:
    """Show per feed what was generated and up to which day its platform has it.

    Examples:

      sanling sandbox status

      sanling sandbox status --format json
    """
    from infra import sandbox
    from infra.sandbox import platforms

    try:
        rows = list(sandbox.describe())
    except FileNotFoundError as error:
        raise _failed(str(error)) from None
    there = {each["feed"]: each for each in platforms.describe()}
    show(
        [
            {
                "feed": row["feed"],
                "generated_to": row["current_day"],
                "platform_to": there[row["feed"]]["platform_day"],
                **{name: row[name] for name in ("rows", "records", "spoiled", "refusable")},
            }
            for row in rows
        ],
        "sandbox",
        fmt,
    )


def _load(day: datetime | None, *, again: bool = False, fmt: Format = Format.table) -> None:
    from psycopg import OperationalError

    from infra.sandbox import parameters, platforms
    from infra.sandbox.platforms.intake import OutboxUnfit

    last = day.date() if day else None
    try:
        parameters.load()  # says how to make a city where there is none
        with console.status("loading the platforms"):
            loaded = platforms.load_again(last) if again and last else platforms.load_all(last)
    except OperationalError:
        raise _failed("the police database does not answer: start it with `sanling stack up`") from None
    except (OutboxUnfit, FileNotFoundError) as error:
        raise _failed(str(error)) from None
    days: dict[str, list[platforms.Loaded]] = {}
    for each in loaded:
        days.setdefault(each.feed, []).append(each)
    rows = [
        {
            "feed": feed,
            "channel": platforms.PLATFORMS[feed].channel,
            "from": some[0].day.isoformat(),
            "to": some[-1].day.isoformat(),
            "rows": sum(each.rows for each in some),
        }
        for feed, some in days.items()
    ]
    if rows or fmt is not Format.table:
        show(rows, "taken in by the platforms", fmt)
    else:
        console.print("the platforms have all of it already")


def _failed(message: str) -> typer.Exit:
    errors.print(message, markup=False, style="red")
    return typer.Exit(1)
