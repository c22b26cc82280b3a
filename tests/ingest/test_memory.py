"""Memory is bounded by row groups and threads, never by the length of the table."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.settings import ROOT
from ingest.interval import Interval
from tests.ingest.source import COLUMNS, FEED, NIGHT, Source

MEASURED = """
import resource, runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
SMALL, LARGE = 100_000, 400_000


def peak(source: Source, table: str, interval: Interval = NIGHT) -> int:
    """Peak memory in MB of a process that pulls a table."""
    source.contract(table, WIDE)
    worker = str(Path(__file__).with_name("worker.py"))
    command = [sys.executable, "-c", MEASURED, worker, str(source.contracts), FEED, interval.text]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


WIDE = COLUMNS | {f"T{number}": "text" for number in range(10)}


@pytest.mark.slow
def test_four_times_the_rows_need_no_more_memory(source: Source) -> None:
    texts = ", ".join(f"md5((i * {number + 1})::text)" for number in range(10))
    for name, rows in (("small", SMALL), ("large", LARGE)):
        source.table(name, WIDE)
        source.run(f"""
            INSERT INTO {name}
            SELECT i::text, '警情' || i, timestamp '2026-10-01' + i * interval '1 ms', {texts}
            FROM generate_series(1, {rows}) i""")
        source.run(f"ANALYZE {name}")
    small, large = peak(source, "small"), peak(source, "large")
    assert large < 1.2 * small, f"{SMALL} rows took {small} MB, {LARGE} rows {large} MB"
