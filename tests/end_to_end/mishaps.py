"""What goes wrong on the sources' side, and what the pipeline shows while it is so.

The petition platform lets nobody in for a night, and the emergency platform's file has lost a column.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.sandbox.feeds import FEEDS
from infra.stack import envfile
from tests.end_to_end.city import City

LOST = "死亡人数"
DOWN = ("petition.petition", "petition.progress")  # feeds of the platform that lets nobody in
FAILING = {"emergency.accident": "refused", **dict.fromkeys(DOWN, "late")}  # feed -> its state in the report


@dataclass(frozen=True)
class Shown:
    """What consumers and the keeper of the feeds see at one moment."""

    records: dict[str, set[str]]  # feed -> records that are in events
    freshness: dict[str, dict[str, Any]]  # feed -> its row of mart.feed_freshness
    feeds: dict[str, dict[str, Any]]  # feed -> its row of `sanling feeds`


def shown(city: City) -> Shown:
    """What is to be seen now."""
    records: dict[str, set[str]] = {feed: set() for feed in FEEDS}
    for row in city.mart("select feed, record_key from mart.event_report"):
        records[row["feed"]].add(row["record_key"])
    freshness = {row["feed"]: row for row in city.mart("select * from mart.feed_freshness")}
    return Shown(records, freshness, {row["feed"]: row for row in city.rows("feeds")})


def refused(city: City) -> dict[str, str]:
    """The petition platform's address with a secret that it does not know: it answers 401 at once."""
    name = "SANLING_CONN_PETITION"
    address = urlsplit(envfile.read(city.state / "connections.env")[name])
    return {name: address._replace(netloc=f"sanling:wrong@{address.netloc.rpartition('@')[2]}").geturl()}


def accidents_of(city: City, day: date) -> Path:
    """The day's file as the emergency platform offers it; its control file stands beside it."""
    folder = city.state / "sandbox" / "platforms" / "emergency" / "files" / "outbox" / "accident"
    return folder / f"sgkb_{day:%Y%m%d}.csv"


def control_of(file: Path) -> Path:
    """The control file of a file."""
    return file.with_name(f"{file.name}.ok")


def lose_column(file: Path) -> None:
    """Take a column out of a CSV, and let its control file say so: a new export, not a damaged transfer."""
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("gb18030"), newline="")))
    at = rows[0].index(LOST)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(row[:at] + row[at + 1 :] for row in rows)
    body = out.getvalue().encode("gb18030")
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    file.write_bytes(body)
    control_of(file).write_text(f"file={file.name}\nrows={len(rows) - 1}\nmd5={md5}\n", encoding="utf-8")


def put_back(file: Path, body: bytes, control: bytes) -> None:
    """The department sends the file as it should have been."""
    file.write_bytes(body)
    control_of(file).write_bytes(control)
