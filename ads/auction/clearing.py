"""Clearing: what winners pay, as a pure function of the scores of an auction's ranking, in whole numbers.

A floor is the score that a winner has to match. GSP: the best lower score of another merchant. VCG: what the winner's
presence costs those below, who would each have moved up to a slot that is looked at more.
"""

from collections.abc import Sequence
from itertools import pairwise

from .numbers import RATE

Bid = tuple[int, int]  # a score and whose it is
ATTENTION = 1_000_000  # that the first slot gets


def gsp(ranking: Sequence[Bid], slots: int, *, reserve: int) -> list[int]:
    """Return the winners' floors; `ranking` has falling scores and goes on below the slots."""
    floors = []
    for place, (_, merchant) in enumerate(ranking[:slots]):
        below = place + 1
        while below < len(ranking) and ranking[below][1] == merchant:
            below += 1
        floors.append(max(reserve, ranking[below][0]) if below < len(ranking) else reserve)
    return floors


def vcg(ranking: Sequence[Bid], slots: int, *, reserve: int, attention: Sequence[int]) -> list[int]:
    """Return the winners' floors, rounded up; `attention` says how much each slot is looked at, falling."""
    floors = []
    for place in range(min(slots, len(ranking))):
        seen = [*attention[place:slots], 0]
        rivals = _rivals(ranking, place)
        harm = sum((upper - lower) * max(reserve, next(rivals, 0)) for upper, lower in pairwise(seen))
        floors.append(-(-harm // seen[0]))
    return floors


def attention(slots: int, *, decay: float) -> list[int]:
    """Return how much each slot is looked at when each gets a fixed part of the one above."""
    return [max(round(ATTENTION * decay**place), 1) for place in range(slots)]


def price(floor: int, *, weight: int, rate: int, tick: int, bid: int) -> int:
    """Return the least that keeps the place: floor ÷ weight in the bidder's currency, rounded up, never above the bid.

    Prices, bids and ticks are ten-thousandths, `rate` is millionths.
    """
    return min(-(-floor * RATE // (weight * rate * tick)) * tick, bid)


def _rivals(ranking: Sequence[Bid], place: int):
    """Yield the scores below a place that are not its own merchant's; nobody bids against itself."""
    merchant = ranking[place][1]
    return (score for score, rival in ranking[place + 1 :] if rival != merchant)
