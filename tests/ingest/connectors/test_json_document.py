"""JSON documents with their records in an array: where it stands, nested objects, what is broken."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.connectors.formats import FileBroken, Layout, json_document
from ingest.connectors.formats.json_rows import flattened
from tests.ingest.connectors.helpers import contract, pull

pytestmark = pytest.mark.usefixtures("stack")
FEATURES = [
    {
        "id": "a",
        "properties": {"time": 1517966773840, "mag": 2.10},
        "geometry": {"xy": [1.50, 2]},
    },
    {"id": "b", "properties": {"time": None, "mag": -0.0, "more": {"deep": "x"}}, "geometry": None},
]
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers(), max_size=2))


def geojson(folder: Path, body: str, **settings: Any) -> Any:
    folder.mkdir(exist_ok=True)
    (folder / "all.json").write_text(body, encoding="utf-8")
    server = {"type": "local", "path": str(folder), "format": "json"}
    return contract(server, ["id"], pattern="*.json", rowsField="data.features", **settings)


def test_nested_fields_become_columns_and_no_number_changes(tmp_path: Path) -> None:
    body = json.dumps({"meta": 1, "data": {"features": FEATURES}}, ensure_ascii=False)
    body = body.replace("2.1}", "2.10}").replace("1.5,", "1.50,")
    pulled = pull(geojson(tmp_path / "in", body, flatten=True), tmp_path)
    columns = (
        "_row_number",
        "id",
        "properties.time",
        "properties.mag",
        "geometry.xy",
        "properties.more.deep",
    )
    assert pulled.values(*columns) == [
        (1, "a", "1517966773840", "2.10", "[1.50, 2]", None),
        (2, "b", None, "-0.0", None, "x"),
    ]


def test_without_flatten_a_nested_object_is_one_text(tmp_path: Path) -> None:
    body = json.dumps({"data": {"features": FEATURES[:1]}})
    (row,) = pull(geojson(tmp_path / "in", body), tmp_path).rows
    assert json.loads(row["properties"]) == FEATURES[0]["properties"]


@pytest.mark.parametrize(
    "body", ['{"data": {"features": [{"id": 1}', '{"data": []}', "[]", '{"data":{"features":[1]}}']
)
def test_another_shape_is_refused_with_the_way_to_mend(body: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(body, encoding="utf-8")
    with pytest.raises(FileBroken, match="check rowsField in the contract"):
        json_document.prepare(file, Layout(rows_field="data.features"), tmp_path / "out")


@settings(max_examples=200)
@given(st.dictionaries(st.text(min_size=1), st.one_of(LEAVES, st.dictionaries(st.text(min_size=1), LEAVES))))
def test_flattening_loses_no_value(record: dict[str, Any]) -> None:
    names: dict[str, Any] = {}
    for name, value in record.items():
        names |= {f"{name}.{n}": v for n, v in value.items()} if isinstance(value, dict) else {name: value}
    found = json.loads(flattened(json.dumps(record).encode()))
    assert set(found) == set(names)
    assert sorted(map(repr, found.values())) == sorted(map(repr, names.values())) or len(names) < sum(
        len(v) if isinstance(v, dict) else 1 for v in record.values()
    ), "two paths of one name leave one"
