"""Geometry of the pictures, which templates draw as SVG: points of a map, columns of months, a thin line."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from infra.dashboard.reader import Row

WIDTH, HEIGHT, MARGIN = 640, 470, 16
TINY = 1e-9  # degrees: a single village has no extent
LINE_WIDTH, LINE_HEIGHT = 120, 30


@dataclass(frozen=True)
class Point:
    """One village on the map."""

    row: Row
    x: float
    y: float


def points(rows: Sequence[Row], places: dict[str, tuple[float, float]]) -> list[Point]:
    """Villages by longitude and latitude, at true proportions; those that nobody located are left out."""
    known = [(row, *places[row["unit_id"]]) for row in rows if row["unit_id"] in places]
    if not known:
        return []
    west, east = min(lon for _, lon, _ in known), max(lon for _, lon, _ in known)
    south, north = min(lat for _, _, lat in known), max(lat for _, _, lat in known)
    squeeze = cos(radians((south + north) / 2))  # a degree of longitude is shorter up north
    wide, high = (east - west) * squeeze, north - south
    scale = min((WIDTH - 2 * MARGIN) / (wide or TINY), (HEIGHT - 2 * MARGIN) / (high or TINY))
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2
    return [
        Point(row, round(left + (lon - west) * squeeze * scale, 1), round(top + (north - lat) * scale, 1))
        for row, lon, lat in known
    ]


def line(values: Sequence[float | None]) -> list[tuple[float, float]]:
    """Points of a thin line through those values that are known, scaled to their own range."""
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return []
    low, high = min(v for _, v in known), max(v for _, v in known)
    step, height = LINE_WIDTH / (len(values) - 1), LINE_HEIGHT - 6
    share = [(value - low) / (high - low) if high > low else 0.5 for _, value in known]
    return [
        (round(n * step, 1), round(3 + height * (1 - part), 1))
        for (n, _), part in zip(known, share, strict=True)
    ]
