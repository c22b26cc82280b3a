"""Personal values of a city, and a search for them in text of any size.

Numbers are found by their shape and then looked up; names and addresses among the distinct runs of letters
and digits, so that a log of many equal lines costs no more than one of them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from infra.stack import envfile
from tests.end_to_end.city import City
from tests.end_to_end.originals import client, read

ID = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
PHONE = re.compile(r"(?<![0-9])1[0-9]{10}(?![0-9])")
HAN = re.compile(r"[\u3400-\u9fff]{3,}")
RUN = re.compile(r"[\u3400-\u9fff0-9A-Za-z-]{8,}")
# Columns of the feeds that hold numbers of people, beside those of the truth; spoiled ones are personal too.
NUMBERS = {
    "police.incident": ("BJRZJHM", "BJDH", "LXDH"),
    "petition.petition": ("SFZH", "SJHM"),
    "emergency.accident": ("联系电话",),
    "grid.event": ("partyIdNo", "partyPhone"),
    "grid.dispute": ("partyIdNo", "mediatorPhone"),
    "grid.grid": ("leaderPhone",),
    "emergency.enterprise": ("法定代表人证件号码", "联系电话"),
    "police.resident": ("GMSFHM", "LXDH"),
    "police.organisation": ("FRZJHM", "LXDH"),
}
SERVERS_DATA = ("postgres/data", "seaweedfs/data", "sandbox", "drop")  # stores, sources: restricted zones


@dataclass(frozen=True)
class Personal:
    """What must not be seen: numbers, full names of three or more characters, addresses of homes."""

    ids: frozenset[str]
    phones: frozenset[str]
    names: frozenset[str]
    homes: frozenset[str]

    def within(self, text: str) -> dict[str, set[str]]:
        """The personal values in a text by kind; empty if there are none."""
        runs = set(HAN.findall(text))
        grams = {run[at : at + size] for run in runs for size in (3, 4) for at in range(len(run) - size + 1)}
        lines = "\n".join({run for run in RUN.findall(text) if "号" in run or "室" in run})
        found = {
            "id": {number.upper() for number in ID.findall(text)} & self.ids,
            "phone": set(PHONE.findall(text)) & self.phones,
            "name": grams & self.names,
            "home": {home for home in self.homes if home in lines} if lines else set(),
        }
        return {kind: values for kind, values in found.items() if values}


def personal(city: City) -> Personal:
    """The people of the city as the truth and the feeds know them."""
    truth = city.state / "sandbox" / "truth"
    con = duckdb.connect()
    numbers = " union all ".join(
        f"select \"{column}\" as x from '{city.state}/sandbox/outbox/{feed}/*.parquet'"
        for feed, columns in NUMBERS.items()
        for column in columns
    )
    people = f"select {{}} as x from '{truth}/persons.parquet'"
    numbers += f" union all {people.format('id_no')} union all {people.format('phone')}"
    known = {
        str(x) for (x,) in con.execute(f"select distinct x from ({numbers}) where x is not null").fetchall()
    }
    homes = f"select address from '{truth}/places.parquet' where kind = 'estate' and length(address) > 8"
    return Personal(
        ids=frozenset(x.upper() for x in known if ID.fullmatch(x) and len(set(x)) > 2),
        phones=frozenset(x for x in known if PHONE.fullmatch(x)),
        names=frozenset(x for (x,) in con.execute(people.format("name")).fetchall() if len(x) >= 3),
        homes=frozenset(x for (x,) in con.execute(homes).fetchall()),
    )


def files(city: City) -> Iterator[tuple[str, str]]:
    """(name, text) of every file under the state folder that is neither a store nor a source."""
    for path in sorted(city.state.rglob("*")):
        name = path.relative_to(city.state).as_posix()
        if path.is_file() and not name.startswith(SERVERS_DATA):
            yield name, path.read_bytes().decode("utf-8", "replace")


def returns(city: City) -> Iterator[tuple[str, str]]:
    """(name, text) of every return file; a workbook as the text of its parts."""
    for each in client(city).list_objects("returns", recursive=True):
        body = read(city, f"s3://returns/{each.object_name}")
        yield str(each.object_name), unpacked(body) if body.startswith(b"PK") else body.decode("utf-8")


def verdicts(city: City) -> Iterator[tuple[str, str]]:
    """(rule, text) of what verdicts show of values and say about them."""
    rows = city.rows(
        "query",
        "select rule, string_agg(distinct concat_ws(' ', observed, message_zh), ' | ') as text "
        "from read_parquet('s3://verdicts/*/*/*/*.parquet', union_by_name = true) group by 1",
    )
    for row in rows:
        yield row["rule"], row["text"]


def unpacked(body: bytes | Path) -> str:
    """All parts of a zipped file as one text."""
    with zipfile.ZipFile(io.BytesIO(body) if isinstance(body, bytes) else body) as book:
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def marts(city: City) -> Iterator[tuple[str, str]]:
    """(table, text) of every table that consumers may read, all columns of all rows."""
    s = city.settings()
    for schema in ("mart", "statistics"):
        yield from _tables(s.pg_user, s.pg_password.get_secret_value(), city, s.pg_serving, schema)


def airflow(city: City) -> Iterator[tuple[str, str]]:
    """(table, text) of Airflow's own database: what tasks returned, were given, and failed with."""
    password = envfile.read(city.state / "secrets.env")["pg_airflow"]
    return _tables("airflow", password, city, "airflow", "public")


def _tables(user: str, password: str, city: City, database: str, schema: str) -> Iterator[tuple[str, str]]:
    s = city.settings()
    with psycopg.connect(
        host=s.pg_host, port=s.pg_port, user=user, password=password, dbname=database
    ) as con:
        tables = con.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (schema,)
        ).fetchall()
        for (table,) in tables:
            copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
            with con.cursor().copy(copy) as rows:
                yield table, b"".join(bytes(block) for block in rows).decode()
