"""The grid platform pushes its events as NDJSON files into a drop folder, at least once.

A day is cut into files `wgsj_<YYYYMMDD>_<seq>.ndjson`; some of them come a second time under another
number. In a share of the rows, numbers, booleans and times (epoch milliseconds) are JSON values instead
of text: the platform's two interfaces never agreed on types.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from infra.sandbox.platforms import delivery, outbox
from infra.sandbox.platforms.sheet import drawn

FEED = "grid.event"
KEY = "eventCode"
TIMES = frozenset({"happenTime", "reportTime", "closeTime", "updateTime"})
COUNTS = frozenset({"involveCount"})
FLAGS = frozenset({"resolved", "deleted"})
ROWS_A_FILE = 500
SHARE_REPEATED = 0.2  # of the files
SHARE_TYPED = 3  # every third row, by its number, is typed


def load(day: date, rows_a_file: int = ROWS_A_FILE) -> int:
    """Push the day's events; the same day again pushes the same bytes under the same names."""
    with outbox.connect() as con:
        columns = outbox.open_day(con, FEED, day)
        lines = (
            con.execute(f"SELECT CAST({_json(con, columns)} AS VARCHAR) FROM today")
            .to_arrow_table()[0]
            .to_pylist()
        )
    chunks = [lines[at : at + rows_a_file] for at in range(0, len(lines), rows_a_file)]
    sent: list[delivery.Delivery] = []
    for number, chunk in enumerate(chunks, start=1):
        sent.append(_push(day, number, chunk, None))
    # The acknowledgement of these got lost, so they come again, after the others.
    for first in [each for each in sent if drawn(each.name, SHARE_REPEATED)]:
        chunk = chunks[sent.index(first)]
        sent.append(_push(day, len(sent) + 1, chunk, first.name))
    delivery.note(FEED, day, sent)
    return len(lines)


def _push(day: date, number: int, lines: Sequence[str | None], repeats: str | None) -> delivery.Delivery:
    target = delivery.drop_folder(FEED) / f"wgsj_{day:%Y%m%d}_{number:03d}.ndjson"
    body = "".join(f"{line}\n" for line in lines).encode("utf-8")
    return delivery.deliver(target, body, len(lines), "json", repeats)


def _json(con: duckdb.DuckDBPyConnection, columns: list[str]) -> str:
    """SQL for one row's JSON object; a value is typed only where its text is exactly such a value."""
    con.execute(
        "CREATE OR REPLACE TEMP MACRO plain_time(x) AS regexp_full_match(x, "
        "'20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}') AND TRY_CAST(x AS TIMESTAMP) IS NOT NULL"
    )
    parts = []
    for name in columns:
        text = f'"{name}"'
        typed = {
            # Shanghai is eight hours ahead of UTC, without daylight saving.
            **dict.fromkeys(TIMES, f"epoch_ms(TRY_CAST({text} AS TIMESTAMP) - INTERVAL 8 HOUR)"),
            **dict.fromkeys(COUNTS, f"TRY_CAST({text} AS BIGINT)"),
            **dict.fromkeys(FLAGS, f"TRY_CAST({text} AS BOOLEAN)"),
        }.get(name)
        fits = {
            **dict.fromkeys(TIMES, f"plain_time({text})"),
            **dict.fromkeys(COUNTS, f"regexp_full_match({text}, '0|[1-9][0-9]{{0,8}}')"),
            **dict.fromkeys(FLAGS, f"{text} IN ('0', '1', 'true', 'false')"),
        }.get(name)
        if typed:
            chosen = f"md5_number_lower(coalesce(\"{KEY}\", '')) % {SHARE_TYPED} = 0 AND {fits}"
            text = f"CASE WHEN {chosen} THEN to_json({typed}) ELSE to_json({text}) END"
        parts.append(f"'{name}', {text}")
    return f"json_object({', '.join(parts)})"


def reset() -> None:
    """Withdraw every file that was pushed, for another city; what others dropped stays."""
    delivery.withdraw(FEED)
