"""`sanling feeds`: every feed with its last batch, its age, and what changed in its columns."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from infra.cli.output import Format, FormatOption, show
from infra.settings import TIMEZONE


def feeds(
    feed: Annotated[str | None, typer.Argument(help="one feed only, e.g. police.incident")] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """List the feeds: owner, transport, last batch, verdict on it, columns that came or went.

    Examples:

      sanling feeds

      sanling feeds police.incident --format json
    """
    from ingest.contract import feeds as all_feeds

    show([_row(name) for name in ([feed] if feed else all_feeds())], "feeds", fmt)


def _row(feed: str) -> dict[str, Any]:
    from infra.store import list_keys, read_json
    from ingest.contract import load

    contract = load(feed)
    under = f"{contract.platform}/{contract.name}/"
    last = max(list_keys("raw", f"_receipts/{under}"), default=None)
    receipt = (read_json("raw", last) if last else None) or {}
    outcome = (read_json("verdicts", last.replace("_receipts/", "_outcomes/", 1)) if last else None) or {}
    judged = outcome.get("judged_attempt") == receipt.get("attempt")
    return {
        "feed": feed,
        "title": contract.title_zh,
        "department": contract.owner_zh,
        "transport": contract.server.type,
        "version": contract.version,
        "last_day": receipt.get("business_date"),
        "pulled": _age(receipt.get("pulled_at")),
        "rows": receipt.get("rows"),
        "verdict": outcome.get("outcome") if judged else (receipt and "not yet judged") or None,
        "refused_rows": outcome.get("refused_rows") if judged else None,
        "new_columns": ", ".join(receipt.get("unknown_columns", [])) or None,
        "lost_columns": ", ".join(receipt.get("missing_columns", [])) or None,
    }


def _age(pulled_at: str | None) -> str | None:
    """How long ago, in the largest whole unit."""
    if not pulled_at:
        return None
    seconds = int((datetime.now(ZoneInfo(TIMEZONE)) - datetime.fromisoformat(pulled_at)).total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"
