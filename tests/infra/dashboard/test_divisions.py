"""Division codes and months, by hand-made examples."""

from datetime import UTC, date, datetime

import pytest

from infra.dashboard import charts, divisions


@pytest.mark.parametrize(
    ("code", "level", "low", "high"),
    [
        ("410100000000", "prefecture", "410100000000", "410199999999"),
        ("410102000000", "county", "410102000000", "410102999999"),
        ("410102003000", "township", "410102003000", "410102003999"),
        ("410102003004", "village", "410102003004", "410102003004"),
        ("410102100000", "township", "410102100000", "410102100999"),
    ],
)
def test_levels_and_spans(code: str, level: str, low: str, high: str) -> None:
    assert divisions.level(code) == level
    assert divisions.span(code) == {"low": low, "high": high}


@pytest.mark.parametrize(
    ("low", "high", "home"),
    [
        ("410101001001", "410102003004", "410100000000"),
        ("410102001001", "410102003004", "410102000000"),
        ("410102003001", "410102003004", "410102003000"),
        ("410102003004", "410102003004", "410102003004"),
        ("410102010001", "410102011001", "410102000000"),  # townships that share a digit too many
    ],
)
def test_home_is_the_smallest_division_that_holds_both(low: str, high: str, home: str) -> None:
    assert divisions.holding(low, high) == home


def test_the_way_down() -> None:
    assert divisions.way("410102003004", "410102000000") == ["410102000000", "410102003000", "410102003004"]
    assert divisions.below("prefecture") == "county"
    assert divisions.below("village") is None


def test_months_cross_years() -> None:
    assert divisions.moved(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert divisions.moved(date(2025, 12, 1), 1) == date(2026, 1, 1)
    assert divisions.months(date(2025, 11, 1), date(2026, 2, 1)) == [
        date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1), date(2025, 11, 1),
    ]  # fmt: skip


def test_a_month_is_of_shanghai() -> None:
    bounds = divisions.bounds(date(2026, 10, 1))
    assert bounds["begin"] == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert bounds["end"] == datetime(2026, 10, 31, 16, tzinfo=UTC)


def test_points_keep_north_up_and_stay_inside() -> None:
    rows = [{"unit_id": name} for name in ("south_west", "north_east", "nowhere")]
    found = charts.points(rows, {"south_west": (113.0, 34.0), "north_east": (113.5, 34.2)})
    assert [point.row["unit_id"] for point in found] == ["south_west", "north_east"]
    west, east = found
    assert west.x < east.x
    assert west.y > east.y  # the picture's y grows downwards
    for point in found:
        assert charts.MARGIN - 1 <= point.x <= charts.WIDTH - charts.MARGIN + 1
        assert charts.MARGIN - 1 <= point.y <= charts.HEIGHT - charts.MARGIN + 1


def test_one_village_alone_is_in_the_middle() -> None:
    (point,) = charts.points([{"unit_id": "a"}], {"a": (113.0, 34.0)})
    assert (point.x, point.y) == (charts.WIDTH / 2, charts.HEIGHT / 2)


def test_a_line_leaves_out_what_is_not_known() -> None:
    found = charts.line([None, 0.5, None, 1.0])
    assert [x for x, _ in found] == [40.0, 120.0]
    assert found[0][1] > found[1][1]
    assert charts.line([None, 0.5]) == []
