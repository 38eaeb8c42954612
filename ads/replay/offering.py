"""Offering: what a plan would bid for an ad, by hand or by what its purchases are worth."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Avg

from shops.models import Merchant

from ..auction.numbers import CENTS
from ..models import Campaign, Conversion
from .chances import Chance
from .holding import CPM, Bidder
from .planning import NEWCOMER, Plan
from .quantiles import quantiles
from .reading import Auction

MONTH = timedelta(days=28)
Mode = Campaign.BidMode


@dataclass(frozen=True, slots=True)
class Offer:
    """The bids of a plan; `value` is that of an order of the shop, for ads of which nothing better is known."""

    plan: Plan
    value: float
    half: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the bid is what it takes to win, so that it takes auctions to find it."""
        return self.plan.mode == Mode.MAX_CONVERSIONS and self.half is None and self.plan.multiplier is None

    def at_half(self, bidder: Bidder, held: list[Auction]) -> "Offer":
        """Return the offer with the bid that would have won half of the auctions."""
        needed = [(bidder.needed(_own(auction), auction), auction.weight) for auction in held]
        pairs = [(bid, weight) for bid, weight in needed if bid]
        return replace(self, half=int(quantiles(pairs, (0.5,))[0]) if pairs else CENTS)

    def bid(self, chance: Chance, placement: str) -> int:
        """Return the bid for an ad on a placement, in ten-thousandths."""
        plan, most = self.plan, self._said
        wanted = most if plan.mode in Campaign.MANUAL else self._worth(chance)
        wanted = wanted * (100 + plan.modifiers.get(placement, 0)) // 100
        return max(wanted if plan.mode in Campaign.MANUAL or most is None else min(wanted, most), 1)

    @property
    def _said(self) -> int | None:
        if self.plan.bid is None:
            return None
        return int(self.plan.bid * CENTS / (1_000 if self.plan.mode == CPM else 1))

    def _worth(self, chance: Chance) -> int:
        """Return what a click may cost: at the target, or for most conversions what each has come to be worth."""
        plan = self.plan
        if plan.mode == Mode.MAX_CONVERSIONS and plan.multiplier is None:
            return CENTS if self.half is None else self.half
        if plan.mode == Mode.MAX_CONVERSIONS:
            worth = 1 / float(settings.AUCTION_RATES[plan.merchant.currency])
        elif plan.mode == Mode.TARGET_ROI:
            worth = (self.value if chance.value is None else chance.value) / float(plan.target)
        else:
            worth = float(plan.target)
        return int(CENTS * chance.pcvr * worth * (plan.multiplier or 1.0))


def offer_of(plan: Plan, *, at: datetime) -> Offer:
    """Return the bids of a plan; orders are as valuable as they were in four weeks."""
    return Offer(plan, _usual_value(plan.merchant, at) if plan.mode == Mode.TARGET_ROI else 0.0)


def _usual_value(merchant: Merchant, at: datetime) -> float:
    sold = Conversion.objects.filter(merchant=merchant, at__gte=at - MONTH, at__lt=at)
    return float(sold.aggregate(value=Avg("value"))["value"] or Decimal(0))


def _own(auction: Auction):
    """Return the plan's best ad."""
    return max((entry for entry in auction.entries if entry.campaign == NEWCOMER), key=lambda entry: entry.score)
