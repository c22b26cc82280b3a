"""The dashboard's questions to schema `mart` with a million events, asked as a county's governance role."""

import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from infra.consumers import roles
from infra.nightly import dressing, publication, swap
from infra.nightly.marts import Mart
from infra.serving import connect_serving

TITLE = "1,000,000 events in schema mart, asked through row-level security of a county"
EVENTS = 1_000_000
ROLE, COUNTY = "bench_office", "410103"
GOAL_MS = 100.0
ASKED = 60  # times a question and round, each time for another village, township or event
COUNTIES, TOWNSHIPS, VILLAGES, MONTHS = 12, 14, 18, 24
BOTH = ("governance", "audit")
MARTS = [
    Mart(
        "event",
        ("event_id",),
        "",
        dict.fromkeys(("event_id", "place_id", "division_code", "village_code", "township_code"), ""),
        ("event_id",),
        read_by=BOTH,
        division_column="division_code",
    ),
    Mart(
        "event_report",
        ("record_key",),
        "",
        {"record_key": "", "event_id": ""},
        (),
        read_by=BOTH,
        division_column="division_code",
    ),
    Mart(
        "three_zero_status",
        ("unit_kind", "unit_id", "month"),
        "",
        {"unit_id": ""},
        (),
        read_by=BOTH,
        division_column="division_code",
    ),
    Mart(
        "dispute_resolution",
        ("division_code", "month", "dispute_type"),
        "",
        {},
        (),
        read_by=BOTH,
        division_column="division_code",
    ),
]
TABLES = """
CREATE TEMP TABLE village AS
SELECT format('4101%s%s%s', lpad(c::text, 2, '0'), lpad(t::text, 3, '0'), lpad(v::text, 3, '0')) AS code,
       row_number() OVER () - 1 AS n
FROM generate_series(1, {counties}) c, generate_series(1, {townships}) t, generate_series(1, {villages}) v;
CREATE TEMP TABLE kind AS SELECT * FROM unnest('{{case,dispute,petition,hazard,help}}'::text[])
    WITH ORDINALITY k(kind, n);
CREATE TABLE mart_next.event AS
SELECT 'E-' || md5(i::text) AS event_id, kind AS event_kind, code AS division_code, code AS village_code,
       left(code, 9) || '000' AS township_code, 'L-' || i % 200000 AS place_id,
       timestamptz '2025-01-01' + make_interval(hours => (i * 7919 % ({months} * 720))::int) AS occurred_at,
       CASE WHEN i % 9 = 0 THEN 'handling' ELSE 'archived' END AS status, md5('w' || i) AS grid_code
FROM generate_series(1::bigint, {events}) i
JOIN village v ON v.n = i * 104729 % {villages_all} JOIN kind k ON k.n = 1 + i % 5;
CREATE TABLE mart_next.event_report AS
SELECT 'police.incident:' || event_id || r AS record_key, event_id, division_code, 'police' AS platform,
       occurred_at + make_interval(hours => r) AS reported_at
FROM mart_next.event, generate_series(1, 2) r WHERE r = 1 OR event_kind IN ('case', 'dispute');
CREATE TABLE mart_next.three_zero_status AS
SELECT 'village' AS unit_kind, code AS unit_id, code AS division_code,
       (date '2025-01-01' + make_interval(months => m))::date AS month, (n + m) % 7 AS petition_count,
       (n + m) % 7 = 0 AS is_three_zero
FROM village, generate_series(0, {months} - 1) m;
CREATE TABLE mart_next.dispute_resolution AS
SELECT rpad(left(code, digits), 12, '0') AS division_code, level AS division_level, month, dispute_type,
       sum(petition_count) AS found_count, sum(petition_count) AS resolved_count
FROM mart_next.three_zero_status s JOIN village v ON v.code = s.unit_id,
     (VALUES ('village', 12), ('township', 9), ('county', 6), ('prefecture', 4)) l(level, digits),
     unnest('{{all,land,debt,family}}'::text[]) dispute_type
GROUP BY 1, 2, 3, 4;
"""
QUESTIONS = {
    "three-zero of a township by month": (
        "SELECT month, count(*) FILTER (WHERE is_three_zero), count(*) FROM mart.three_zero_status "
        "WHERE division_code BETWEEN %(township)s AND %(township)s || '999' GROUP BY month ORDER BY month"
    ),
    "events of a village and month": (
        "SELECT * FROM mart.event WHERE village_code = %(village)s AND occurred_at >= %(month)s "
        "AND occurred_at < %(month)s::date + interval '1 month' ORDER BY occurred_at"
    ),
    "dispute loop of a township": (
        "SELECT month, dispute_type, found_count, resolved_count FROM mart.dispute_resolution "
        "WHERE division_code = %(township)s || '000' ORDER BY month, dispute_type"
    ),
    "dispute loop of the county's townships": (
        "SELECT division_code, sum(found_count), sum(resolved_count) FROM mart.dispute_resolution "
        "WHERE division_level = 'township' AND month = %(month)s AND dispute_type = 'all' GROUP BY 1"
    ),
    "reports of an event": "SELECT * FROM mart.event_report WHERE event_id = %(event)s ORDER BY reported_at",
    "newest events of the county": "SELECT * FROM mart.event ORDER BY occurred_at DESC LIMIT 50",
    "events of the county in a month by kind": (
        "SELECT event_kind, status, count(*) FROM mart.event WHERE occurred_at >= %(month)s "
        "AND occurred_at < %(month)s::date + interval '1 month' GROUP BY 1, 2"
    ),
}


def measure(_folder: Path, scale: float, rounds: int) -> list[dict[str, Any]]:
    """One row a question: rows answered, median and 95th percentile in ms."""
    roles.add(ROLE, "governance", COUNTY)
    fill(int(EVENTS * scale))
    with psycopg.connect(roles.uri(ROLE), autocommit=True) as con:
        found = con.execute("SELECT event_id FROM mart.event ORDER BY event_id LIMIT 5000").fetchall()
        ask = _asker(con, [event for (event,) in found])
        return [_row(name, [ask(query) for _ in range(ASKED * rounds)]) for name, query in QUESTIONS.items()]


def fill(events: int) -> None:
    """Publish marts of that many events, dressed as every night dresses them."""
    swap.clear_next()
    with connect_serving() as con:
        con.execute(
            TABLES.format(
                events=events,
                counties=COUNTIES,
                townships=TOWNSHIPS,
                villages=VILLAGES,
                villages_all=COUNTIES * TOWNSHIPS * VILLAGES,
                months=MONTHS,
            ).encode()
        )
    dressing.dress(MARTS, swap.NEXT)
    swap.swap(lambda con: publication.record(con, "bench", date(2026, 12, 31), 1, "code", {}))


def _asker(con: psycopg.Connection, events: list[str]) -> Callable[[str], tuple[float, int]]:
    chance = Random(1)

    def ask(query: str) -> tuple[float, int]:
        township = f"{COUNTY}{chance.randint(1, TOWNSHIPS):03}"
        values = {
            "township": township,
            "village": f"{township}{chance.randint(1, VILLAGES):03}",
            "month": date(2025 + chance.randint(0, 1), chance.randint(1, 11), 1),
            "event": chance.choice(events),
        }
        started = time.perf_counter()
        rows = con.execute(query.encode(), values).fetchall()
        return (time.perf_counter() - started) * 1000, len(rows)

    return ask


def _row(name: str, answers: list[tuple[float, int]]) -> dict[str, Any]:
    took = sorted(wall for wall, _ in answers)
    p95 = took[int(0.95 * (len(took) - 1))]
    return {
        "question": name,
        "rows": round(statistics.median(rows for _, rows in answers)),
        "median_ms": round(statistics.median(took), 1),
        "p95_ms": round(p95, 1),
        "goal": f"<= {GOAL_MS:.0f} ms {'kept' if p95 <= GOAL_MS else 'MISSED'}",
    }
