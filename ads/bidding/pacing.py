"""Paces a budget over the auctions still to come: every bid is one multiplier × the value of what is auctioned.

To win the most value with a budget is, by its dual min over λ of λ·budget + Σ max(0, value − λ·price), to bid value / λ
in every auction (Balseiro and Gur, "Learning in repeated auctions with budgets", 2019). What is left is to find the
multiplier 1 / λ, and two ways are offered:

- `FromHistory`: the multiplier at which past auctions, as many as are still to come, would have cost just what is left
  of the budget; solved anew whenever it is asked (Jasin and Kumar, "A re-solving heuristic", 2012).
- `FromScratch`: dual mirror descent, multiplier ← multiplier · e^(η·(ρ − z) / ρ₀) per auction, where z was paid, ρ is
  what is left per auction to come and ρ₀ what it was at first (Balseiro, Lu and Mirrokni, 2020).

Amounts are whole units of the caller's choice, those of the landscape: fen, ten-thousandths of a yuan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, sqrt
from typing import Protocol

from .landscape import Landscape

STEP = 0.3  # η · √auctions: moves a start three times too high or low within a third of 1,000 auctions
LONGEST_STEP = 1.0  # one dear win shall not end the day
RANGE = 1e6  # how far from its start a multiplier may get, either way


@dataclass(frozen=True, slots=True)
class Rest:
    """What is still to come: from within `slot`, of which the part `left` lies ahead, so many `auctions`."""

    slot: int
    left: float
    auctions: float


class Traffic:
    """The auctions expected in each time slot of a day, or in all of it when there is one slot."""

    def __init__(self, expected: Sequence[float]):
        """Take expected auctions by slot. Raises ValueError when there are none, or fewer than none in a slot."""
        if not expected or min(expected) < 0 or sum(expected) <= 0:
            raise ValueError("traffic needs auctions, and no slot can have fewer than none")
        self.expected = tuple(expected)

    def at(self, slot: int, left: float = 1.0) -> Rest:
        """Return the rest by the clock: within a slot, of which a part is left. There is always one more auction."""
        auctions = left * self.expected[slot] + sum(self.expected[slot + 1 :])
        return Rest(slot, left, max(auctions, 1.0))

    def after(self, passed: int) -> Rest:
        """Return the rest by count, when so many auctions have passed; past the last it is one auction."""
        ahead = max(sum(self.expected) - passed, 1.0)
        slot, later = len(self.expected) - 1, 0.0
        while slot and later + self.expected[slot] < ahead:
            later += self.expected[slot]
            slot -= 1
        left = (ahead - later) / self.expected[slot] if self.expected[slot] else 1.0
        return Rest(slot, min(left, 1.0), ahead)


class Steering(Protocol):
    """A way to find the multiplier."""

    def multiplier(self, *, budget: int, rest: Rest) -> float:
        """Return what to multiply values by, with so much budget left for the rest."""


class FromHistory:
    """The multiplier that would have spent the budget in past auctions, as many as are to come."""

    def __init__(self, history: Landscape):
        self.typical = history.mean_day()

    def multiplier(self, *, budget: int, rest: Rest) -> float:
        past = self.typical.traffic(rest.slot, left=rest.left)
        return self.typical.multiplier(budget * past / rest.auctions, rest.slot, left=rest.left)


class FromScratch:
    """The multiplier learnt as the budget goes: down when more is paid than there is per auction, up when less."""

    def __init__(self, *, start: float):
        """Take the first multiplier. Raises ValueError unless it is above 0, for it could never rise."""
        if start <= 0:
            raise ValueError("the first multiplier must be above 0")
        self.current = start
        self.least, self.most = start / RANGE, start * RANGE
        self.first: tuple[int, float] | None = None
        self.last: tuple[int, float] | None = None

    def multiplier(self, *, budget: int, rest: Rest) -> float:
        if self.first is None or self.last is None:
            self.first = self.last = (budget, rest.auctions)
        moved = self.current * exp(self._step(budget, rest.auctions))
        self.current = min(max(moved, self.least), self.most)
        self.last = (budget, rest.auctions)
        return self.current

    def _step(self, budget: int, ahead: float) -> float:
        """Return η·(ρ − z) / ρ₀, summed over the auctions since the last call."""
        (all_budget, all_auctions), (had, expected) = self.first, self.last
        if all_budget <= 0:
            return 0.0
        surplus = had / expected * (expected - ahead) - (had - budget)
        step = STEP / sqrt(all_auctions) * surplus / (all_budget / all_auctions)
        return max(-LONGEST_STEP, min(step, LONGEST_STEP))


class Pacer:
    """Bids for one budget, auction after auction; never more than what is left of it."""

    def __init__(self, *, budget: int, traffic: Traffic, steering: Steering, highest_bid: float = inf):
        self.left = budget
        self.traffic = traffic
        self.steering = steering
        self.highest_bid = highest_bid
        self.passed = 0

    def bid(self, value: float) -> int:
        """Return the bid for an auction of that value, a whole amount."""
        multiplier = self.steering.multiplier(budget=self.left, rest=self.traffic.after(self.passed))
        return max(int(min(multiplier * value, self.highest_bid, self.left)), 0)

    def observe(self, *, paid: int) -> None:
        """Learn that the auction is over and what it cost, 0 when it was lost. Raises Overspent beyond the budget."""
        if paid > self.left:
            raise Overspent(f"{paid} was paid with {self.left} left")
        self.left -= paid
        self.passed += 1


class Overspent(Exception):
    """More was paid than was left, hence more than was bid."""
