"""Step `audit`: nothing becomes visible that has not passed it.

Great Expectations judges the facts of facts.py in one checkpoint; what is stored names checks and marts,
never a value of a row. The marts' dbt tests are facts like the others, so that one message tells all.
"""

import os
from collections import Counter
from datetime import date
from typing import Any

import duckdb

from infra.lake import attach_lake, connect
from infra.nightly import journal, link_drift, publication
from infra.nightly.facts import Fact, collect
from infra.nightly.marts import marts
from infra.nightly.snapshots import current_snapshot, foreign_since

CHECKS = ("ledger", "unique", "reference", "drop", "personal", "dbt tests")
LISTED = 10  # failures that the message spells out


class AuditFailed(RuntimeError):
    """The marts must not be published; the message says which checks failed and how to mend them."""


class AuditBroken(RuntimeError):
    """The audit itself could not be carried out, which says nothing about the marts."""


class NotAudited(RuntimeError):
    """This run has no passed audit of the lake as it is now."""


def audit(day: date, run_id: str) -> dict[str, Any]:
    """Audit the lake's marts: returns counts a check or raises AuditFailed; the journal keeps the verdict."""
    snapshot, facts, warnings = _measure(day, run_id)
    failed = judge(facts)
    assessed = Counter(fact.check for fact in facts)
    broken = Counter(fact.check for fact in failed)
    verdict = {
        "passed": not failed,
        "snapshot": snapshot,
        "checks": [{"check": c, "assessed": assessed[c], "failed": broken[c]} for c in CHECKS],
        "failures": [vars(fact) for fact in failed],
        "warnings": warnings,
    }
    journal.write(day, run_id, "audit", verdict)
    if failed:
        raise AuditFailed(_explanation(failed, len(facts)))
    return verdict


def require_pass(con: duckdb.DuckDBPyConnection, day: date, run_id: str, own: str) -> None:
    """Raise NotAudited unless this run's audit passed and nobody but `own` has changed the lake since."""
    verdict = journal.read(day, run_id, "audit")
    if verdict is None:
        raise NotAudited(f"run {run_id} has no audit: run `audit` before `publish`")
    if not verdict["passed"]:
        raise NotAudited(f"the audit of run {run_id} failed: mend what it names, build and audit again")
    if foreign_since(con, verdict["snapshot"], own):
        raise NotAudited(
            f"the lake changed after snapshot {verdict['snapshot']}, which run {run_id} audited: audit again"
        )


def judge(facts: list[Fact]) -> list[Fact]:
    """The facts that Great Expectations finds above what is allowed; AuditBroken when it could not tell."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx
    import pandas as pd

    frame = pd.DataFrame([{"number": number, **vars(fact)} for number, fact in enumerate(facts)])
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    suite = gx.ExpectationSuite(name="marts")
    suite.add_expectation(
        gx.expectations.ExpectColumnDistinctValuesToContainSet(column="check", value_set=list(CHECKS))
    )
    suite.add_expectation(
        gx.expectations.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="allowed", column_B="measured", or_equal=True, ignore_row_if="neither"
        )
    )
    suite = context.suites.add(suite)
    asset = context.data_sources.add_pandas("lake").add_dataframe_asset("facts")
    batch = asset.add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="marts", data=batch, suite=suite)
    )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name="marts",
            validation_definitions=[definition],
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": ["number"],
                "partial_unexpected_count": 0,
            },
        )
    )
    run = checkpoint.run(batch_parameters={"dataframe": frame})
    covered, kept = next(iter(run.run_results.values())).results
    for result in (covered, kept):
        if result.exception_info.get("raised_exception"):
            raise AuditBroken(f"Great Expectations raised: {result.exception_info.get('exception_message')}")
    if not covered.success:
        missing = sorted(set(CHECKS) - {fact.check for fact in facts})
        raise AuditBroken(f"nothing was measured for {', '.join(missing)}: are there marts?")
    if kept.success:
        return []
    return [facts[int(row["number"])] for row in kept.result["unexpected_index_list"]]


def _explanation(failed: list[Fact], total: int) -> str:
    lines = [f"{f.check}: {f.subject} is {f.measured:g}, allowed {f.allowed:g} ({f.mend})" for f in failed]
    more = [f"and {len(failed) - LISTED} more"] if len(failed) > LISTED else []
    return f"{len(failed)} of {total} checks failed, the old marts stay: " + "; ".join(
        [*lines[:LISTED], *more]
    )


def _measure(day: date, run_id: str) -> tuple[int, list[Fact], list[dict[str, str]]]:
    con = connect(lake=True, read_only=True)
    try:
        snapshot = current_snapshot(con)
        con.execute("USE memory")
        con.execute("DETACH lake")
        attach_lake(con, read_only=True, snapshot=snapshot)
        last = publication.last()
        moved = link_drift.warnings(con, None if last is None else last.snapshot)
        return snapshot, collect(con, marts(), day, run_id), moved
    finally:
        con.close()
