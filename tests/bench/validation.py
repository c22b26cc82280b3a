"""A batch of 110 calls held against all rules of its contract, failing keys out.

    python -m tests.bench validation [--scale 0.1] [--rounds 3]

The limit is one DuckDB scan with a bit a rule: the same conditions, no framework, no report. Plain Great
Expectations has easier rules than ours (patterns for what we compute, no check digits), which favours it.
Imports are not counted, on either side.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.connectors import quote
from ingest.contract import load
from tests.bench import incidents
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
    """The library's own expectations on a pandas batch, with all failing keys."""
    import great_expectations as gx
    import pandas as pd

    frame = pd.read_parquet(facts["file"])
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("incident")
    suite = context.suites.add(gx.ExpectationSuite(name="plain", expectations=_plain_suite(gx.expectations)))
    definition = gx.ValidationDefinition(
        name="plain", data=asset.add_batch_definition_whole_dataframe("all"), suite=suite
    )
    result = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["_record_key"],
            "partial_unexpected_count": 0,
        },
    )
    failed = [part for part in result.results if part.exception_info.get("raised_exception")]
    if failed or not any(part.result.get("unexpected_index_list") for part in result.results):
        raise RuntimeError("plain Great Expectations did not run as meant")
    return len(frame)


def _plain_suite(e: Any) -> list[Any]:
    """One expectation of the library for each rule of our suite, as near as its own kinds come."""
    from expectations import suites
    from expectations.rules import code_list

    patterns = {
        "timestamp": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?",
        "phone": r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}",
        "citizen_id": r"[1-9]\d{16}[0-9X]",
        "number": r"-?\d+(\.\d+)?",
        "division_code": r"[1-9]\d{11}",
        "division_code_retired": r"(?!429001).*",
        "full_precision": r"(?!.*000$).*",
        "undamaged_text": r"[^\ufffd]*",
    }
    out = []
    for rule in suites.row_rules(load(incidents.FEED), incidents.receipt(1)):
        column, name = rule.column, rule.rule()
        if name in patterns:
            out.append(e.ExpectColumnValuesToMatchRegex(column=column, regex=f"^(?:{patterns[name]})$"))
        elif name == "present":
            out.append(e.ExpectColumnValuesToNotBeNull(column=column))
        elif name == "unique_key":
            out.append(e.ExpectColumnValuesToBeUnique(column=column))
        elif name == "code_mapped":
            known = list(code_list.values(rule.code_list, rule.platform))
            out.append(e.ExpectColumnValuesToBeInSet(column=column, value_set=known))
        elif name == "boolean":
            out.append(e.ExpectColumnValuesToBeInSet(column=column, value_set=["0", "1"]))
        elif name == "order":
            out.append(
                e.ExpectColumnPairValuesAToBeGreaterThanB(
                    column_A=column,
                    column_B=rule.earlier,
                    or_equal=True,
                    ignore_row_if="either_value_is_missing",
                )
            )
        elif name == "coordinates":
            out.append(e.ExpectColumnValuesToMatchRegex(column=column, regex=r"^1\d\d\.\d+$"))
        else:
            raise ValueError(f"no plain counterpart of {name}")
    return out


def warm_up() -> None:
    """Imports, which cost each side the same three seconds or so."""
    import great_expectations  # noqa: F401

    from expectations import judge, suites  # noqa: F401


CASES: Mapping[str, Callable[[Facts], int]] = {LIMIT: bitmask, OURS: ours, PLAIN: plain}
GOALS = {OURS: 1.5}
FLOORS = {PLAIN: (OURS, 10.0)}
