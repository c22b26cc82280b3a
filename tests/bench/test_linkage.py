"""Splink alone meets the same pairs as our models, or comparing the two says nothing."""

import re

from infra.generate import PROJECT
from tests.bench.linkage import BLOCKS


def test_both_meet_by_the_same_columns() -> None:
    macro = (PROJECT / "macros" / "linkage" / "person_rules.sql").read_text(encoding="utf-8")
    listed = macro[macro.index("return([") : macro.index("]) }}")]
    ours = [tuple(re.findall(r"'(\w+)'", one)) for one in re.findall(r"\['[^]]+\]", listed)]
    assert ours == [tuple(columns) for columns in BLOCKS]
