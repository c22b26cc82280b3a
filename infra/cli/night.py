"""`sanling night` and its single steps: the whole run as `make run` does it, or one step to look into."""

from datetime import date, datetime
from enum import StrEnum
from subprocess import CalledProcessError
from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, errors, show

DateOption = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="business date; default: the sandbox's day"),
]
RunOption = Annotated[str, typer.Option("--run-id", help="name of the run in the marts and the journal")]
BY_HAND = "by-hand"


class Layer(StrEnum):
    """What `sanling build` builds."""

    all = "all"
    staging = "staging"
    intermediate = "intermediate"
    marts = "marts"


def night(
    day: DateOption = None,
    people: Annotated[int, typer.Option(min=50, help="inhabitants of a new sandbox city")] = 3_000,
    days: Annotated[int, typer.Option(min=1, help="days of history of a new sandbox city")] = 30,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes")] = 1,
    dirt: Annotated[float, typer.Option(min=0, max=1, help="share of rows that are spoiled")] = 0.03,
) -> None:
    """Start the stack, make the sandbox's next day, run all feeds and the night, say what came of it.

    The first run makes the city. Later ones go on by a day when the present day is published, and take the
    present day up again when it is not. Exit code 3: published, but a feed is missing. 1: not published.

    Examples:

      sanling night

      sanling night --people 500 --days 3 --seed 7

      sanling night --date 2026-10-05
    """
    from infra.cli import nightly_run
    from infra.sandbox import Params

    try:
        params = Params(seed, people, days, dirt)
        code = nightly_run.run(day.date() if day else None, params)
    except CalledProcessError as error:
        said = (error.stderr or error.output or b"").decode(errors="replace").strip()[-1000:]
        errors.print(f"{error.cmd[0]} failed: {said}", markup=False, style="red")
        raise typer.Exit(1) from None
    except nightly_run.EXPECTED as error:
        raise _failed(error) from None
    raise typer.Exit(code)


def build(
    layer: Annotated[Layer, typer.Option(help="only this layer")] = Layer.all,
    day: DateOption = None,
    run_id: RunOption = BY_HAND,
    fmt: FormatOption = Format.table,
) -> None:
    """Register the batches and build the lake's models, without publishing anything.

    Examples:

      sanling build --date 2026-10-05

      sanling build --layer marts --date 2026-10-05
    """
    from infra.nightly import build as step
    from infra.nightly.register import NothingToBuild, register

    wanted = list(step.LAYERS) if layer is Layer.all else [layer.value]
    try:
        register()
        said = [step.build(name, _day(day), run_id) for name in wanted]
    except (NothingToBuild, step.BuildFailed) as error:
        raise _failed(error) from None
    show(
        [{name: row[name] for name in ("layer", "models", "tests", "seconds")} for row in said], "built", fmt
    )


def audit(day: DateOption = None, run_id: RunOption = BY_HAND, fmt: FormatOption = Format.table) -> None:
    """Audit the lake's marts as built by a run; the result decides whether `publish` may follow.

    Example:

      sanling audit --date 2026-10-05
    """
    from infra.nightly import audit as step

    try:
        said = step.audit(_day(day), run_id)
    except (step.AuditFailed, step.AuditBroken) as error:
        raise _failed(error) from None
    show(said["checks"], "audit", fmt)


def publish(day: DateOption = None, run_id: RunOption = BY_HAND, fmt: FormatOption = Format.table) -> None:
    """Publish the marts that a run built and audited.

    Example:

      sanling publish --date 2026-10-05
    """
    from infra.nightly import publish as step
    from infra.nightly.audit import NotAudited
    from infra.nightly.swap import ReadersInTheWay

    try:
        said = step.publish(_day(day), run_id)
    except (NotAudited, ReadersInTheWay) as error:
        raise _failed(error) from None
    show([{"mart": name, "rows": rows} for name, rows in said["marts"].items()], "published", fmt)


def _day(given: datetime | None) -> date:
    if given is not None:
        return given.date()
    from infra.sandbox.parameters import load

    return load()[1]


def _failed(error: Exception) -> typer.Exit:
    errors.print(str(error), style="red", markup=False)
    return typer.Exit(1)
