"""One indicator in full: its course, the divisions below, its kinds."""

from typing import Any

from infra.dashboard import divisions, indicators
from infra.dashboard.reader import Row
from infra.dashboard.view import NotFound, View
from infra.serving import LEVELS

BELOW = """
select distinct rpad(left(unit_id, %(digits)s), 12, '0') as code from three_zero_status
where unit_kind = 'village' and unit_id between %(low)s and %(high)s and month = %(month)s
order by 1 limit 500
"""


def loop(view: View, mart: str) -> tuple[str, dict[str, Any]]:
    """Template and values of one indicator's page. Raises NotFound for a name that is none."""
    if mart not in indicators.INDICATORS:
        raise NotFound(mart)
    one, finer = indicators.INDICATORS[mart], divisions.below(view.level)
    codes: list[str] = []
    if finer:
        found = view.reader.ask(BELOW, digits=LEVELS[finer], **view.where)
        codes = [row["code"] for row in found]
    below = indicators.by_division(view.reader, one, codes, view.where) if codes else None
    sort = view.choice("sort", ("division_code", *one.columns))
    direction = view.choice("direction", ("asc", "desc"))
    rows = _sorted(below.rows if below else [], sort, direction)
    view.names([*divisions.way(view.division, view.home or view.division), *codes])
    return "loop.html.j2", {
        "one": one, "course": indicators.course(view.reader, one, view.where), "below": below, "rows": rows,
        "kinds": indicators.by_kind(view.reader, one, view.where), "sort": sort, "direction": direction,
        "indicators": indicators.INDICATORS,
    }  # fmt: skip


def _sorted(rows: list[Row], sort: str, direction: str) -> list[Row]:
    """Rows by a column, those without a value last either way."""
    known = [row for row in rows if row[sort] is not None]
    return sorted(known, key=lambda row: row[sort], reverse=direction == "desc") + [
        row for row in rows if row[sort] is None
    ]
