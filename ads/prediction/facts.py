"""What predictions know of an ad before any request comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ..models import Placement

PLACEMENTS = tuple(Placement.values)  # the order of rows wherever predictions come by placement
NONE = -1


@dataclass(frozen=True, slots=True)
class AdFacts:
    """A running ad; `price` is the product's lowest, in the merchant's currency."""

    ad: int
    group: int
    campaign: int
    merchant: int
    product: int
    category: int | None = None
    brand: str = ""
    price: Decimal | None = None
    note: int | None = None
    headline: str = ""


def numbers(facts: Sequence[AdFacts], name: str) -> np.ndarray:
    """Return a column of ids, with -1 where there is none."""
    values = (getattr(row, name) for row in facts)
    return np.fromiter((NONE if value is None else value for value in values), np.int64, len(facts))


def prices(facts: Sequence[AdFacts]) -> np.ndarray:
    """Return the prices as floats, 0 where there is none."""
    return np.fromiter((float(row.price or 0) for row in facts), np.float64, len(facts))
