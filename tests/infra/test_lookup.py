"""Lists of the data steward: a row that says too little, or stands twice, is named with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.lookup import LookupBroken, read
from infra.settings import ROOT

RULES = ROOT / "expectations" / "rules" / "data"
LISTS, SEEDS = ROOT / "dbt_project" / "lists", ROOT / "dbt_project" / "seeds"
KEYS = {
    RULES / "accident_grade.csv": ("grade",),
    RULES / "holiday.csv": ("date",),
    RULES / "name_placeholder.csv": ("value",),
    RULES / "usual.csv": ("name",),
    RULES / "word.csv": ("meaning", "value"),
    LISTS / "place_word.csv": ("kind", "word"),
    SEEDS / "code_crosswalk.csv": ("code_list", "platform", "source_value"),
    SEEDS / "code_value.csv": ("code_list", "code"),
    SEEDS / "deadline.csv": ("matter", "step"),
    SEEDS / "quality_grade.csv": ("grade",),
}
HEAD = "name,value,source,verified"


def broken(folder: Path, *lines: str, head: str = HEAD) -> str:
    path = folder / "list.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    with pytest.raises(LookupBroken) as caught:
        read(path, ("name",))
    return str(caught.value)


def test_every_list_of_the_repository_is_in_order() -> None:
    assert set(KEYS) >= {*RULES.glob("*.csv"), *LISTS.glob("*.csv")}
    assert all(read(path, key) for path, key in KEYS.items())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,2,x,true", "line 3: a stands in line 2 already"),
        (",2,x,true", "line 3: name must not be blank"),
        ("b,2,,true", "line 3: has no source"),
        ("b,2, ,true", "line 3: has no source"),
        ("b,2,x,yes", "line 3: verified must be true or false"),
        ("b,2,x,", "line 3: verified must be true or false"),
        ("b,2,x", "line 3: has not as many columns"),
        ("b,2,x,true,more", "line 3: has not as many columns"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, line: str, said: str) -> None:
    assert said in broken(tmp_path, "a,1,x,true", line)


def test_a_list_without_source_or_key_is_named(tmp_path: Path) -> None:
    assert "lacks the columns name, source" in broken(tmp_path, "1,true", head="value,verified")


@given(st.dictionaries(st.from_regex(r"[a-z一-龥]{1,4}", fullmatch=True), st.integers(), max_size=8))
def test_what_is_in_order_comes_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, int]
) -> None:
    path = tmp_path_factory.mktemp("lookup") / "list.csv"
    text = [HEAD, *(f"{name},{value},x,false" for name, value in rows.items())]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    assert {row["name"]: int(row["value"]) for row in read(path, ("name",))} == rows
