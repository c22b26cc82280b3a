"""The real divisions that a city lies in: counties, townships and villages with a place on the map.

Only county coordinates are public; townships and villages are set near them, so that every point of the
city stays within some kilometres of its county's centre.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from infra.sandbox.coordinates import moved
from infra.sandbox.parameters import Params
from infra.sandbox.randomness import Bools, Floats, Ints, Rng, Texts, stream, texts

DATA = Path(__file__).parent / "data"
PEOPLE_A_VILLAGE = 400
VILLAGES_A_TOWNSHIP = 6

# province, city, area code of the fixed network, digits of a fixed number
REGIONS = {
    "3304": ("浙江省", "嘉兴市", "0573", 8),
    "4101": ("河南省", "郑州市", "0371", 8),
    "4115": ("河南省", "信阳市", "0376", 7),
    "4116": ("河南省", "周口市", "0394", 7),
    "4213": ("湖北省", "随州市", "0722", 7),
}


@dataclass(frozen=True)
class Divisions:
    """Parallel arrays; `village_township` and `township_county` are positions in the level above."""

    province: str
    city: str
    area_code: str
    fixed_digits: int
    county_code: Texts  # 6 digits
    county_name: Texts
    township_code: Texts  # 12 digits
    township_name: Texts
    township_county: Ints
    village_code: Texts  # 12 digits
    village_name: Texts
    village_spoken: Texts  # without 居民委员会 and the like
    village_township: Ints
    is_urban: Bools  # a residents' committee, by the last three digits
    longitude: Floats  # of the village, CGCS2000
    latitude: Floats
    retired: Texts  # six-digit codes of the region that were abolished


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoken(name: str) -> str:
    """How people call a village or community: 金寨村委会 is 金寨村, 清华园社区居民委员会 is 清华园社区."""
    for ending, kind in (("居民委员会", "社区"), ("居委会", "社区"), ("村民委员会", "村"), ("村委会", "村")):
        if name.endswith(ending) and len(name) > len(ending):
            short = name.removesuffix(ending)
            return short if short.endswith(("社区", "村", "居")) else short + kind
    return name


def _around(rng: Rng, lon: Floats, lat: Floats, near: Floats, far: Floats) -> tuple[Floats, Floats]:
    angle = rng.random(len(lon)) * 2 * np.pi
    radius = near + (far - near) * np.sqrt(rng.random(len(lon)))
    return moved(lon, lat, radius * np.cos(angle), radius * np.sin(angle))


def build(params: Params) -> Divisions:
    """As many villages as the people fill, in a few counties. Raises ValueError for an unknown region."""
    if params.region not in REGIONS:
        raise ValueError(f"region {params.region!r} is not one of {', '.join(REGIONS)}")
    rng = stream(params.seed, "divisions")
    rows = [row for row in _read("divisions.csv") if row["code"].startswith(params.region)]
    counties = [r for r in rows if r["level"] == "county" and r["longitude"]]
    wanted = max(6, params.people // PEOPLE_A_VILLAGE)
    keep = min(len(counties), 2 + wanted // 60)
    counties = [counties[i] for i in sorted(rng.permutation(len(counties))[:keep].tolist())]
    codes = [row["code"][:6] for row in counties]
    below: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if row["level"] == "village":
            below.setdefault(row["code"][:9], []).append(row)
    townships = [
        r for r in rows if r["level"] == "township" and r["code"][:6] in codes and r["code"][:9] in below
    ]
    order = rng.permutation(len(townships)).tolist()
    by_county = [[townships[i] for i in order if townships[i]["code"][:6] == code] for code in codes]
    turns = [group[turn] for turn in range(len(townships)) for group in by_county if turn < len(group)]
    chosen: list[dict[str, str]] = []
    villages: list[tuple[int, dict[str, str]]] = []
    share = max(VILLAGES_A_TOWNSHIP, -(-wanted // len(turns)))
    for township in turns:
        if len(villages) >= wanted:
            break
        inside = below[township["code"][:9]]
        picked = sorted(rng.permutation(len(inside))[: min(share, wanted - len(villages))].tolist())
        villages += [(len(chosen), inside[i]) for i in picked]
        chosen.append(township)
    return _place(params, rng, counties, chosen, villages)


def _place(
    params: Params,
    rng: Rng,
    counties: list[dict[str, str]],
    townships: list[dict[str, str]],
    villages: list[tuple[int, dict[str, str]]],
) -> Divisions:
    codes = [row["code"][:6] for row in counties]
    county_of = np.array([codes.index(row["code"][:6]) for row in townships])
    is_district = np.array([row["name"].endswith("区") for row in counties])[county_of]
    lon = np.array([float(row["longitude"]) for row in counties])[county_of]
    lat = np.array([float(row["latitude"]) for row in counties])[county_of]
    size = len(townships)
    lon, lat = _around(rng, lon, lat, np.full(size, 800.0), np.where(is_district, 3_500.0, 9_000.0))
    township_of = np.array([position for position, _ in villages])
    is_urban = np.array([row["code"][9:] < "200" for _, row in villages])
    far = np.where(is_urban, 900.0, 2_500.0)
    lon, lat = _around(rng, lon[township_of], lat[township_of], far / 3, far)
    return Divisions(
        *REGIONS[params.region],
        county_code=texts(codes),
        county_name=texts([row["name"] for row in counties]),
        township_code=texts([row["code"] for row in townships]),
        township_name=texts([row["name"] for row in townships]),
        township_county=county_of,
        village_code=texts([row["code"] for _, row in villages]),
        village_name=texts([row["name"] for _, row in villages]),
        village_spoken=texts([spoken(row["name"]) for _, row in villages]),
        village_township=township_of,
        is_urban=is_urban,
        longitude=lon,
        latitude=lat,
        retired=texts([r["code"] for r in _read("retired_divisions.csv") if r["region"] == params.region]),
    )
