"""`sanling.record_access`: who looked at records of the restricted zone, when, at which; no values.

It stands in PostgreSQL, not in the lake: looking must neither wait for a night that writes the lake nor
make a snapshot that an audit would have to ask about.
"""

from collections.abc import Iterable
from getpass import getuser

import psycopg

from infra.serving import connect_serving

TABLE = """
CREATE SCHEMA IF NOT EXISTS sanling;
CREATE TABLE IF NOT EXISTS sanling.record_access (
    access_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    accessed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    account text NOT NULL,
    role text NOT NULL DEFAULT session_user,
    command text NOT NULL,
    record_keys text[] NOT NULL
);
COMMENT ON TABLE sanling.record_access IS 'One row a look at restricted records: who, when, which';
"""


class NotAllowed(PermissionError):
    """The credential in use may not note an access, so nothing is shown to it."""


def note(command: str, keys: Iterable[str]) -> None:
    """Note an access before anything is shown. Raises NotAllowed unless the writer's credential is in use."""
    try:
        with connect_serving() as con:
            con.execute(TABLE)
            con.execute(
                "INSERT INTO sanling.record_access (account, command, record_keys) VALUES (%s, %s, %s)",
                (getuser(), command, sorted(set(keys))),
            )
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
        raise NotAllowed(
            "restricted records are shown to the writer's credential only, since each look is noted"
        ) from None
