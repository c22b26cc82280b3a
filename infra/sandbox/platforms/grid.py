"""The grid platform pushes its events as NDJSON files into a drop folder, at least once.

A day is cut into files `wgsj_<YYYYMMDD>_<seq>.ndjson`; some of them come a second time under another
number. In a share of the rows, numbers, booleans and times (epoch milliseconds) are JSON values instead
of text: the platform's two interfaces never agreed on types.
"""

from collections.abc import Sequence
from datetime import date

from infra.sandbox.platforms import delivery, intake
from infra.sandbox.platforms.sheet import drawn

FEED = "grid.event"
KEY = "eventCode"
TIMES = ("happenTime", "reportTime", "closeTime", "updateTime")
COUNTS = ("involveCount",)
FLAGS = ("resolved", "deleted")
# A value becomes a JSON number or boolean only where its text is exactly one, and then only in the rows
# whose lot it is; milliseconds are numbers already. Shanghai is 8 hours ahead of UTC all year.
MACROS = """
CREATE TEMP MACRO sent_time(x, is_typed) AS CASE
    WHEN regexp_full_match(x, '[0-9]{13}') THEN to_json(TRY_CAST(x AS BIGINT))
    WHEN is_typed AND regexp_full_match(x, '20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}')
        AND TRY_CAST(x AS TIMESTAMP) IS NOT NULL
        THEN to_json(epoch_ms(TRY_CAST(x AS TIMESTAMP) - INTERVAL 8 HOUR))
    ELSE to_json(x) END;
CREATE TEMP MACRO sent_count(x, is_typed) AS CASE
    WHEN is_typed AND regexp_full_match(x, '0|[1-9][0-9]{0,8}') THEN to_json(TRY_CAST(x AS BIGINT))
    ELSE to_json(x) END;
CREATE TEMP MACRO sent_flag(x, is_typed) AS CASE
    WHEN is_typed AND x IN ('0', '1', 'true', 'false') THEN to_json(TRY_CAST(x AS BOOLEAN))
    ELSE to_json(x) END;
"""
SENT = (
    dict.fromkeys(TIMES, "sent_time")
    | dict.fromkeys(COUNTS, "sent_count")
    | dict.fromkeys(FLAGS, "sent_flag")
)
ROWS_A_FILE = 500
SHARE_REPEATED = 0.2  # of the files
ONE_TYPED_OF = 3  # rows, by a hash of their number


def load(day: date, rows_a_file: int = ROWS_A_FILE) -> int:
    """Push the day's events; the same day again pushes the same bytes under the same names."""
    with intake.connect() as con:
        columns = intake.open_day(con, FEED, day)
        con.execute(MACROS)
        rows = con.execute(f"SELECT CAST({_json(columns)} AS VARCHAR) FROM today").fetchall()
    lines = [line for (line,) in rows]
    chunks = [lines[at : at + rows_a_file] for at in range(0, len(lines), rows_a_file)]
    sent: list[delivery.Delivery] = []
    for number, chunk in enumerate(chunks, start=1):
        sent.append(_push(day, number, chunk, None))
    # The acknowledgement of these got lost, so their rows come again after the others, from a queue that
    # gives them in another order: the same rows, another checksum.
    for first in [each for each in sent if drawn(each.name, SHARE_REPEATED)]:
        chunk = chunks[sent.index(first)]
        sent.append(_push(day, len(sent) + 1, chunk[::-1], first.name))
    delivery.note(FEED, day, sent)
    return len(lines)


def _push(day: date, number: int, lines: Sequence[str], repeats: str | None) -> delivery.Delivery:
    target = delivery.drop_folder(FEED) / f"wgsj_{day:%Y%m%d}_{number:03d}.ndjson"
    body = "".join(f"{line}\n" for line in lines).encode("utf-8")
    return delivery.deliver(target, body, len(lines), "json", repeats)


def _json(columns: list[str]) -> str:
    """SQL for one row's JSON object."""
    is_typed = f"md5_number_lower(coalesce(\"{KEY}\", '')) % {ONE_TYPED_OF} = 0"
    values = (f'{SENT[name]}("{name}", {is_typed})' if name in SENT else f'"{name}"' for name in columns)
    pairs = (f"'{name}', {value}" for name, value in zip(columns, values, strict=True))
    return f"json_object({', '.join(pairs)})"


def reset() -> None:
    """Withdraw every file that was pushed, for another city; what others dropped stays."""
    delivery.withdraw(FEED)
