"""What each comparison adds to a pair of records, drawn by Splink as one file that works without the net."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.review.compare import Compared

FINAL = "Final score"  # the name by which Splink's chart knows the sum


@dataclass(frozen=True)
class Bar:
    """One step of the waterfall, as Splink's chart reads it."""

    column_name: str
    label_for_charts: str
    log2_bayes_factor: float
    bar_sort_order: int
    record_number: int

    def as_dict(self) -> dict[str, Any]:
        """The chart's row; what it does not need of us (values of the records above all) is empty."""
        factor = 2.0**self.log2_bayes_factor
        told = f"{self.label_for_charts}: {self.log2_bayes_factor:+.2f} bits"
        return {
            **vars(self),
            "bayes_factor": factor,
            "bayes_factor_description": told,
            **dict.fromkeys(("value_l", "value_r"), ""),
            **dict.fromkeys(("sql_condition", "m_probability", "u_probability", "comparison_vector_value")),
            "term_frequency_adjustment": False,
        }


def bars(pairs: list[Compared]) -> list[Bar]:
    """The steps of each pair, heaviest comparison first, and their sum."""
    found = []
    for number, pair in enumerate(pairs):
        said = sorted(pair.said, key=lambda each: (-abs(each.bits), each.comparison))
        steps = [(each.comparison, each.level, each.bits) for each in said]
        steps.append((FINAL, pair.rule or "sum of all comparisons", pair.bits))
        found += [Bar(name, label, bits, place, number) for place, (name, label, bits) in enumerate(steps)]
    return found


def write(pairs: list[Compared], path: Path) -> None:
    """Write the chart of one or more pairs. It shows levels and bits, no value and no key of a record."""
    from splink.internals.charts import WaterfallChart

    path.write_text(WaterfallChart(bars(pairs)).to_html(inline=True), encoding="utf-8")
