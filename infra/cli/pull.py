"""`sanling pull` and `sanling validate`: one feed, one interval, by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.output import Format, FormatOption, errors, show

if TYPE_CHECKING:
    from ingest.interval import Interval

FeedArgument = Annotated[str, typer.Argument(help="e.g. police.incident; `sanling feeds` lists them")]
DateOption = Annotated[
    str | None, typer.Option("--date", help="business date: the night that follows this day")
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="start, inclusive: a date or YYYY-MM-DDTHH:MM")
]
ToOption = Annotated[str | None, typer.Option("--to", help="end, exclusive: a date or YYYY-MM-DDTHH:MM")]


def pull(
    feed: FeedArgument,
    day: DateOption = None,
    start: FromOption = None,
    end: ToOption = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Bring one interval of a feed into the raw zone; pulling it again replaces it.

    With --date the interval starts where the last pull ended. Times are Shanghai's.

    Examples:

      sanling pull police.incident --date 2026-10-30

      sanling pull petition.petition --from 2026-10-01 --to 2026-10-31 --format json
    """
    from ingest.pull import pull as run

    with _plain_errors():
        interval = _interval(feed, day, start, end)
        with errors.status(f"{feed} {interval.text}") as status:
            receipt = run(feed, interval, lambda step: status.update(f"{feed} {interval.text}: {step}"))
    rate = round(receipt.rows / receipt.seconds) if receipt.seconds else None
    row: dict[str, Any] = {
        "batch_id": receipt.batch_id,
        "outcome": receipt.outcome,
        "rows": receipt.rows,
        "bytes": receipt.bytes,
        "originals": len(receipt.originals),
        "watermark": receipt.watermark,
        "new_columns": ", ".join(receipt.unknown_columns) or None,
        "lost_columns": ", ".join(receipt.missing_columns) or None,
        "notes": "; ".join(receipt.notes) or None,
        "seconds": receipt.seconds,
        "rows_per_second": rate,
    }
    _show(row, "pulled", fmt)


def validate(
    feed: FeedArgument,
    day: DateOption = None,
    start: FromOption = None,
    end: ToOption = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Judge a pulled batch by the rules of its contract; writes verdicts and the outcome.

    Examples:

      sanling validate police.incident --date 2026-10-30
    """
    from expectations.validate import BatchMissing
    from expectations.validate import validate as run

    with _plain_errors(BatchMissing):
        outcome = run(feed, _interval(feed, day, start, end))
    names = ("batch_id", "outcome", "received", "refused_rows", "warned_rows", "reasons")
    _show({name: _plain(outcome[name]) for name in names}, "judged", fmt)


def _show(row: dict[str, Any], title: str, fmt: Format) -> None:
    """One record: downwards for people, as a row for programs."""
    down = [
        {"what": name, "value": f"{value:,}" if isinstance(value, int) else value}
        for name, value in row.items()
    ]
    show(down if fmt is Format.table else [row], title, fmt)


def _plain(value: object) -> object:
    return "; ".join(map(str, value)) or None if isinstance(value, list) else value


def _interval(feed: str, day: str | None, start: str | None, end: str | None) -> "Interval":
    """The interval that the options name; exits with a hint when they do not name one."""
    from ingest.interval import Interval
    from ingest.pull import plan

    if day and not (start or end):
        return plan(feed, date.fromisoformat(day))
    if start and end and not day:
        return Interval(_moment(start), _moment(end))
    errors.print("give either --date, or --from and --to")
    raise typer.Exit(2)


def _moment(text: str) -> datetime:
    from ingest.interval import SHANGHAI

    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=SHANGHAI)


@contextmanager
def _plain_errors(*others: type[Exception]) -> Iterator[None]:
    """What a person can mend is one line on the error stream, not a traceback."""
    from infra.settings import SettingsMissing
    from infra.store import StoreRefused
    from ingest.connectors import SourceError, SourceUnavailable
    from ingest.landing import StoreUnavailable
    from ingest.lock import FeedBusy, LockUnavailable

    known: tuple[type[Exception], ...] = (
        *(SourceError, SourceUnavailable, ValueError),  # ContractBroken is a ValueError
        *(SettingsMissing, StoreRefused, StoreUnavailable, FeedBusy, LockUnavailable),
        *others,
    )
    try:
        yield
    except known as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
