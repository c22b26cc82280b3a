"""Random streams that depend on names, not on the order of calls.

Every day and every part of the city has its own stream, so a day can be made alone and is the same
as when the whole history is made at once.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Rng = np.random.Generator


def stream(seed: int, *key: str | int) -> Rng:
    """The generator of one named part, for example `stream(7, "police", 12)`."""
    return np.random.default_rng([seed, *(k if isinstance(k, int) else crc32(k.encode()) for k in key)])


def weighted(rng: Rng, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` indices, drawn with replacement in proportion to the weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.asarray(np.minimum(drawn, len(edges) - 1), dtype=np.int64)


def zipf(count: int, exponent: float = 1.0) -> Floats:
    """Weights 1, 1/2, 1/3 … to the power of the exponent."""
    return np.asarray(1.0 / np.arange(1, count + 1) ** exponent, dtype=np.float64)


def texts(values: Sequence[object]) -> Texts:
    """An object array that numpy cannot turn into something else."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def choose(rng: Rng, options: Sequence[str], size: int, weights: Sequence[float] | None = None) -> Texts:
    """`size` texts out of the options."""
    return texts(options)[weighted(rng, weights if weights is not None else np.ones(len(options)), size)]
