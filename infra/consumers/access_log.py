"""Who read which mart when: `sanling.mart_access`, gathered from the server's log.

The policies of the marts write a line for each query and mart (infra/nightly/access.py), the server one for
each login. Lines hold time, role and mart, never a statement. What they do not show: which rows were asked
for, reads by our own role, and reads by a superuser, whom no policy binds. EXPLAIN reads nothing and is not
noted, nor is a query whose own conditions no row of the whole mart meets.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from os import environ
from pathlib import Path
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from infra.serving import connect_serving
from infra.settings import TIMEZONE, settings
from infra.stack import configuration

TABLE = """
CREATE SCHEMA IF NOT EXISTS sanling;
CREATE TABLE IF NOT EXISTS sanling.mart_access (
    accessed_at timestamptz NOT NULL,
    pid integer NOT NULL,
    role text NOT NULL,
    object text NOT NULL,
    nth integer NOT NULL,  -- of equal lines of one millisecond
    PRIMARY KEY (accessed_at, pid, object, nth)
);
COMMENT ON TABLE sanling.mart_access IS 'One row a login (object: connection) and a query of a mart';
"""
LINE = re.compile(  # as log_line_prefix '%m %p %u %d ' begins it (infra/stack/postgres.py)
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \S+ (?P<pid>\d+) (?P<role>\S+) (?P<database>\S+) LOG:  "
    r"(?:sanling read (?P<object>[a-z_]+\.[a-z_0-9]+)|connection authorized)"
)
LOG = "SANLING_PG_LOG"  # where another PostgreSQL writes its log; rotated files have its name and a suffix


def collect() -> int:
    """Gather what the server's log says since the last time; returns how many accesses are new."""
    with connect_serving() as con:
        con.execute(TABLE)
        added = 0
        for row in _accesses():
            added += con.execute(
                "INSERT INTO sanling.mart_access VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", row
            ).rowcount
    return added


def accesses(role: str | None = None, since: date | None = None) -> list[dict[str, object]]:
    """Accesses by time, of one role or all, from a day of Asia/Shanghai on."""
    start = datetime(since.year, since.month, since.day, tzinfo=ZoneInfo(TIMEZONE)) if since else None
    with connect_serving(read_only=True) as con, con.cursor(row_factory=dict_row) as cursor:
        con.execute("SELECT set_config('TimeZone', %s, true)", (TIMEZONE,))
        return cursor.execute(
            "SELECT accessed_at, role, object FROM sanling.mart_access "
            "WHERE (%(role)s::text IS NULL OR role = %(role)s) "
            "AND (%(start)s::timestamptz IS NULL OR accessed_at >= %(start)s) ORDER BY accessed_at, object",
            {"role": role, "start": start},
        ).fetchall()


def _accesses() -> Iterator[tuple[datetime, int, str, str, int]]:
    """Logins to the serving database and reads of marts by others than ourselves, oldest file first."""
    s = settings()
    seen: Counter[tuple[str | None, ...]] = Counter()
    file = Path(environ.get(LOG, configuration.log_of("postgres")))
    for path in sorted(file.parent.glob(f"{file.name}*"), key=lambda path: path.stat().st_mtime):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for said in filter(None, map(LINE.match, lines)):
                if said["database"] == s.pg_serving and said["role"] != s.pg_user:
                    at = datetime.fromisoformat(said["at"]).replace(tzinfo=ZoneInfo(TIMEZONE))
                    seen[said.groups()] += 1
                    what = said["object"] or "connection"
                    yield at, int(said["pid"]), said["role"], what, seen[said.groups()]
