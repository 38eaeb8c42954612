"""How many people are behind recorded auctions, those that were not recorded included."""

from collections import Counter
from collections.abc import Sequence

from .reading import Auction


def reach(found: Sequence[Auction]) -> float:
    """Return how many people are behind recorded auctions, all of those that the records stand for.

    How many were recorded once and twice tells how many more there are to meet (the extrapolation of Chao and others,
    2014); when every auction is recorded, it is the people themselves.
    """
    times = Counter(Counter(auction.shopper for auction in found).values())
    people, once, twice = times.total(), times[1], times[2]
    unseen = once * once / (2 * twice) if twice else once * (once - 1) / 2
    if not unseen:
        return people
    more = sum(auction.weight for auction in found) - len(found)
    return people + unseen * (1 - (1 - once / (len(found) * unseen + once)) ** more)
