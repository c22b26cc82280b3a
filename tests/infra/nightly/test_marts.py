"""What the manifest says of a mart, as the publication reads it."""

from typing import Any

import pytest

from infra.nightly import build
from infra.nightly.access import readers
from infra.nightly.marts import marts
from infra.serving import PURPOSES


def node(**given: Any) -> dict[str, Any]:
    kinds = {"division_code": "varchar", "month": "date", "event_kind": "varchar", "found": "integer"}
    columns = {
        name: {"name": name, "data_type": kind, "description": "", "meta": {}} for name, kind in kinds.items()
    }
    columns["found"]["meta"] = {"read_by": ["governance"]}
    return {
        "resource_type": "model", "schema": "mart", "alias": "closure", "description": "", "columns": columns,
        "config": {"unique_key": ["division_code", "month", "event_kind"], "meta": given},
    }  # fmt: skip


def test_access_and_sums_come_from_meta(monkeypatch: pytest.MonkeyPatch) -> None:
    said = node(
        read_by=["governance", "statistics"], division_column="division_code", adds_up={"found": ["a", "b"]}
    )
    monkeypatch.setattr(build, "manifest", lambda: {"nodes": {"m": said}})
    (mart,) = marts()
    assert (mart.division_column, mart.kind_column, mart.count_columns) == (
        "division_code", "event_kind", ("found",),
    )  # fmt: skip
    assert mart.adds_up == {"found": ("a", "b")}
    assert mart.column_read_by == {"found": ("governance",)}
    assert readers(mart, "mart_next") == ("governance", "audit")
    assert readers(mart, "statistics_next") == ("statistics", "audit")


def test_a_mart_that_says_nothing_is_for_the_audit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "manifest", lambda: {"nodes": {"m": node()}})
    (mart,) = marts()
    assert readers(mart, "mart") == ("audit",)
    assert (mart.division_column, mart.is_reference) == (None, False)


@pytest.mark.usefixtures("stack")  # for its settings, without which dbt does not parse
def test_every_mart_of_the_project_names_columns_that_it_has() -> None:
    """A wrong name would leave a mart open or stop a publication; a missing one leaves it to the audit."""
    described = {mart.name: mart for mart in marts()}
    for mart in described.values():
        named = {mart.division_column, mart.department_column, mart.kind_column} - {None}
        sums = {name for total, parts in mart.adds_up.items() for name in (total, *parts)}
        assert named <= mart.columns.keys(), mart.name
        assert sums <= {*mart.count_columns}, mart.name
        assert {count for counts in mart.made_of.values() for count in counts} <= {*mart.count_columns}
        assert mart.counted_in is None or "count_name" in described[mart.counted_in].columns, mart.name
        assert set(mart.read_by) <= set(PURPOSES), mart.name
        assert mart.read_by, mart.name
    assert described["dispute_resolution"].kind_column == "dispute_type"
    assert described["event_closure"].kind_column == "event_kind"
    assert described["three_zero_status"].kind_column is None
    assert "found_count" in described["dispute_resolution"].count_columns
    assert described["return_item"].department_column == "owner_zh"
