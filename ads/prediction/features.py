"""Features: what a model sees of an ad and a request, hashed into one table of weights.

An example is a row of slots. Its first slot is the same for all; then come those of the ad, of the ad on its placement,
of the request, and of the position. A prediction for an ad without a request needs the first two kinds only.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from .facts import PLACEMENTS

SIZE = 2**20
MATCHES = ("none", "broad", "phrase", "exact", "topic")
POSITIONS = 40
SPREAD, FIRST, SECOND = (np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
OF_AD = ("ad", "product", "category", "brand", "merchant", "bucket", "note")
CROSSED = ("ad", "product", "category")

ALL = 1  # slots before those of the ad
AD_SLOT, CATEGORY_SLOT, PRODUCT_SLOT = ALL, ALL + OF_AD.index("category"), ALL + OF_AD.index("product")


@dataclass(frozen=True)
class Shown:
    """What ads are, as columns of whole numbers."""

    ad: np.ndarray
    product: np.ndarray
    category: np.ndarray
    brand: np.ndarray
    merchant: np.ndarray
    bucket: np.ndarray
    note: np.ndarray

    def __len__(self) -> int:
        return len(self.ad)


def mixed(numbers: np.ndarray) -> np.ndarray:
    """Return 64-bit numbers spread evenly (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        spread = (numbers ^ (numbers >> np.uint64(30))) * FIRST
        spread = (spread ^ (spread >> np.uint64(27))) * SECOND
    return spread ^ (spread >> np.uint64(31))


def slots(field: str, *values) -> np.ndarray:
    """Return the slots of a field's values, or of combinations of values of several columns."""
    with np.errstate(over="ignore"):
        found = np.uint64(crc32(field.encode())) * SPREAD
        for column in values:
            found = mixed(found + np.asarray(column, np.int64).astype(np.uint64) * SPREAD + FIRST)
    return (found % np.uint64(SIZE)).astype(np.int64)


def bucket(prices: np.ndarray) -> np.ndarray:
    """Return the half octave in which a price lies, -1 for none."""
    return np.where(prices > 0, np.round(2 * np.log2(np.maximum(prices, 0.01))) + 20, -1).astype(np.int64)


def ad_slots(shown: Shown) -> np.ndarray:
    """Return the slots that an ad has anywhere, one row per ad, the common one first."""
    columns = [slots(name, getattr(shown, name)) for name in OF_AD]
    return np.stack([np.broadcast_to(slots("all", 0), len(shown)), *columns], axis=1)


def placed_slots(shown: Shown, placement) -> np.ndarray:
    """Return the slots of ads on a placement (its number, or a column of them)."""
    place = np.broadcast_to(placement, len(shown))
    crosses = [slots(f"{name} × placement", getattr(shown, name), place) for name in CROSSED]
    return np.stack([slots("placement", place), *crosses], axis=1)


def context_slots(placement, hour, match) -> np.ndarray:
    """Return the slots of requests, one row each."""
    columns = np.broadcast_arrays(*np.atleast_1d(placement, hour, match))
    place, hours, matches = columns
    return np.stack(
        [slots("hour", hours), slots("hour × placement", hours, place), slots("match × placement", matches, place)],
        axis=1,
    )


def position_slots(placement, position) -> np.ndarray:
    """Return the slot of positions on a placement, one row each."""
    place, position = np.broadcast_arrays(*np.atleast_1d(placement, position))
    return slots("position × placement", np.minimum(position, POSITIONS), place)[:, None]


def place_number(placement: str) -> int:
    return PLACEMENTS.index(placement)


def match_number(match: str) -> int:
    return MATCHES.index(match)
