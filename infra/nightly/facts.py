"""What the audit measures on the marts: small counts, computed in one scan a mart, never a value of a row."""

import os
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from infra.nightly import journal, publication
from infra.nightly.marts import Mart

MAX_DROP = "SANLING_MAX_DROP"  # largest share of an entity's rows that may vanish in one night
MAX_DROP_DEFAULT = 0.1
SHRINKING = ("person", "organisation", "place", "event")  # marts that do not shrink in the course of things
# A number stands alone: no digit touches it. An ID number holds a plausible date of birth.
CITIZEN_ID = (
    "(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]($|[^0-9])"
)
# Letters of an ID bound a number too: it is hexadecimal and may hold eleven digits in a row.
MOBILE = "(^|[^0-9a-f])1[3-9][0-9]{9}($|[^0-9a-f])"
HASH = r"\b[0-9a-f]{32}\b"  # an MD5 may hold even eighteen digits in a row; it is left out as a whole
NOT_PERSONAL = ("credit_code", "record_key", "_run_id", "_changed_by", "_row_hash")  # numbers of other things


@dataclass(frozen=True)
class Fact:
    """One number that the audit judges: it must not exceed what is allowed."""

    check: str
    subject: str
    measured: float
    allowed: float
    mend: str


def collect(con: duckdb.DuckDBPyConnection, marts: list[Mart], day: date, run_id: str) -> list[Fact]:
    """All facts of the lake that `con` has attached as `lake`."""
    return [
        *_ledger(con),
        *(fact for mart in marts for fact in (*_keys(con, mart), *_personal(con, mart))),
        *_references(con, marts),
        *_drops(con, {mart.name for mart in marts}),
        *_tests(day, run_id),
    ]


def _ledger(con: duckdb.DuckDBPyConnection) -> list[Fact]:
    """Per feed and day: |received - accepted - refused - repeated|, and receipts against the mart."""
    rows = con.execute(
        "WITH receipt AS "
        "(SELECT feed, business_date AS day, sum(received) AS n FROM lake.ops.batch GROUP BY ALL), "
        "ledger AS (SELECT feed, business_date AS day, sum(received) AS n, "
        "sum(accepted) + sum(refused) + sum(repeated) AS accounted FROM lake.mart.feed_ledger GROUP BY ALL) "
        "SELECT coalesce(l.feed, r.feed) || ' ' || coalesce(l.day, r.day), "
        "greatest(abs(coalesce(l.n, 0) - coalesce(accounted, 0)), abs(coalesce(r.n, 0) - coalesce(l.n, 0))) "
        "FROM ledger l FULL JOIN receipt r ON l.feed = r.feed AND l.day = r.day ORDER BY 1"
    ).fetchall()
    mend = "rows are missing or counted twice: compare `sanling ledger` with the receipts of that day"
    return [Fact("ledger", subject, float(difference), 0, mend) for subject, difference in rows]


def _keys(con: duckdb.DuckDBPyConnection, mart: Mart) -> list[Fact]:
    key = ", ".join(mart.key)
    missing = " OR ".join(f"{name} IS NULL" for name in mart.key)
    row = con.execute(
        f"SELECT count(*) - count(DISTINCT ({key})) + count(*) FILTER ({missing}) FROM lake.mart.{mart.name}"
    ).fetchone()
    mend = f"{key} repeats or is missing: look at the model's joins"
    return [Fact("unique", mart.name, float(row[0]) if row else 0, 0, mend)]


def _personal(con: duckdb.DuckDBPyConnection, mart: Mart) -> list[Fact]:
    columns = [
        name
        for (name,) in con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = 'lake' AND schema_name = 'mart' "
            "AND table_name = ? AND data_type = 'VARCHAR' ORDER BY column_index",
            [mart.name],
        ).fetchall()
        if name not in NOT_PERSONAL
    ]
    if not columns:
        return []
    pattern = f"{CITIZEN_ID}|{MOBILE}"
    counts = ", ".join(
        f"count(*) FILTER (regexp_matches(regexp_replace({name}, '{HASH}', '#', 'g'), '{pattern}'))"
        for name in columns
    )
    row = con.execute(f"SELECT {counts} FROM lake.mart.{mart.name}").fetchone() or ()
    mend = "a mart never holds an ID or phone number: mask or drop the column in the model"
    return [
        Fact("personal", f"{mart.name}.{name}", float(n), 0, mend)
        for name, n in zip(columns, row, strict=True)
    ]


def _references(con: duckdb.DuckDBPyConnection, marts: list[Mart]) -> list[Fact]:
    """Every column named like another mart's only key must hold keys of that mart."""
    owners = {mart.key[0]: mart.name for mart in marts if len(mart.key) == 1 and mart.key[0].endswith("_id")}
    found = []
    for mart in marts:
        for column in mart.columns:
            owner = owners.get(column)
            if owner is None or owner == mart.name:
                continue
            row = con.execute(
                f"SELECT count(*) FROM lake.mart.{mart.name} WHERE {column} IS NOT NULL "
                f"AND {column} NOT IN (SELECT {column} FROM lake.mart.{owner})"
            ).fetchone()
            mend = f"{mart.name}.{column} names rows that {owner} does not hold"
            found.append(Fact("reference", f"{mart.name}.{column}", float(row[0]) if row else 0, 0, mend))
    return found


def _drops(con: duckdb.DuckDBPyConnection, names: set[str]) -> list[Fact]:
    last = publication.last()
    before = last.marts if last else {}
    allowed = float(os.environ.get(MAX_DROP, MAX_DROP_DEFAULT))
    found = []
    for name in sorted(names.intersection(SHRINKING)):
        row = con.execute(f"SELECT count(*) FROM lake.mart.{name}").fetchone()
        now, was = int(row[0]) if row else 0, before.get(name, 0)
        share = max(0.0, 1 - now / was) if was else 0.0
        mend = f"{was:,} rows published, {now:,} left: find what shrank, or set {MAX_DROP} for one run"
        found.append(Fact("drop", name, round(share, 4), allowed, mend))
    return found


def _tests(day: date, run_id: str) -> list[Fact]:
    """Data tests of the marts as dbt ran them in this run; without a report the run did not build."""
    report: dict[str, Any] | None = journal.read(day, run_id, "build_marts")
    if report is None:
        return [
            Fact("dbt tests", "build_marts", 1, 0, f"run {run_id} has not built the marts: run `build` first")
        ]
    failed = [
        Fact("dbt tests", test["node"], float(test["failures"] or 1), 0, test["message"])
        for test in report["failed_tests"]
    ]
    return [
        *failed,
        Fact("dbt tests", "skipped models", float(len(report["skipped"])), 0, ", ".join(report["skipped"])),
    ]
