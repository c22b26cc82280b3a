"""DuckDB as a Great Expectations execution engine, and the data source that offers a batch to it.

Great Expectations asks for metrics; those of row rules are "aggregate partials", which it hands over in
one bundle, and the bundle becomes one scan (expectations.scan).
"""

from typing import Any, ClassVar, Literal, NoReturn

import duckdb
from great_expectations.core.batch import BatchData, BatchMarkers, LegacyBatchDefinition
from great_expectations.core.batch_spec import BatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
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
                    values["unexpected"], "", "", "", tuple(values["bound"]), tuple(values["setup"])
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
    value_keys = ("name", "unexpected", "bound", "setup")

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


class RelationAsset(DataAsset):  # type: ignore[misc]
    """Batches of one feed; a batch is asked for by the SQL relation that holds it."""

    type: Literal["relation"] = "relation"

    def test_connection(self) -> None:
        """Nothing to test: the connection is given."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        """The one option of a batch request."""
        return ("relation",)

    def build_batch_request(
        self,
        options: dict[str, Any] | None = None,
        batch_slice: Any = None,  # noqa: ARG002
        partitioner: Any = None,  # noqa: ARG002
    ) -> BatchRequest:
        """A request for the batch in `options["relation"]`."""
        return BatchRequest(
            datasource_name=self.datasource.name, data_asset_name=self.name, options=options or {}
        )

    def get_batch_identifiers_list(self, batch_request: BatchRequest) -> list[dict[str, Any]]:
        """The batch itself."""
        return [IDDict(batch_request.options)]

    def get_batch(self, batch_request: BatchRequest) -> Batch:
        """The batch that a request names."""
        spec = BatchSpec(batch_request.options)
        data, markers = self.datasource.get_execution_engine().get_batch_data_and_markers(spec)
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            metadata={},
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=LegacyBatchDefinition(
                datasource_name=self.datasource.name,
                data_connector_name="fluent",
                data_asset_name=self.name,
                batch_identifiers=IDDict(batch_request.options),
            ),
        )


EngineClass = type[DuckDBEngine]  # inside the class below, `type` is the source's own field


class DuckDBSource(Datasource):  # type: ignore[misc]
    """Batches in Parquet objects, read by DuckDB."""

    asset_types: ClassVar[list[type[DataAsset]]] = [RelationAsset]
    type: Literal["sanling_duckdb"] = "sanling_duckdb"
    assets: list[RelationAsset] = []  # noqa: RUF012  (a model field, copied for each source)

    @property
    def execution_engine_type(self) -> EngineClass:
        """The engine above."""
        return DuckDBEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to test: the connection is given."""

    def add_relation_asset(self, name: str) -> RelationAsset:
        """The asset of a feed."""
        asset: RelationAsset = self._add_asset(RelationAsset(name=name))
        return asset
