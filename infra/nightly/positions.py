"""`sanling.consumer`: up to which snapshot of the lake a consumer has taken each mart's changes."""

import psycopg

TABLE = """
CREATE SCHEMA IF NOT EXISTS sanling;
CREATE TABLE IF NOT EXISTS sanling.consumer (
    role text NOT NULL,
    mart text NOT NULL,
    snapshot bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (role, mart)
);
COMMENT ON COLUMN sanling.consumer.snapshot IS 'last published snapshot that the consumer acknowledged';
"""


class NotAPosition(ValueError):
    """A consumer may not stand there: never published, or before where it stands."""


def ensure(con: psycopg.Connection) -> None:
    """Create the table where it is missing."""
    con.execute(TABLE)


def of(con: psycopg.Connection, role: str, mart: str) -> int | None:
    """The snapshot that a consumer acknowledged last; None for one that has yet to begin."""
    row = con.execute(
        "SELECT snapshot FROM sanling.consumer WHERE (role, mart) = (%s, %s)", (role, mart)
    ).fetchone()
    return None if row is None else int(row[0])


def move(con: psycopg.Connection, role: str, mart: str, snapshot: int) -> None:
    """Note that a consumer has everything up to a published snapshot. Raises NotAPosition."""
    if not con.execute("SELECT 1 FROM sanling.publication WHERE snapshot = %s", (snapshot,)).fetchone():
        raise NotAPosition(f"snapshot {snapshot} was never published")
    moved = con.execute(
        "INSERT INTO sanling.consumer AS c (role, mart, snapshot) VALUES (%s, %s, %s) "
        "ON CONFLICT (role, mart) DO UPDATE SET snapshot = excluded.snapshot, moved_at = clock_timestamp() "
        "WHERE c.snapshot <= excluded.snapshot",
        (role, mart, snapshot),
    )
    if not moved.rowcount:
        raise NotAPosition(f"{role} is further in {mart} than snapshot {snapshot}")


def slowest(con: psycopg.Connection) -> int | None:
    """The oldest snapshot that some consumer still stands at; None without consumers."""
    row = con.execute("SELECT min(snapshot) FROM sanling.consumer").fetchone()
    return None if row is None else row[0]
