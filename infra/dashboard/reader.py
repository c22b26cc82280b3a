"""Ask PostgreSQL as the role that is signed in: what the role may not see, the page cannot show.

There is no authorisation here. What schema `mart` has and does not give is looked for in `statistics`, where
a statistics role has suppressed tables of the same names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors
from psycopg.rows import dict_row

from infra.dashboard.settings import Settings

SECONDS = 5  # that one query may take
EXACT, SUPPRESSED = "mart,statistics", "statistics,mart"  # search paths
OPTIONS = (
    f"-c search_path={EXACT} -c default_transaction_read_only=on -c jit=off -c statement_timeout={SECONDS}s"
)
GAPS: dict[type[psycopg.Error], str] = {  # what a panel says in place of rows
    errors.UndefinedTable: "gap_missing",
    errors.UndefinedColumn: "gap_missing",
    errors.InvalidSchemaName: "gap_missing",
    errors.InsufficientPrivilege: "gap_denied",
    errors.QueryCanceled: "gap_slow",
}
Row = dict[str, Any]


class SignInRefused(RuntimeError):
    """PostgreSQL does not let this role in; the message is the name of a word."""


class Unreachable(RuntimeError):
    """PostgreSQL does not answer."""


@dataclass(frozen=True)
class Rows:
    """The answer to a query, or the reason why there is none (the name of a word)."""

    rows: list[Row] = field(default_factory=list)
    gap: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> Row | None:
        """The only row, or None."""
        return self.rows[0] if self.rows else None


@dataclass(frozen=True)
class Reader:
    """One transaction of one role, so that all figures of a page are of one publication."""

    con: psycopg.Connection[Row]

    def ask(self, query: str, **values: object) -> Rows:
        """The rows of a query; a mart that is missing, closed to the role or too slow is a gap, no error."""
        found = self._ask(query, values)
        if found.gap != GAPS[errors.InsufficientPrivilege]:
            return found
        self.con.execute(f"set local search_path to {SUPPRESSED}".encode())
        suppressed = self._ask(query, values)
        self.con.execute(f"set local search_path to {EXACT}".encode())
        return found if suppressed.gap else suppressed

    def _ask(self, query: str, values: dict[str, object]) -> Rows:
        try:
            with self.con.transaction():  # a savepoint: the page goes on after a gap
                return Rows(self.con.execute(query.encode(), values).fetchall())
        except tuple(GAPS) as error:
            return Rows(gap=next(word for kind, word in GAPS.items() if isinstance(error, kind)))


@contextmanager
def reading(role: str, password: str) -> Iterator[Reader]:
    """A reader for the time of one request. Raises SignInRefused or Unreachable."""
    with _connect(role, password) as con:
        con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        con.read_only = True
        with con.transaction(force_rollback=True):
            yield Reader(con)


def _connect(role: str, password: str) -> psycopg.Connection[Row]:
    where = Settings()
    try:
        return psycopg.connect(
            host=where.pg_host,
            port=where.pg_port,
            dbname=where.pg_serving,
            user=role,
            password=password,
            application_name="sanling dashboard",
            connect_timeout=5,
            options=OPTIONS,
            row_factory=dict_row,
        )
    except psycopg.OperationalError as error:
        # Before a session exists libpq gives no error code, only the server's words.
        said = str(error)
        if "FATAL" not in said or "starting up" in said or "shutting down" in said:
            raise Unreachable from None
        raise SignInRefused("signin_busy" if "too many" in said else "signin_wrong") from None
