"""The waterfall adds up, reads without the net, and holds nothing of the records but levels and bits."""

import re
from pathlib import Path

from infra.review.compare import Compared, Said
from infra.review.waterfall import FINAL, bars, write

PAIR = Compared(
    "police.incident:1#caller",
    "petition.petition:2#petitioner",
    None,
    (Said("name", "same", 9.5), Said("sex", "same", 0.9), Said("phone", "other", -1.4)),
)


def test_steps_come_by_strength_and_add_up_to_the_final_one() -> None:
    found = bars([PAIR])
    assert [bar.column_name for bar in found] == ["name", "phone", "sex", FINAL]
    assert sum(bar.log2_bayes_factor for bar in found[:-1]) == found[-1].log2_bayes_factor


def test_the_file_needs_no_net_and_names_no_record(tmp_path: Path) -> None:
    path = tmp_path / "waterfall.html"
    write([PAIR], path)
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=", text), "everything is inside"
    assert "police.incident:1" not in text
    assert '"phone"' in text
    assert "other: -1.40 bits" in text
