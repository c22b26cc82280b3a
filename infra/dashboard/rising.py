"""What rises beyond its own history: places and kinds of event, never people."""

from infra.dashboard.reader import Rows
from infra.dashboard.view import View

MATTERS = """
select division_code, division_level, event_kind, window_start, window_end, observed, expected,
    expected_low, expected_high, p_value
from rising_matter
where is_rising and division_code between %(low)s and %(high)s
order by p_value, division_code, event_kind limit 20
"""


def of(view: View) -> Rows:
    """The rising matters within the division shown, the least likely by chance first."""
    found = view.reader.ask(MATTERS, **view.where)
    view.names(row["division_code"] for row in found)
    return found
