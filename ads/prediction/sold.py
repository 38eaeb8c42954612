"""What clicks lead to, by product: how often to a purchase, of what value, and how much of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from .facts import AdFacts, numbers, prices
from .smoothing import FIRST_PURCHASE, PRIOR, nested, smoothed

PURCHASES = 20  # how many purchases the mean of the kind is worth, where values are averaged
FIRST_VALUE, FIRST_SETTLED = 1.0, 0.95


NO_IDS, NO_SUMS = partial(np.zeros, 0, np.int64), partial(np.zeros, 0)


@dataclass(frozen=True)
class Sold:
    """Products with their category and merchant, and what clicks on their ads led to, row by row.

    `clicks` count as far as their purchases may have happened by now; `worth` is the sum over purchases of
    value ÷ price of the product; `paid` and `settled` are sums of ripe sales before and after refunds, ÷ price.
    """

    product: np.ndarray = field(default_factory=NO_IDS)
    category: np.ndarray = field(default_factory=NO_IDS)
    merchant: np.ndarray = field(default_factory=NO_IDS)
    clicks: np.ndarray = field(default_factory=NO_SUMS)
    purchases: np.ndarray = field(default_factory=NO_SUMS)
    worth: np.ndarray = field(default_factory=NO_SUMS)
    paid: np.ndarray = field(default_factory=NO_SUMS)
    settled: np.ndarray = field(default_factory=NO_SUMS)

    def rates(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return purchases per click of ads: of the product, drawn to its category, drawn to all."""
        return self._smooth(facts, self.purchases, self.clicks, ("category", "product"), FIRST_PURCHASE, PRIOR)

    def values(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return what an order that a click led to is worth, in the merchant's currency."""
        ratios = self._smooth(facts, self.worth, self.purchases, ("category", "product"), FIRST_VALUE, PURCHASES)
        return ratios * prices(facts)

    def kept(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return the share of paid value that refunds leave, by merchant."""
        return self._smooth(facts, self.settled, self.paid, ("merchant",), FIRST_SETTLED, PURCHASES)

    def _smooth(self, facts, hits, seen, names: Sequence[str], first: float, prior: float) -> np.ndarray:
        """Return a rate for every ad; groups that were never seen have that of the level above."""
        rate = np.full(len(facts), smoothed(hits.sum(), seen.sum(), first, prior))
        for level, name in enumerate(names):
            known = nested(hits, seen, [getattr(self, each) for each in names[: level + 1]], first, prior)
            keys, places = np.unique(getattr(self, name), return_index=True)
            at = np.searchsorted(keys, numbers(facts, name))
            is_known = np.isin(numbers(facts, name), keys)
            rate[is_known] = known[places[at[is_known]]]
        return rate
