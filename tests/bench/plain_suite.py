"""Plain Great Expectations: the rules of plain_rules.py as map expectations on a pandas batch."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.bench import incidents, plain_rules

if TYPE_CHECKING:
    import pandas as pd

FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["_record_key"],
    "partial_unexpected_count": 0,
}


def failures(frame: "pd.DataFrame") -> dict[str, int]:
    """Name of a rule of ours (kind/column) -> failing rows, all of whose keys the library returned."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("incident")
    made = _expectations(gx.expectations)
    for name, expectation in made.items():
        expectation.meta = {"name": name}
    suite = context.suites.add(gx.ExpectationSuite(name="plain", expectations=list(made.values())))
    batch = asset.add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="plain", data=batch, suite=suite)
    )
    result = definition.run(batch_parameters={"dataframe": frame}, result_format=FORMAT)
    found = {}
    for part in result.results:
        name = part.expectation_config.meta["name"]
        if part.exception_info.get("raised_exception"):
            raise RuntimeError(f"{name} did not run: {part.exception_info}")
        found[name] = len(part.result.get("unexpected_index_list") or ())
    return found


def _expectations(library: Any) -> dict[str, Any]:
    """One expectation for each rule of our suite."""
    from expectations import suites
    from ingest.contract import load

    made: dict[str, Any] = {}
    for rule in suites.row_rules(load(incidents.FEED), incidents.receipt(1)):
        kind, column = rule.rule(), rule.column
        if kind == "unique_key":
            made[rule.name] = library.ExpectColumnValuesToBeUnique(column=column)
        elif kind == "order":
            made[rule.name] = library.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=column, column_B=rule.earlier, or_equal=True, ignore_row_if="either_value_is_missing"
            )
        elif kind == "code_mapped":
            made[rule.name] = _kind(rule.code_list, _codes(rule.code_list, rule.platform))(column=column)
        elif kind in ("division_code", "division_code_retired"):
            made[rule.name] = _kind(kind, _division(kind))(column=column)
        else:
            made[rule.name] = _kind(kind, plain_rules.RULES[kind])(column=column)
    return made


@cache
def _kind(name: str, holds: Callable[[str], bool]) -> Any:
    """An expectation class of the library's own making: a condition on each value that is there."""
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import ColumnMapExpectation
    from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial

    metric = f"column_values.plain_{name}"

    @column_condition_partial(engine=PandasExecutionEngine)
    def condition(_cls: type, column: "pd.Series", **_: Any) -> "pd.Series":
        return column.map(holds)

    type("Plain", (ColumnMapMetricProvider,), {"condition_metric_name": metric, "_pandas": condition})
    body = {"map_metric": metric, "__module__": __name__}
    return type(f"ExpectPlain{name.title().replace('_', '')}", (ColumnMapExpectation,), body)


@cache
def _codes(name: str, platform: str) -> Callable[[str], bool]:
    from expectations.rules import code_list

    return plain_rules.one_of(frozenset(code_list.values(name, platform)))


@cache
def _division(kind: str) -> Callable[[str], bool]:
    """Codes that some version of the list has, or those that the present one has."""
    import pandas as pd

    from expectations.rules.division import DIVISIONS

    listed = pd.read_csv(DIVISIONS, dtype=str, usecols=["code12", "valid_to"])
    known = listed if kind == "division_code" else listed[listed["valid_to"].isna()]
    return plain_rules.one_of(frozenset(known["code12"]))
