"""The Great Expectations data source that offers a batch in a Parquet object to the DuckDB engine."""

from typing import Any, ClassVar, Literal

from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_spec import BatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource

from expectations.engine import DuckDBEngine


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
