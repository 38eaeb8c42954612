"""Forecasting: what a campaign that does not run yet would have reached and cost in the auctions of the last days."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Avg

from chengfeng.periods import days_period, each_day, local_date
from shops.models import Category, Merchant

from .. import performance
from ..auction.matching import Matcher
from ..auction.moments import rules
from ..auction.numbers import CENTS, OFF_TOPIC, PROBABILITY, RATE, RELEVANT
from ..auction.outcomes import Outcome
from ..audiences.sizes import FLOOR, rounded
from ..campaigns.members import plain
from ..models import Campaign, Conversion, Placement
from ..prediction.smoothing import FIRST_VIEWABLE
from .estimating import Figures, estimate, within
from .explaining import texts
from .holding import CPM, Bidder
from .reading import Auction, Entry, auctions
from .suggesting import quantiles
from .what_if import DAYS, FEWEST, off

CHECKED = 3  # campaigns by which a forecast is back-tested
LOOKED = 200  # records of a day: a forecast holds them once for itself, and once for each of those campaigns
MONTH = timedelta(days=28)
NEWCOMER = -1
Mode = Campaign.BidMode


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `days` days would have brought, by the auctions of the last ones; money is in the shop's currency.

    `reach` is rounded to two digits and never below the floor (`is_below`: fewer than that). `low` and `high` are what
    eight of ten clicks, or 1,000 viewable impressions, cost. `error` is the part by which impressions and clicks
    of running campaigns were missed when told like this; None where none runs. Ranges are as wide as it says.
    """

    days: int
    reach: int
    is_below: bool
    impressions: int
    impressions_low: int
    impressions_high: int
    clicks: int
    clicks_low: int
    clicks_high: int
    spend: Decimal
    low: Decimal | None
    high: Decimal | None
    error: float | None
    auctions: int
    is_viewable: bool


def forecast(merchant: Merchant, spec: Mapping[str, Any], *, at: datetime) -> Forecast | None:
    """Return what a campaign with these members (as changes keep them) would have got in the last seven days.

    `spec["campaign"]` is the code of the campaign that it would replace, if any. None while too few auctions that it
    could reach are recorded.
    """
    market = _Market(merchant, at)
    found = Campaign.objects.filter(merchant=merchant, code=spec.get("campaign") or "").first()
    told = market.tell(spec, leave_out=found.pk if found else None)
    if told is None:
        return None
    mode = spec["bid_mode"]
    return told.rounded(market.prices(told, mode), error=market.error(), is_viewable=mode == CPM)


@dataclass(frozen=True, slots=True)
class _Told:
    """Unrounded numbers of a forecast."""

    held: list[Auction]
    figures: Figures
    noise: Figures

    def rounded(self, prices: list[tuple[float, float]], *, error: float | None, is_viewable: bool) -> Forecast:
        people = rounded(round(reach(self.held)))
        impressions = within(self.figures.impressions, error=error, noise=self.noise.impressions)
        clicks = within(self.figures.clicks, error=error, noise=self.noise.clicks)
        low, high = map(_money, quantiles(prices, (0.1, 0.9))) if prices else (None, None)
        return Forecast(
            DAYS, people.people if not people.is_below else FLOOR, people.is_below,
            *(round(getattr(impressions, side)) for side in ("middle", "low", "high")),
            *(round(getattr(clicks, side)) for side in ("middle", "low", "high")),
            _money(self.figures.spend), low, high, error, len(self.held), is_viewable,
        )  # fmt: skip


class _Market:
    """The recorded auctions of all merchants on the last local days of one, and what is typical in them."""

    def __init__(self, merchant: Merchant, at: datetime):
        self.merchant = merchant
        self.last = local_date(at, merchant.time_zone) - timedelta(days=1)
        self.first = self.last - timedelta(days=DAYS - 1)
        self.days = list(each_day(self.first, self.last))
        self.zone, self.at = ZoneInfo(merchant.time_zone), at
        self.rate = int(settings.AUCTION_RATES[merchant.currency] * RATE)
        self.auctions = auctions(days_period(self.first, self.last, merchant.time_zone), looked=LOOKED)
        self.texts = texts({auction.term for auction in self.auctions})
        self.parents = dict(Category.objects.values_list("slug", "parent__slug"))
        self.bidder = Bidder(NEWCOMER, merchant.pk, self.rate, rules())

    def tell(self, spec: Mapping[str, Any], *, leave_out: int | None = None) -> _Told | None:
        """Return what a campaign would have got, the entries of another one left out."""
        reached = [auction for auction in self.auctions if self._reaches(spec, auction)]
        if len(reached) < FEWEST:
            return None
        typical = _Typical(self.auctions, self.merchant.pk, leave_out)
        held = [self._with(spec, auction, typical, leave_out) for auction in reached]
        bid = self._bid(spec, typical, held)
        held = [self._at(auction, bid) for auction in held]
        budgets = dict.fromkeys(self.days, float(spec["daily_budget"]))
        found = estimate(held, self.bidder, 1.0, budgets=budgets, day_of=self._day_of, days=self.days)
        return _Told(held, found.whole, found.noise)

    def prices(self, told: "_Told", mode: str) -> list[tuple[float, float]]:
        """Return what was paid for a click, or 1,000 viewable impressions, with weights."""
        unit = CENTS / (1_000 if mode == CPM else 1)
        return [(win.price / unit, auction.weight) for auction in told.held for win in self.bidder.wins(auction, 1.0)]

    def error(self) -> float | None:
        """Return by how much the campaigns with the most records, the shop's own first, were missed on average."""
        counts = Counter(entry.campaign for auction in self.auctions for entry in auction.entries)
        known = Campaign.objects.select_related("merchant").in_bulk([pk for pk, _count in counts.most_common(50)])
        best = sorted(known.values(), key=lambda each: (each.merchant_id != self.merchant.pk, -counts[each.pk]))
        errors = [self._missed(campaign) for campaign in best[:CHECKED]]
        errors = [error for error in errors if error is not None]
        return sum(errors) / len(errors) if errors else None

    def _missed(self, campaign: Campaign) -> float | None:
        """Return the part by which a running campaign is missed when it is told as if it were new."""
        if campaign.merchant.currency != self.merchant.currency:
            return None
        told = self.tell(plain(campaign) | _targeting(campaign), leave_out=campaign.pk)
        if told is None:
            return None
        happened = performance.total(performance.by_day(campaign, self.first, self.last).values())
        missed = off(told.figures, Figures(happened.impressions, happened.clicks))
        return (missed.impressions + missed.clicks) / 2

    def _reaches(self, spec: Mapping[str, Any], auction: Auction) -> bool:
        if auction.placement not in spec["placements"] or not self._is_open(spec, auction):
            return False
        keywords, categories = spec.get("keywords") or (), set(spec.get("categories") or ())
        if not keywords and not categories:
            return True
        return self._is_in(auction.category, categories) or self._is_asked(auction, keywords)

    def _is_open(self, spec: Mapping[str, Any], auction: Auction) -> bool:
        local = auction.at.astimezone(self.zone)
        return spec["hours"][local.weekday() * 24 + local.hour] == "1"

    def _is_in(self, slug: str | None, categories: set[str]) -> bool:
        """Whether a category, or one above it, is among those chosen."""
        while slug:
            if slug in categories:
                return True
            slug = self.parents.get(slug)
        return False

    def _is_asked(self, auction: Auction, keywords: Iterable) -> bool:
        text = self.texts.get(auction.term, "")
        return bool(text) and any(True for _hit in Matcher((k[0], k[1], None) for k in keywords).hits(text))

    def _with(self, spec: Mapping[str, Any], auction: Auction, typical: "_Typical", leave_out: int | None) -> Auction:
        """Return an auction in which a newcomer takes part that nothing is known of but what is typical."""
        is_asked = bool(spec.get("keywords") or spec.get("categories")) or auction.term is None
        pctr, pcvr, viewable = typical.of(auction.placement)
        quality = RELEVANT if is_asked else OFF_TOPIC
        newcomer = Entry(
            NEWCOMER, self.merchant.pk, NEWCOMER, spec["bid_mode"], Outcome.OUTRANKED, CENTS, pctr, pcvr, quality,
            round((viewable if spec["bid_mode"] == CPM else pctr) * PROBABILITY) * quality * CENTS * self.rate // RATE,
        )  # fmt: skip
        rest = tuple(entry for entry in auction.entries if entry.campaign != leave_out)
        return replace(auction, entries=(*rest, newcomer))

    def _at(self, auction: Auction, bid: int) -> Auction:
        *rest, newcomer = auction.entries
        score = newcomer.score * bid // CENTS
        return replace(auction, entries=(*rest, replace(newcomer, bid=bid, score=score)))

    def _bid(self, spec: Mapping[str, Any], typical: "_Typical", held: list[Auction]) -> int:
        """Return what the campaign would bid, in ten-thousandths; what a target is worth by typical orders."""
        said = Decimal(spec["bid"]) if spec.get("bid") else None
        if spec["bid_mode"] in (Mode.CPC, Mode.CPM):
            return max(int(said * CENTS / (1_000 if spec["bid_mode"] == CPM else 1)), 1)
        wanted = self._worth(spec, typical) or self._half(held)
        return max(min(wanted, int(said * CENTS)) if said else wanted, 1)

    def _worth(self, spec: Mapping[str, Any], typical: "_Typical") -> int:
        pcvr = median(typical.of(placement)[1] for placement in Placement.values)
        if spec["bid_mode"] == Mode.TARGET_COST:
            return int(float(spec["target_cost"]) * pcvr * CENTS)
        if spec["bid_mode"] == Mode.TARGET_ROI:
            sold = Conversion.objects.filter(merchant=self.merchant, at__gte=self.at - MONTH, at__lt=self.at)
            value = sold.aggregate(value=Avg("value"))["value"] or 0
            return int(float(value) / float(spec["target_roi"]) * pcvr * CENTS)
        return 0

    def _half(self, held: list[Auction]) -> int:
        """Return the bid that would have won half of the auctions."""
        needed = [(self.bidder.needed(auction.entries[-1], auction), auction.weight) for auction in held]
        pairs = [(bid, weight) for bid, weight in needed if bid]
        return int(quantiles(pairs, (0.5,))[0]) if pairs else CENTS

    def _day_of(self, auction: Auction) -> date:
        return auction.at.astimezone(self.zone).date()


class _Typical:
    """What is usual on a placement: predicted clicks and purchases of the shop's own ads, else of all."""

    def __init__(self, found: Iterable[Auction], merchant: int, leave_out: int | None):
        self.own, self.all = defaultdict(list), defaultdict(list)
        for auction in found:
            for entry in auction.entries:
                if entry.campaign == leave_out:
                    continue
                self.all[auction.placement].append((entry.pctr, entry.pcvr))
                if entry.merchant == merchant:
                    self.own[auction.placement].append((entry.pctr, entry.pcvr))

    def of(self, placement: str) -> tuple[float, float, float]:
        """Return the chances of a click, of a purchase after it, and that an impression is viewable."""
        known = self.own.get(placement) or self.all.get(placement) or [(0.0, 0.0)]
        return median(pctr for pctr, _ in known), median(pcvr for _, pcvr in known), FIRST_VIEWABLE


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


def _targeting(campaign: Campaign) -> dict[str, Any]:
    """Return the keywords and categories of a campaign's groups."""
    groups = campaign.groups.prefetch_related("keywords", "categories")
    keywords = [[word.text, word.match, None] for group in groups for word in group.keywords.all()]
    return {"keywords": keywords, "categories": [one.slug for group in groups for one in group.categories.all()]}


def _money(amount: float) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))
