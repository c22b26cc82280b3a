"""`sanling access`: who read which mart when."""

from datetime import datetime
from typing import Annotated

import typer

from infra.cli.output import Format, FormatOption, show


def access(
    role: Annotated[str | None, typer.Option(help="one role only")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day, e.g. 2026-10-30")
    ] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Print logins of consumers and the marts they read, by time; no statement and no value is kept.

    Not shown: which rows were asked for, and what our own role or a superuser reads.

    Examples:

      sanling access

      sanling access --role zhongyuan_office --since 2026-10-30 --format csv
    """
    from infra.consumers import access_log

    access_log.collect()
    show(access_log.accesses(role, since.date() if since else None), "access", fmt)
