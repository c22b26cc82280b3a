"""Coordinate systems: CGCS2000 (within decimetres of WGS-84), GCJ-02, BD-09, and metres on the ground.

The GCJ-02 and BD-09 formulae are the well-known public approximations, vectorised.
"""

import numpy as np

from infra.sandbox.randomness import Floats

AXIS = 6_378_245.0  # Krasovsky 1940, metres
ECCENTRICITY = 0.006_693_421_622_965_943
METRES_A_DEGREE = 111_320.0


def moved(lon: Floats, lat: Floats, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """The point this many metres to the east and north."""
    return lon + east / (METRES_A_DEGREE * np.cos(np.radians(lat))), lat + north / METRES_A_DEGREE


def _waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    lat = lat + (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    lat = lat + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    lon = lon + (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    lon = lon + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    return lon, lat


def gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 or CGCS2000 degrees to GCJ-02 degrees (mainland China)."""
    east, north = _waves(lon - 105.0, lat - 35.0)
    radians = np.radians(lat)
    magic = 1.0 - ECCENTRICITY * np.sin(radians) ** 2
    root = np.sqrt(magic)
    north = north * 180.0 / ((AXIS * (1.0 - ECCENTRICITY)) / (magic * root) * np.pi)
    east = east * 180.0 / (AXIS / root * np.cos(radians) * np.pi)
    return lon + east, lat + north


def bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 or CGCS2000 degrees to BD-09 degrees."""
    x, y = gcj02(lon, lat)
    turn = np.pi * 3000.0 / 180.0
    radius = np.sqrt(x * x + y * y) + 0.000_02 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 0.000_003 * np.cos(x * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gauss_krueger(lon: float, lat: float) -> tuple[float, float]:
    """Rough projected CGCS2000 metres with the 3-degree zone number before the easting (8 digits)."""
    zone = int(lon / 3 + 0.5)
    east = zone * 1_000_000 + 500_000 + (lon - 3 * zone) * METRES_A_DEGREE * float(np.cos(np.radians(lat)))
    return east, lat * 110_940.0
