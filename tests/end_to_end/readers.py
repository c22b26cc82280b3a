"""A dashboard that reads the marts all the time, and remembers every moment in which they were not whole."""

import threading
import time
from types import TracebackType

import psycopg
from psycopg import sql

BETWEEN = 0.2  # seconds


class Dashboard:
    """Reads every mart again and again while it is open; `seen` are the (mart, date, rows) that it saw.

    An empty mart has no date.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.seen: set[tuple[str, str | None, int]] = set()
        self.troubles: list[str] = []
        self.rounds = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Dashboard":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        with psycopg.connect(self.uri, autocommit=True) as con:
            found = con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'mart'").fetchall()
            while not self._stop.is_set():
                for (table,) in found:
                    try:
                        self._look(con, table)
                    except psycopg.Error as error:
                        self.troubles.append(f"{table}: {error}")
                self.rounds += 1
                time.sleep(BETWEEN)

    def _look(self, con: psycopg.Connection, table: str) -> None:
        query = sql.SQL("SELECT min(_as_of)::text, max(_as_of)::text, count(*) FROM {}")
        low, high, rows = con.execute(query.format(sql.Identifier("mart", table))).fetchone() or (
            None,
            None,
            0,
        )
        if low != high:
            self.troubles.append(f"{table}: {rows} rows of {low} to {high}")
        self.seen.add((table, high, int(rows)))
