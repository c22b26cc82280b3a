"""The petition office's export of public messages: workbooks, dropped by hand.

There are two exports, as in the real ones: messages with their votes, and answered messages with the
reply. Message numbers are numeric cells, times are partly true Excel dates and partly text.
"""

from datetime import date

from infra.sandbox.platforms import delivery, intake
from infra.sandbox.platforms.sheet import workbook

FEED = "petition.message"
COMMON = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")
VOTES = ("反对数", "点赞数")
REPLY = ("答复意见", "答复时间")
LAYOUTS = {"ly": (*COMMON, *VOTES), "lyhf": (*COMMON, *REPLY)}
DATES = frozenset({"留言时间", "答复时间"})
NUMBERS = frozenset({"留言编号", "反对数", "点赞数"})


def load(day: date) -> int:
    """Write the day's exports, one file a layout that has rows; the same day again writes the same bytes."""
    sent = []
    with intake.connect() as con:
        intake.open_day(con, FEED, day)
        for name, columns in LAYOUTS.items():
            names = ", ".join(f'"{column}"' for column in columns)
            is_answered = "IS NOT NULL" if name == "lyhf" else "IS NULL"
            rows = con.execute(
                f"SELECT {names} FROM today WHERE _op <> 'delete' "
                f"AND coalesce(nullif(答复意见, ''), nullif(答复时间, '')) {is_answered}"
            ).fetchall()
            if rows:
                target = delivery.drop_folder(FEED) / f"{name}_{day:%Y%m%d}.xlsx"
                body = workbook(columns, rows, dates=DATES, numbers=NUMBERS)
                sent.append(delivery.deliver(target, body, len(rows), None))
    delivery.note(FEED, day, sent)
    return sum(each.rows for each in sent)


def reset() -> None:
    """Withdraw every export, for another city; what others dropped stays."""
    delivery.withdraw(FEED)
