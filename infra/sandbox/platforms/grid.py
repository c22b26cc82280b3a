"""The grid platform pushes its records as NDJSON files into a drop folder, at least once.

A day is cut into files such as `wgsj_<YYYYMMDD>_<seq>.ndjson`; some of them come a second time under another
number. In a share of the rows, numbers, booleans and times (epoch milliseconds) are JSON values instead
of text: the platform's two interfaces never agreed on types.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from infra.sandbox.platforms import delivery, intake
from infra.sandbox.platforms.sheet import drawn

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
ROWS_A_FILE = 500
SHARE_REPEATED = 0.2  # of the files
ONE_TYPED_OF = 3  # rows, by a hash of their number


@dataclass(frozen=True)
class Push:
    """What is pushed of one feed, and which of its columns are typed in some rows."""

    feed: str
    stem: str
    key: str
    times: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def sent(self) -> dict[str, str]:
        """Column -> the macro that makes its JSON."""
        return (
            dict.fromkeys(self.times, "sent_time")
            | dict.fromkeys(self.counts, "sent_count")
            | dict.fromkeys(self.flags, "sent_flag")
        )


EVENT = Push(
    feed="grid.event",
    stem="wgsj",
    key="eventCode",
    times=("happenTime", "reportTime", "closeTime", "updateTime"),
    counts=("involveCount",),
    flags=("resolved", "deleted"),
)
DISPUTE = Push(
    feed="grid.dispute",
    stem="mdjf",
    key="disputeCode",
    times=("updateTime",),
    counts=("involveCount",),
    flags=("success", "deleted"),
)
TASK = Push(
    feed="grid.task",
    stem="wgrw",
    key="taskCode",
    times=("issueTime", "deadline", "signTime", "feedbackTime", "updateTime"),
)
PUSHES = (EVENT, DISPUTE, TASK)


def load(push: Push, day: date, rows_a_file: int = ROWS_A_FILE) -> int:
    """Push the day's records; the same day again pushes the same bytes under the same names."""
    with intake.connect() as con:
        columns = intake.open_day(con, push.feed, day)
        con.execute(MACROS)
        rows = con.execute(f"SELECT CAST({_json(push, columns)} AS VARCHAR) FROM today").fetchall()
    lines = [line for (line,) in rows]
    chunks = [lines[at : at + rows_a_file] for at in range(0, len(lines), rows_a_file)]
    sent: list[delivery.Delivery] = []
    for number, chunk in enumerate(chunks, start=1):
        sent.append(_send(push, day, number, chunk, None))
    # The acknowledgement of these got lost, so their rows come again after the others, from a queue that
    # gives them in another order: the same rows, another checksum.
    for first in [each for each in sent if drawn(each.name, SHARE_REPEATED)]:
        chunk = chunks[sent.index(first)]
        sent.append(_send(push, day, len(sent) + 1, chunk[::-1], first.name))
    delivery.note(push.feed, day, sent)
    return len(lines)


def _send(push: Push, day: date, number: int, lines: Sequence[str], repeats: str | None) -> delivery.Delivery:
    target = delivery.drop_folder(push.feed) / f"{push.stem}_{day:%Y%m%d}_{number:03d}.ndjson"
    body = "".join(f"{line}\n" for line in lines).encode("utf-8")
    return delivery.deliver(target, body, len(lines), "json", repeats)


def _json(push: Push, columns: list[str]) -> str:
    """SQL for one row's JSON object."""
    is_typed = f"md5_number_lower(coalesce(\"{push.key}\", '')) % {ONE_TYPED_OF} = 0"
    sent = push.sent()
    values = (f'{sent[name]}("{name}", {is_typed})' if name in sent else f'"{name}"' for name in columns)
    pairs = (f"'{name}', {value}" for name, value in zip(columns, values, strict=True))
    return f"json_object({', '.join(pairs)})"


def reset(push: Push) -> None:
    """Withdraw every file that was pushed, for another city; what others dropped stays."""
    delivery.withdraw(push.feed)
