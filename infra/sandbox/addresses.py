"""How each platform writes one place: more or less of the upper levels, 办事处 for 街道, looser tails."""

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.randomness import Ints, Rng, Texts, texts, weighted

# weights of: all levels, county and down, township and down, village and down, city and road, tail only
MANNERS = {
    "police": (0.40, 0.25, 0.05, 0.05, 0.15, 0.10),
    "petition": (0.45, 0.35, 0.10, 0.05, 0.05, 0.0),
    "grid": (0.05, 0.10, 0.25, 0.45, 0.0, 0.15),
    "emergency": (0.55, 0.35, 0.10, 0.0, 0.0, 0.0),
}
TAILS = {"police": (5, 4, 3), "petition": (6, 3, 1), "grid": (5, 4, 2), "emergency": (8, 2, 0)}
FORMAL = 0.2  # chance that a village is called by its committee
OFFICE = 0.25  # chance that a street is called by its office


def written(city: City, places: Ints, platform: str, rng: Rng) -> Texts:
    """The address text of each place as this platform would show it, drawn anew for each report."""
    d, size = city.divisions, len(places)
    village = city.places.village[places]
    township = d.village_township[village]
    county = d.county_name[d.township_county[township]]
    office = rng.random(size) < OFFICE
    street = [
        name.removesuffix("街道") + "办事处" if swap and name.endswith("街道") else name
        for name, swap in zip(d.township_name[township].tolist(), office.tolist(), strict=True)
    ]
    tails = np.stack([city.places.exact[places], city.places.short[places], city.places.loose[places]])
    tail = tails[weighted(rng, TAILS[platform], size), np.arange(size)]
    manner = weighted(rng, MANNERS[platform], size)
    province = np.where(rng.random(size) < 0.5, d.province, "")
    rows = zip(
        manner.tolist(),
        province.tolist(),
        county.tolist(),
        street,
        np.where(rng.random(size) < FORMAL, d.village_name[village], d.village_spoken[village]).tolist(),
        tail.tolist(),
        strict=True,
    )
    return texts([_text(d.city, *row) for row in rows])


def _text(city: str, manner: int, province: str, county: str, street: str, village: str, tail: str) -> str:
    if tail.startswith(village[:2]) and "组" in tail:  # village houses carry the village's name already
        village = ""
    return (
        f"{province}{city}{county}{street}{village}{tail}",
        f"{county}{street}{tail}",
        f"{street}{village}{tail}",
        f"{village}{tail}",
        f"{city}{county}{tail}",
        tail,
    )[manner]
