"""The market: the recorded auctions of all merchants on the last days of one, and what a plan would get in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

from chengfeng.periods import days_period, each_day, local_date
from shops.models import Category, Merchant

from ..auction.matching import Matcher
from ..auction.moments import Rules, rules
from ..auction.numbers import CENTS, OFF_TOPIC, PROBABILITY, RATE, RELEVANT
from ..auction.outcomes import Outcome
from ..auction.words import words
from .chances import Chance, Chances
from .estimating import Figures, estimate
from .explaining import texts
from .holding import CPM, Bidder
from .offering import Offer
from .planning import NEWCOMER, Plan
from .reading import Auction, Entry, auctions
from .what_if import DAYS

LOOKED = 200  # records of a day: a forecast holds them once for itself, and once for each campaign that it checks
PAGE, TOPIC, NONE = "page", "topic", "none"  # how an auction is reached but by a keyword
CLOSEST = ("exact", "phrase", "broad")


@dataclass(frozen=True, slots=True)
class Told:
    """What a plan would have got in some auctions, unrounded."""

    bidder: Bidder
    held: list[Auction]
    figures: Figures
    noise: Figures

    def prices(self, mode: str) -> list[tuple[float, float]]:
        """Return what was paid for a click, or 1,000 viewable impressions, with weights."""
        unit = CENTS / (1_000 if mode == CPM else 1)
        return [(win.price / unit, auction.weight) for auction in self.held for win in self.bidder.wins(auction, 1.0)]


class Market:
    """Recorded auctions on the whole local days before an instant."""

    def __init__(self, merchant: Merchant, at: datetime):
        self.merchant, self.at = merchant, at
        self.last = local_date(at, merchant.time_zone) - timedelta(days=1)
        self.first = self.last - timedelta(days=DAYS - 1)
        self.days = list(each_day(self.first, self.last))
        self.zone = ZoneInfo(merchant.time_zone)
        self.rate = int(settings.AUCTION_RATES[merchant.currency] * RATE)
        self.rules: Rules = rules()
        self.auctions = auctions(days_period(self.first, self.last, merchant.time_zone), looked=LOOKED)
        self.parents = dict(Category.objects.values_list("slug", "parent__slug"))

    @cached_property
    def texts(self) -> dict[int, str]:
        """The searches that the auctions answered."""
        return texts({auction.term for auction in self.auctions})

    def of_days(self, days: Sequence[date]) -> list[Auction]:
        wanted = set(days)
        return [auction for auction in self.auctions if self.day_of(auction) in wanted]

    def reached(self, plan: Plan, found: Sequence[Auction]) -> list[tuple[Auction, str]]:
        """Return the auctions that a plan would take part in, each with how it is reached."""
        keywords = Matcher((text, match, None) for text, match in plan.keywords)
        ways = ((auction, self._way(plan, keywords, auction)) for auction in found if self._is_open(plan, auction))
        return [(auction, way) for auction, way in ways if way]

    def tell(self, plan: Plan, reached: Sequence[tuple[Auction, str]], chances: Chances, offer: Offer) -> Told:
        """Return what a plan would have got in auctions, in the place of the campaign that it replaces."""
        bidder = Bidder(NEWCOMER, plan.merchant.pk, self.rate, self.rules)
        shown = [(auction, list(self._likely(auction, way, chances))) for auction, way in reached]
        if offer.is_open:
            offer = offer.at_half(bidder, [self._with(plan, auction, likely, offer) for auction, likely in shown])
        held = [self._with(plan, auction, likely, offer) for auction, likely in shown]
        budgets = dict.fromkeys(self.days, float(plan.daily_budget))
        found = estimate(held, bidder, 1.0, budgets=budgets, day_of=self.day_of, days=self.days)
        return Told(bidder, held, found.whole, found.noise)

    def day_of(self, auction: Auction) -> date:
        return auction.at.astimezone(self.zone).date()

    def _is_open(self, plan: Plan, auction: Auction) -> bool:
        local = auction.at.astimezone(self.zone)
        return auction.placement in plan.placements and plan.hours[local.weekday() * 24 + local.hour] == "1"

    def _way(self, plan: Plan, keywords: Matcher, auction: Auction) -> str:
        """Return the closest match by which an auction is reached, or nothing."""
        text = self.texts.get(auction.term, "")
        hits = {hit.match for hit in keywords.hits(text)} if text else set()
        closest = next((match for match in CLOSEST if match in hits), "")
        if closest or plan.is_everywhere:
            return closest or (PAGE if auction.term is None else TOPIC)
        return PAGE if self._is_in(auction.category, plan.categories) else ""

    def _is_in(self, slug: str | None, categories: frozenset[str]) -> bool:
        """Whether a category, or one above it, is among those chosen."""
        while slug:
            if slug in categories:
                return True
            slug = self.parents.get(slug)
        return False

    def _likely(self, auction: Auction, way: str, chances: Chances) -> Iterator[tuple[Chance, int]]:
        """Yield the chances and the quality of each ad; a search that names nothing of an ad did not ask for it."""
        if way != TOPIC:
            yield from ((chance, RELEVANT) for chance in chances.of(auction, NONE if way == PAGE else way))
            return
        asked = words(self.texts.get(auction.term, ""))
        pairs = zip(chances.of(auction, TOPIC), chances.of(auction, NONE), strict=True)
        for topical, other in pairs:
            yield (topical, RELEVANT) if asked & words(topical.title) else (other, OFF_TOPIC)

    def _with(self, plan: Plan, auction: Auction, likely: Sequence[tuple[Chance, int]], offer: Offer) -> Auction:
        """Return an auction with the best ads of a plan in it, as many as may be shown beside each other."""
        own = [self._entry(plan, auction, chance, quality, offer) for chance, quality in likely]
        best = sorted(own, key=lambda entry: -entry.score)[: self.rules.ads_per_merchant]
        rest = (entry for entry in auction.entries if entry.campaign != plan.campaign)
        return replace(auction, entries=(*rest, *best))

    def _entry(self, plan: Plan, auction: Auction, chance: Chance, quality: int, offer: Offer) -> Entry:
        bid = offer.bid(chance, auction.placement)
        seen = chance.viewable if plan.mode == CPM else chance.pctr
        score = round(seen * PROBABILITY) * quality * (bid * self.rate // RATE)
        return Entry(
            NEWCOMER, plan.merchant.pk, chance.product, plan.mode, Outcome.OUTRANKED, bid, chance.pctr, chance.pcvr,
            quality, score,
        )  # fmt: skip
