"""Whether a number is unusual: a pure function of the number and of what it was on the days before.

Square roots are compared, for the spread of a count grows with its root. The middle is the median, the spread 1.4826
times the median distance from it (what a standard deviation would be if days were normal), yet no less than the chance
of a count alone gives, and no less than a twentieth of the middle. A number is unusual if it is farther from the middle
than five times the spread, and outside of all that the days before have seen.

Simulated shops (60 to 3,000 a day, days up to 30 % apart, weekends, growth by half in four weeks) raised at most 0.5
false alarms a month for a count and 0.75 for an amount; a halt at noon was found by five in the afternoon in all shops
with 400 a day, in 38–85 % of those with 60.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import median

LIMIT = 5.0  # spreads from the middle
NORMAL = 1.4826
CHANCE = 0.5  # standard deviation of the root of a count that comes by chance (Poisson)
LEAST = 0.05  # of the middle
DAYS, ENOUGH = 28, 14  # how many days are looked back at, and how few will do
BUSY = 0.75  # share of the days on which something must have come by that hour


@dataclass(frozen=True, slots=True)
class Unusual:
    """What a number is compared with: the median of the days before, the lowest and the highest of them."""

    usual: Decimal
    low: Decimal
    high: Decimal


def judge(value: Decimal, past: Sequence[Decimal], *, is_count: bool) -> Unusual | None:
    """Return what makes a number unusual beside those of the days before, or None where it is not, or nobody can say.

    Both are of the same hours of the day, and not negative.
    """
    if len(past) < ENOUGH or sum(1 for one in past if one > 0) < BUSY * len(past):
        return None
    low, high = min(past), max(past)
    if low <= value <= high or abs(_root(value) - _middle(past)) <= LIMIT * _spread(past, is_count=is_count):
        return None
    return Unusual(Decimal(median(past)), low, high)


def _root(value: Decimal) -> float:
    return sqrt(max(value, 0))


def _middle(past: Sequence[Decimal]) -> float:
    return median(map(_root, past))


def _spread(past: Sequence[Decimal], *, is_count: bool) -> float:
    middle = _middle(past)
    typical = NORMAL * median(abs(_root(one) - middle) for one in past)
    return max(typical, CHANCE if is_count else 0, LEAST * middle)
