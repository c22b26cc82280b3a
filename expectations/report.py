"""What a judgement says in numbers: for the outcome, and for the library's own stored report."""

from typing import Any

from expectations.judge import Judgement
from expectations.rules.base import BatchRule, RowRule
from expectations.rules.history import HistoryRule
from expectations.suites import severity_of


def problems(judgement: Judgement) -> dict[str, list[str]]:
    """What the batch rules found, in Chinese, by severity."""
    out: dict[str, list[str]] = {"refuse": [], "warn": []}
    for rule, result in judgement.found:
        if isinstance(rule, BatchRule) and not result["success"]:
            sentences = result["result"]["details"]["problems"]
            out[severity_of(rule)] += [f"{rule.title_zh}：{sentence}" for sentence in sentences]
    return out


def rules(judgement: Judgement) -> list[dict[str, Any]]:
    """Each rule with its two numbers, A and B of X = A / B; a batch rule judges one thing, the batch.

    `assessed` counts rows whose value is not empty (every row, for `present`); a placeholder such as
    无 in an optional column counts as assessed, and as kept. A rule on the history judges nothing while
    that is short.
    """
    out = []
    for rule, result in judgement.found:
        counts, is_row = result["result"], isinstance(rule, RowRule)
        out.append(
            {
                "rule": rule.rule(),
                "title_zh": rule.title_zh,
                "clause": rule.clause,
                "advice_zh": rule.advice() if isinstance(rule, RowRule) else rule.message_zh,
                "scope": "row" if is_row else "batch",
                "field": rule.field if isinstance(rule, RowRule) else None,
                "source_field": rule.column if isinstance(rule, RowRule) else None,
                "dimension": rule.dimension,
                "severity": severity_of(rule),
                "assessed": counts["element_count"] - counts["missing_count"]
                if is_row
                else counts["details"].get("assessed", 1),
                "failed": counts["unexpected_count"] if is_row else int(not result["success"]),
            }
        )
    return out


def columns(judgement: Judgement) -> dict[str, dict[str, int | None]]:
    """Source column -> its empty rows, and the rows with its commonest code: the history of later batches."""
    told: dict[str, dict[str, int]] = {"blank": {}, "commonest": {}}
    for rule, result in judgement.found:
        if isinstance(rule, HistoryRule):
            for name in told:
                told[name] |= result["result"]["details"].get(name, {})
    return {
        name: {"blank": blank, "commonest": told["commonest"].get(name)}
        for name, blank in told["blank"].items()
    }


def stored(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The library's results without random ids and run times: equal judgements give equal objects."""
    return {
        name: {
            "success": suite["success"],
            "statistics": suite["statistics"],
            "great_expectations_version": suite["meta"]["great_expectations_version"],
            "results": [_part(part) for part in suite["results"]],
        }
        for name, suite in results.items()
    }


def _part(part: dict[str, Any]) -> dict[str, Any]:
    config = part["expectation_config"]
    kwargs = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
    return {
        "success": part["success"],
        "type": config["type"],
        "kwargs": kwargs,
        "severity": config["severity"],
        "meta": config["meta"],
        "result": part["result"],
    }
