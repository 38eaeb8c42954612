"""Rebidding: recorded auctions with the bids that a campaign would make by its settings of now, or made on a day."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ..auction.numbers import CENTS, MOST_VALUE
from ..models import Campaign, Keyword
from .holding import CPM
from .reading import Auction, Entry

WHOLE = 100  # per cent
Key = tuple[int, int | None, str]  # product, keyword, placement
BidOf = Callable[[Auction, Entry], int | None]


def rebid(auction: Auction, campaign: int, bid_of: BidOf) -> Auction:
    """Return an auction in which a campaign's ads bid something else; where `bid_of` returns None, what they bid."""
    return replace(auction, entries=tuple(_rebid(auction, entry, campaign, bid_of) for entry in auction.entries))


def _rebid(auction: Auction, entry: Entry, campaign: int, bid_of: BidOf) -> Entry:
    bid = bid_of(auction, entry) if entry.campaign == campaign and entry.bid else None
    return entry if bid in (None, entry.bid) else replace(entry, bid=bid, score=entry.score * bid // entry.bid)


class BidsOfNow:
    """What a campaign that bids by hand bids by its settings of now: of keyword, else group, else campaign."""

    def __init__(self, campaign: Campaign, day_of: Callable[[Auction], date]):
        self.day_of = day_of
        self.unit = CENTS / Decimal(1_000 if campaign.bid_mode == CPM else 1)
        self.own = campaign.bid
        self.groups = dict(campaign.groups.values_list("pk", "bid"))
        self.keywords = dict(Keyword.objects.filter(group__campaign=campaign).values_list("pk", "bid"))
        self.modifiers = dict(campaign.modifiers.values_list("placement", "percent"))
        self.spans = list(campaign.promotion_days.values_list("first_day", "last_day", "bid_percent"))

    def __call__(self, auction: Auction, entry: Entry) -> int:
        """Return the bid of an ad in an auction, in ten-thousandths."""
        bid = self.keywords.get(entry.keyword) or self.groups.get(entry.group) or self.own
        percents = (WHOLE + self.modifiers.get(auction.placement, 0)) * self._promoted(self.day_of(auction))
        return max(min(int(bid * self.unit), MOST_VALUE) * percents // WHOLE**2, 1)

    def _promoted(self, day: date) -> int:
        return max((WHOLE + percent for first, last, percent in self.spans if first <= day <= last), default=WHOLE)


class BidsOfDay:
    """What a campaign bid on one day, on average, by product, keyword and placement; None where it did not bid."""

    def __init__(self, auctions: Iterable[Auction], campaign: int):
        sums: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for auction in auctions:
            for entry in auction.entries:
                if entry.campaign == campaign:
                    both = sums[_key(auction, entry)]
                    both[0] += entry.bid * auction.weight
                    both[1] += auction.weight
        self.bids = {key: round(bids / weight) for key, (bids, weight) in sums.items()}

    def __call__(self, auction: Auction, entry: Entry) -> int | None:
        return self.bids.get(_key(auction, entry))


def _key(auction: Auction, entry: Entry) -> Key:
    return entry.product, entry.keyword, auction.placement
