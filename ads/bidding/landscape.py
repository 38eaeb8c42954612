"""The bid landscape: what each multiplier of value would have spent and won in past auctions, by day and time slot.

Who bids multiplier × value wins an auction priced at `price` when the multiplier reaches price / value. Summing prices
and values by that quotient gives two curves that never fall, multiplier → spend and multiplier → value won. Amounts
are in whatever unit prices came in (fen, ten-thousandths), values in whatever the caller maximises (clicks, orders).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

STEPS = 512


@dataclass(frozen=True)
class Landscape:
    """Curves of several days: `auctions` has shape (days, slots), `spend` and `value` (days, slots, multipliers)."""

    multipliers: np.ndarray
    auctions: np.ndarray
    spend: np.ndarray
    value: np.ndarray

    @classmethod
    def of(
        cls,
        *,
        prices: Sequence[float],
        values: Sequence[float],
        days: Sequence[int] | None = None,
        slots: Sequence[int] | None = None,
        slots_a_day: int = 1,
        highest_bid: float = np.inf,
    ) -> "Landscape":
        """Return the landscape of past auctions: per auction its market price, value, day and slot, all from 0.

        Auctions without value, or dearer than the highest bid, count as traffic that nobody can win. Raises ValueError
        when none can be won.
        """
        prices, values = np.asarray(prices, float), np.asarray(values, float)
        days, slots = (np.zeros(prices.size, int) if n is None else np.asarray(n, int) for n in (days, slots))
        shape = (int(days.max(initial=0)) + 1, slots_a_day)
        winnable = (values > 0) & (prices <= highest_bid)
        if not winnable.any():
            raise ValueError("a landscape needs at least one auction that can be won")
        needed = prices[winnable] / values[winnable]
        multipliers = _grid(needed)
        step = np.searchsorted(multipliers, needed)
        place = np.ravel_multi_index((days[winnable], slots[winnable], step), (*shape, multipliers.size))
        return cls(
            multipliers=multipliers,
            auctions=_added(np.ravel_multi_index((days, slots), shape), np.ones(prices.size), shape),
            spend=_added(place, prices[winnable], (*shape, multipliers.size)).cumsum(axis=2),
            value=_added(place, values[winnable], (*shape, multipliers.size)).cumsum(axis=2),
        )

    def rest(self, slot: int = 0, *, left: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Return spend and value from within `slot` to the end of each day, each of shape (days, multipliers).

        `left` is the part of the slot that is still to come.
        """
        spend, value = self._after
        return (
            spend[:, slot + 1] + left * self.spend[:, slot],
            value[:, slot + 1] + left * self.value[:, slot],
        )

    def mean_day(self) -> "Landscape":
        """Return the landscape of one day that is the mean of these."""
        return Landscape(
            multipliers=self.multipliers,
            auctions=self.auctions.mean(axis=0, keepdims=True),
            spend=self.spend.mean(axis=0, keepdims=True),
            value=self.value.mean(axis=0, keepdims=True),
        )

    def multiplier(self, budget: float, slot: int = 0, *, left: float = 1.0) -> float:
        """Return the median over days of the multiplier at which the rest of the day spends the budget.

        A day that could not have spent it asks for the highest multiplier.
        """
        spend, _ = self.rest(slot, left=left)
        return median(self._reaching(curve, budget) for curve in spend)

    def spending(self, multiplier: float, slot: int = 0, *, left: float = 1.0) -> float:
        """Return the mean over days of what the rest of the day costs at a multiplier."""
        step = np.searchsorted(self.multipliers, multiplier)
        rest, now = self._mean
        if step == self.multipliers.size:
            return float(rest[slot + 1, -1] + left * now[slot, -1])
        return float(np.interp(multiplier, self.multipliers, rest[slot + 1] + left * now[slot], left=0.0))

    def traffic(self, slot: int = 0, *, left: float = 1.0) -> float:
        """Return the median over days of the auctions still to come."""
        counts = self.auctions[:, slot + 1 :].sum(axis=1) + left * self.auctions[:, slot]
        return median(counts.tolist())

    def _reaching(self, curve: np.ndarray, budget: float) -> float:
        """Return the multiplier at which a curve reaches the budget, between two steps by proportion."""
        if budget <= 0:
            return 0.0
        step = int(np.searchsorted(curve, budget))
        if step == curve.size:
            return float(self.multipliers[-1])
        low, under = (self.multipliers[step - 1], curve[step - 1]) if step else (0.0, 0.0)
        return float(low + (self.multipliers[step] - low) * (budget - under) / (curve[step] - under))

    @cached_property
    def _mean(self) -> tuple[np.ndarray, np.ndarray]:
        """Spend of a mean day from the start of each slot to the end of the day, and within each slot."""
        return self._after[0].mean(axis=0), self.spend.mean(axis=0)

    @cached_property
    def _after(self) -> tuple[np.ndarray, np.ndarray]:
        """Spend and value from the start of each slot to the end of the day, and zero after the last."""
        return _from_the_end(self.spend), _from_the_end(self.value)


def _grid(needed: np.ndarray) -> np.ndarray:
    """Return rising multipliers from the least to the most that was needed, each above the last by one ratio."""
    least, most = max(needed[needed > 0].min(initial=needed.max()), needed.max() * 1e-9), needed.max()
    if most <= 0:
        return np.array([1.0])
    grid = np.unique(np.geomspace(least, most, STEPS))
    grid[-1] = most
    return grid


def _added(place: np.ndarray, amounts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array of that shape with each amount added at its flat place."""
    return np.bincount(place, weights=amounts, minlength=int(np.prod(shape))).reshape(shape)


def _from_the_end(curves: np.ndarray) -> np.ndarray:
    """Return sums over slots from each one to the last, with one of zero beyond it."""
    sums = curves[:, ::-1].cumsum(axis=1)[:, ::-1]
    return np.concatenate([sums, np.zeros_like(sums[:, :1])], axis=1)
