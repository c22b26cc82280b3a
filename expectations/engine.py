"""DuckDB as a Great Expectations execution engine.

Great Expectations asks for metrics; those of row rules are "aggregate partials", which it hands over in
one bundle, and the bundle becomes one scan (expectations.scan).
"""

from typing import Any, NoReturn

import duckdb
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.batch_spec import BatchSpec
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.metrics.metric_provider import (
    MetricProvider,
    metric_partial,
    metric_value,
)

from expectations import scan
from expectations.check import Check
from expectations.rules.base import ASSESSED, FAILED


class ScanFailed(RuntimeError):
    """The scan of a batch did not run; every verdict on it would be a guess."""


class RelationData(BatchData):  # type: ignore[misc]
    """A batch as DuckDB sees it: `relation` is SQL that can stand after FROM."""

    def __init__(self, execution_engine: "DuckDBEngine", relation: str) -> None:
        super().__init__(execution_engine=execution_engine)
        self.relation = relation


class DuckDBEngine(ExecutionEngine):  # type: ignore[misc]
    """Computes all metrics of a suite on one connection. `con` is set by whoever opens the batch."""

    con: duckdb.DuckDBPyConnection

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scan: scan.Scan | None = None  # of the last bundle
        self._failure: str | None = None

    @property
    def relation(self) -> str:
        """SQL of the active batch."""
        return str(self.batch_manager.active_batch_data.relation)

    def get_batch_data_and_markers(self, batch_spec: BatchSpec) -> tuple[RelationData, BatchMarkers]:
        """The batch that a spec names."""
        return RelationData(self, batch_spec["relation"]), BatchMarkers({"ge_load_time": None})

    def resolve_metric_bundle(self, metric_fn_bundle: list[Any]) -> dict[Any, Any]:
        """One scan for all row rules of the bundle, one pass for the denominators.

        After a failure Great Expectations would try the metrics one by one; a hundred more scans would
        fail as well, so the first failure stands for all.
        """
        if self._failure:
            raise ScanFailed(self._failure)
        try:
            return self._resolve(metric_fn_bundle)
        except duckdb.Error as error:
            # the message may quote a value of the batch; its class and the rule names are enough
            self._failure = f"DuckDB could not scan the batch ({type(error).__name__})"
            raise ScanFailed(self._failure) from error

    def _resolve(self, bundle: list[Any]) -> dict[Any, Any]:
        wanted = {entry.metric_configuration.id: entry for entry in bundle}
        by_metric: dict[str, dict[Any, dict[str, Any]]] = {FAILED: {}, ASSESSED: {}}
        for key, entry in wanted.items():
            by_metric[entry.metric_configuration.metric_name][key] = dict(entry.metric_fn)
        found: dict[Any, Any] = {}
        if failed := by_metric[FAILED]:
            checks = {
                values["name"]: Check(
                    values["unexpected"],
                    "",
                    "",
                    "",
                    tuple(values["bound"]),
                    tuple(values["setup"]),
                    tuple(values["costly"]) or None,
                )
                for values in failed.values()
            }
            self.scan = scan.run(self.con, self.relation, checks)
            found |= {key: self.scan.failed[values["name"]] for key, values in failed.items()}
        if assessed := by_metric[ASSESSED]:
            counts = scan.assessed(self.con, self.relation, [v["applies"] for v in assessed.values()])
            found |= {key: counts[values["applies"]] for key, values in assessed.items()}
        return found

    def _no_conditions(self, *_: object) -> NoReturn:
        raise NotImplementedError("row conditions are part of the rules here")

    _comparison_condition_to_filter_clause = _no_conditions
    _nullity_condition_to_filter_clause = _no_conditions
    _and_condition_to_filter_clause = _no_conditions
    _or_condition_to_filter_clause = _no_conditions


def _partial(metric_value_kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What a bundled metric hands to the engine: its values, and two empty domains."""
    return dict(metric_value_kwargs), {}, {}


class FailedRows(MetricProvider):  # type: ignore[misc]
    """Rows that break a rule."""

    metric_name = FAILED
    domain_keys = ("batch_id",)
    value_keys = ("name", "unexpected", "bound", "setup", "costly")

    @metric_partial(  # type: ignore[untyped-decorator]
        engine=DuckDBEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _duckdb(cls, metric_value_kwargs: Any, **_: Any) -> Any:  # noqa: N805
        return _partial(metric_value_kwargs)


class AssessedRows(MetricProvider):  # type: ignore[misc]
    """Rows in which a rule has something to judge."""

    metric_name = ASSESSED
    domain_keys = ("batch_id",)
    value_keys = ("name", "applies")

    @metric_partial(  # type: ignore[untyped-decorator]
        engine=DuckDBEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _duckdb(cls, metric_value_kwargs: Any, **_: Any) -> Any:  # noqa: N805
        return _partial(metric_value_kwargs)


class RowCount(MetricProvider):  # type: ignore[misc]
    """Rows of the batch, for the library's own expectations as well."""

    metric_name = "table.row_count"
    domain_keys = ("batch_id", "table", "row_condition", "condition_parser")

    @metric_value(engine=DuckDBEngine)  # type: ignore[untyped-decorator]
    def _duckdb(cls, execution_engine: DuckDBEngine, **_: Any) -> int:  # noqa: N805
        found = execution_engine.con.execute(f"SELECT count(*) FROM {execution_engine.relation}").fetchone()
        return int(found[0]) if found else 0
