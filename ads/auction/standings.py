"""What changes with every click and sale: the money behind a campaign, its steering, whether goods can be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from .outcomes import Outcome

STATES = (None, Outcome.NOT_ON_SALE, Outcome.OUT_OF_STOCK, Outcome.REJECTED)  # what `Goods.state` counts in


@dataclass(frozen=True, slots=True)
class Money:
    """Arrays with one place per campaign of a roster, amounts in ten-thousandths of its own currency.

    `day` is the last local day (as an ordinal) with a budget row and `left` what remained of it; other days have the
    full budget. The same goes for the account, whose budget may be unlimited like the total.
    """

    spendable: np.ndarray
    day: np.ndarray
    left: np.ndarray
    total_left: np.ndarray
    account_budget: np.ndarray
    account_day: np.ndarray
    account_left: np.ndarray
    multiplier: np.ndarray
    participation: np.ndarray

    def limits(self, today: np.ndarray, budget: np.ndarray) -> np.ndarray:
        """Return per campaign the most that one event may cost, given its local day and full budget."""
        left = np.where(self.day == today, self.left, budget)
        account = np.where(self.account_day == today, self.account_left, self.account_budget)
        return np.minimum(np.minimum(left, account), np.minimum(self.total_left, self.spendable))


@dataclass(frozen=True, slots=True)
class Goods:
    """By row: a place in `STATES`, and the lowest price of the product."""

    state: np.ndarray
    price: Sequence[Decimal | None]
