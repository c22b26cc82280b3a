"""A batch of 110 calls held against all rules of its contract, failing keys out.

    python -m tests.bench validation [--scale 0.1] [--rounds 3]

The limit is one DuckDB scan with a bit a rule: the same conditions, no framework, no report. Plain Great
Expectations has the same rules, each a function of a value (plain_rules.py). Imports are not counted.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ingest.connectors import quote
from ingest.contract import load
from tests.bench import incidents, plain_suite
from tests.bench.harness import Facts

TITLE = "Validation of police.incident, full suite, failing keys out"
ROWS = 1_000_000
LIMIT = "one DuckDB bitmask scan"
OURS, PLAIN = "ours: checkpoint, verdicts, counts", "plain Great Expectations on pandas"


@contextmanager
def prepare(folder: Path, scale: float) -> Iterator[Facts]:
    """One raw object of a million rows."""
    file, rows = folder / "raw.parquet", int(ROWS * scale)
    incidents.write(file, rows)
    yield {"file": str(file), "rows": str(rows), "verdicts": str(folder / "verdicts.parquet")}


def bitmask(facts: Facts) -> int:
    """The conditions in one statement, and the keys of the rows that broke one."""
    from expectations import scan, suites

    con, rows = incidents.prepared(), int(facts["rows"])
    rules = suites.row_rules(load(incidents.FEED), incidents.receipt(rows))
    scan.run(con, f"read_parquet({quote(facts['file'])})", {rule.name: rule.check() for rule in rules})
    con.execute(f"SELECT _record_key, COLUMNS('_word.*') FROM {scan.FAILED}").fetchall()
    return rows


def ours(facts: Facts) -> int:
    """What `sanling validate` does between the raw object and the upload."""
    from expectations.validate import judge_file

    rows = int(facts["rows"])
    contract, receipt = load(incidents.FEED), incidents.receipt(rows)
    judge_file(incidents.prepared(), contract, receipt, Path(facts["file"]), Path(facts["verdicts"]))
    return rows


def plain(facts: Facts) -> int:
    """The same rules as expectations of the library on a pandas batch, with all failing keys."""
    import pandas as pd

    frame = pd.read_parquet(facts["file"])
    if not any(plain_suite.failures(frame).values()):
        raise RuntimeError("plain Great Expectations did not run as meant")
    return len(frame)


def warm_up() -> None:
    """Imports, which cost each side the same three seconds or so."""
    from expectations import judge, suites  # noqa: F401


CASES: Mapping[str, Callable[[Facts], int]] = {LIMIT: bitmask, OURS: ours, PLAIN: plain}
GOALS = {OURS: 1.5}
FLOORS = {PLAIN: (OURS, 10.0)}
