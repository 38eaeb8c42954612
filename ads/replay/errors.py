"""Errors: by how much what was told differs from what happened."""

from dataclasses import dataclass

from .estimating import NAMES, Figures


@dataclass(frozen=True, slots=True)
class Errors:
    """By which part of what happened an estimate of the same days was off; of the price, None without clicks."""

    impressions: float
    clicks: float
    spend: float
    orders: float
    price: float | None


def off(told: Figures, happened: Figures) -> Errors:
    """Return by which part of what happened an estimate is off."""
    parts = {name: _off(getattr(told, name), getattr(happened, name)) for name in NAMES}
    prices = told.price, happened.price
    return Errors(**parts, price=None if None in prices else _off(*prices))


def _off(told: float, happened: float) -> float:
    """Return a difference as a part of what happened; what should have been nothing is off by all of itself."""
    if abs(told - happened) < 1e-9:
        return 0.0
    return abs(told - happened) / happened if happened else 1.0
