"""One Great Expectations checkpoint over one batch: the rules of the batch, and those that count its rows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")  # read on import

import great_expectations as gx

from expectations.rules.base import BatchRule, Rule
from expectations.scan import Scan
from expectations.source import DuckDBSource


class ValidationBroken(RuntimeError):
    """A rule could not be evaluated: an error of ours or of the contract, and no verdict on the data."""


@dataclass
class Judgement:
    """What the checkpoint found."""

    results: dict[str, dict[str, Any]]  # suite name -> the library's result, counts only
    found: list[tuple[Rule, dict[str, Any]]]  # each rule with its result
    scan: Scan  # bits of the failed rows


def judge(
    con: duckdb.DuckDBPyConnection,
    feed: str,
    relation: str,
    batch_rules: Sequence[BatchRule],
    row_rules: Sequence[Rule],
) -> Judgement:
    """Hold the batch in `relation` against its rules. Raises ValidationBroken when a rule did not run."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source: DuckDBSource = context.data_sources.add_sanling_duckdb("batches")  # the class registers itself
    engine = source.get_execution_engine()
    engine.con = con
    whole = source.add_relation_asset(feed).add_batch_definition("batch")
    suites = {"batch": list(batch_rules), "rows": list(row_rules)}
    definitions = [
        context.validation_definitions.add(
            gx.ValidationDefinition(
                name=f"{feed}.{name}",
                data=whole,
                suite=context.suites.add(gx.ExpectationSuite(name=f"{feed}.{name}", expectations=rules)),
            )
        )
        for name, rules in suites.items()
        if rules
    ]
    checkpoint = context.checkpoints.add(gx.Checkpoint(name=feed, validation_definitions=definitions))
    outcome = checkpoint.run(batch_parameters={"relation": relation})
    results = {result.suite_name: result.to_json_dict() for result in outcome.run_results.values()}
    found: list[tuple[Rule, dict[str, Any]]] = []
    for name, rules in suites.items():
        if rules:
            found += _paired(feed, rules, results[f"{feed}.{name}"])
    return Judgement(results, found, engine.scan or Scan({}))


def _paired(feed: str, rules: Sequence[Rule], result: dict[str, Any]) -> list[tuple[Rule, dict[str, Any]]]:
    """Each rule with its own result; an exception in any of them is an error and no verdict."""
    parts = result["results"]
    broken = [p for p in parts if _raised(p["exception_info"])]
    if broken or len(parts) != len(rules):
        names = sorted({p["expectation_config"]["meta"]["rule"] for p in broken})
        why = next((_raised(p["exception_info"]) for p in broken), "rules are missing from the result")
        raise ValidationBroken(f"{feed}: {', '.join(names) or 'some rules'} did not run: {why}")
    by_rule = {p["expectation_config"]["meta"]["key"]: p for p in parts}
    return [(rule, by_rule[rule.meta["key"]]) for rule in rules]


def _raised(info: dict[str, Any]) -> str | None:
    """The message of an exception that a rule raised; the library nests it by metric, or not."""
    if info.get("raised_exception"):
        return str(info.get("exception_message"))
    nested = [v for v in info.values() if isinstance(v, dict) and v.get("raised_exception")]
    return str(nested[0].get("exception_message")) if nested else None
