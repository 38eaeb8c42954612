"""What if: the auctions of past days held again with other bids, beside how far such answers were off before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

from chengfeng.money import round_money
from chengfeng.periods import days_period, each_day, local_date

from .. import performance
from ..auction.moments import rules
from ..campaigns.promotion import day_budgets
from ..models import Campaign
from .errors import Errors, off
from .estimating import NAMES, Estimate, Figures, Range, estimate, total, within
from .holding import Bidder, bidder
from .reading import Auction, auctions, newest
from .rebidding import BidsOfDay, BidsOfNow, rebid

DAYS = 7
FEWEST = 100  # recorded auctions from which something is told
STEPS = (-50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50, 75, 100)
LIMITED = 1.01  # a campaign could spend so many times what it has, or more


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What bids changed by so many per cent would have brought in some days. Money is in the shop's currency.

    Per cent of what a campaign that bids by hand would bid by its settings of now, whatever it bid on those days; of
    others, of what they bid. `price` is the average price of a click; `orders` are None where nothing is known of
    purchases. `error` is the back-test on the same days with the bids as they were, `later` the one of later days
    told from the auctions of the days before, with the bids and budgets of the later ones.
    """

    percent: Decimal | int
    bid: Decimal | None
    impressions: Range
    clicks: Range
    spend: Range
    price: Range | None
    orders: Range | None
    error: Errors
    later: Errors


@dataclass(frozen=True, slots=True)
class Missed:
    """Clicks a day that more budget would bring at the same bids, what that budget is, and what each click costs."""

    clicks: float
    spend: Decimal
    price: Decimal | None


@dataclass(frozen=True)
class Study:
    """The recorded auctions of a campaign on some local days, to be held again as often as one likes."""

    campaign: Campaign
    first: date
    last: date
    bidder: Bidder
    auctions: list[Auction]

    @property
    def days(self) -> list[date]:
        return list(each_day(self.first, self.last))

    @cached_property
    def found(self) -> int:
        """How many records tell what another bid would have changed."""
        return sum(1 for auction in self.auctions if any(self.bidder.open(auction)))

    @property
    def is_enough(self) -> bool:
        return self.found >= FEWEST

    def what_if(self, percent: Decimal | int) -> WhatIf:
        """Return what bids changed by so many per cent would have brought."""
        told, error, later = self.estimate(percent), self.error, self.later
        whole, noise = told.whole, told.noise
        ranges = {
            name: within(
                getattr(whole, name), error=max(getattr(error, name), getattr(later, name)), noise=getattr(noise, name)
            )
            for name in NAMES
        }
        return WhatIf(
            percent, self.bid(percent), ranges["impressions"], ranges["clicks"], self._money(ranges["spend"]),
            self._price(whole),
            ranges["orders"] if whole.orders else None, error, later,
        )  # fmt: skip

    def percent_for(self, bid: Decimal) -> Decimal:
        """Return by how many per cent all bids change for the own bid of a campaign that bids by hand to be that."""
        return 100 * (bid / self.campaign.bid - 1)

    def bid(self, percent: Decimal | int) -> Decimal | None:
        """Return the campaign's own bid changed by so many per cent; None where it bids by itself."""
        if not self.campaign.is_manual:
            return None
        return round_money(self.campaign.bid * (100 + percent) / 100, self.campaign.merchant.currency)

    def estimate(self, percent: Decimal | int, *, is_capped: bool = True) -> Estimate:
        """Return what the campaign would get for its bids of now changed by so many per cent."""
        return self._held(self.rebid, self.budgets if is_capped else None, factor=float(100 + percent) / 100)

    @cached_property
    def rebid(self) -> list[Auction]:
        """The auctions with the bids of now; of a campaign that bids by itself, with those that it made."""
        if not self.campaign.is_manual:
            return self.auctions
        bids = BidsOfNow(self.campaign, self.day_of)
        return [rebid(auction, self.campaign.pk, bids) for auction in self.auctions]

    @cached_property
    def missed(self) -> Missed | None:
        """What more budget would bring a day; None where the budget leaves nothing out."""
        capped, free = self.estimate(0).whole, self.estimate(0, is_capped=False).whole
        if free.spend <= capped.spend * LIMITED:
            return None
        clicks, spend = (free.clicks - capped.clicks) / len(self.days), (free.spend - capped.spend) / len(self.days)
        currency = self.campaign.merchant.currency
        return Missed(clicks, money(spend, currency), money(spend / clicks, currency) if clicks else None)

    @cached_property
    def error(self) -> Errors:
        """By how much the estimate at the bids as they were is off."""
        return off(self._held(self.auctions, self.budgets).whole, total(self.actual.values()))

    @cached_property
    def later(self) -> Errors:
        """By how much later days are off when they are told from the days before them, what was bid then being known.

        Nothing else of the later days is used: neither who took part in their auctions nor what these cost.
        """
        half = max(len(self.days) // 2, 1)
        before, after = set(self.days[:half]), self.days[half:]
        known = [auction for auction in self.auctions if self.day_of(auction) in before]
        told = total(self._told(day, known).times(1 / half) for day in after)
        return off(told, total(self.actual[day] for day in after))

    def _told(self, day: date, known: list[Auction]) -> Figures:
        """Return what known auctions would have brought for the bids and the budget of a later day."""
        bids = BidsOfDay((auction for auction in self.auctions if self.day_of(auction) == day), self.campaign.pk)
        held = [rebid(auction, self.campaign.pk, bids) for auction in known]
        return self._held(held, dict.fromkeys(self.days, self.budgets[day])).whole

    def _held(self, held: list[Auction], budgets: Mapping[date, float] | None, *, factor: float = 1.0) -> Estimate:
        return estimate(held, self.bidder, factor, budgets=budgets, day_of=self.day_of, days=self.days)

    @cached_property
    def actual(self) -> Mapping[date, Figures]:
        """What happened."""
        results = performance.by_day(self.campaign, self.first, self.last)
        return {
            day: Figures(result.impressions, result.clicks, float(result.spend), result.orders)
            for day, result in results.items()
        }

    @cached_property
    def budgets(self) -> Mapping[date, float]:
        """The budgets of the days: those that were spent from, else those that the campaign has now."""
        kept = dict(self.campaign.days.filter(day__gte=self.first, day__lte=self.last).values_list("day", "budget"))
        return {day: float(kept[day] if day in kept else self._budget(day)) for day in self.days}

    def recent(self, *, most: int) -> list[Auction]:
        """Return the newest auctions, also of the day that is not over: so many won, and as many lost."""
        day = self.last + timedelta(days=1)
        today = auctions(days_period(day, day, self.campaign.merchant.time_zone), campaign=self.campaign.pk)
        return newest([*self.auctions, *today], campaign=self.campaign.pk, most=most)

    def day_of(self, auction: Auction) -> date:
        return auction.at.astimezone(ZoneInfo(self.campaign.merchant.time_zone)).date()

    def _budget(self, day: date) -> Decimal:
        return day_budgets({self.campaign.pk: self.campaign}, {self.campaign.pk: day})[self.campaign.pk]

    def _price(self, whole: Figures) -> Range | None:
        if whole.price is None:
            return None
        return self._money(within(whole.price, error=max(self.error.price or 0.0, self.later.price or 0.0)))

    def _money(self, spread: Range) -> Range:
        """Return a range of money in the smallest coins of the shop's currency."""
        return Range(
            *(money(side, self.campaign.merchant.currency) for side in (spread.low, spread.middle, spread.high))
        )


def study(campaign: Campaign, *, at: datetime, days: int = DAYS) -> Study:
    """Return the recorded auctions of the whole local days before `at`, ready to be held again."""
    merchant = campaign.merchant
    last = local_date(at, merchant.time_zone) - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    found = auctions(days_period(first, last, merchant.time_zone), campaign=campaign.pk)
    return Study(campaign, first, last, bidder_of(campaign), found)


def bidder_of(campaign: Campaign) -> Bidder:
    """Return a campaign as auctions see it by the rules of now."""
    return bidder(campaign, rules(), rate=settings.AUCTION_RATES[campaign.merchant.currency])


def money(amount: float, currency: str) -> Decimal:
    """Return an estimated amount in whole smallest coins."""
    return round_money(Decimal(amount), currency)
