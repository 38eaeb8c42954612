"""What predictions know of an ad before any request comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zlib import crc32

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


@dataclass(frozen=True)
class FactSheet(Sequence[AdFacts]):
    """Facts whose columns were made before: ids by name, those of brands among them, and prices."""

    rows: Sequence[AdFacts]
    ids: Mapping[str, np.ndarray]
    prices: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place):
        return self.rows[place]


def numbers(facts: Sequence[AdFacts], name: str) -> np.ndarray:
    """Return a column of ids, with -1 where there is none."""
    if isinstance(facts, FactSheet):
        return facts.ids[name]
    values = (getattr(row, name) for row in facts)
    return np.fromiter((NONE if value is None else value for value in values), np.int64, len(facts))


def prices(facts: Sequence[AdFacts]) -> np.ndarray:
    """Return the prices as floats, 0 where there is none."""
    if isinstance(facts, FactSheet):
        return facts.prices
    return np.fromiter((float(row.price or 0) for row in facts), np.float64, len(facts))


def brands(facts: Sequence[AdFacts]) -> np.ndarray:
    """Return the numbers of brands."""
    if isinstance(facts, FactSheet):
        return facts.ids["brand"]
    return np.fromiter((brand_number(row.brand) for row in facts), np.int64, len(facts))


def brand_number(brand: str) -> int:
    return crc32(brand.strip().lower().encode()) if brand else NONE
