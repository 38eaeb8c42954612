"""The whole numbers in which auctions count, so that equal scores are equal: units, limits, and draws out of them.

Amounts are ten-thousandths, probabilities hundred-millionths, conversion rates millionths, qualities per cent.
"""

from datetime import datetime
from decimal import Decimal

CENTS = 10_000
PROBABILITY = 100_000_000
RATE = 1_000_000
RELEVANT, OFF_TOPIC = 100, 20  # quality: what a search did not ask for must bid five times as much
UNLIMITED = 10**15
MOST_VALUE = 900_000_000  # of a click, in ten-thousandths; more would not fit into a score of 64 bits
NEVER = 2**62
MASK = 2**64 - 1


def whole(amount: Decimal | None) -> int:
    """Return an amount in ten-thousandths, rounded down; none at all is no limit."""
    return UNLIMITED if amount is None else min(int(amount * CENTS), UNLIMITED)


def amount(units: int) -> Decimal:
    """Return ten-thousandths as an amount."""
    return Decimal(units).scaleb(-4)


def micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)


def mixed(number: int, draw: int) -> int:
    """Return 32 bits that look random, the same for the same number and draw."""
    bits = (number * 0x9E3779B97F4A7C15 + draw * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) & MASK
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & MASK
    return bits >> 32
