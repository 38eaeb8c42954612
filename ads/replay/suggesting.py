"""Suggesting: bids that would have won a part of past auctions, and targets that were reached before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from chengfeng.money import ZERO, round_money
from chengfeng.periods import days_period, each_day, local_date

from .. import performance
from ..attribution import DEFAULT, STANDS
from ..auction.numbers import CENTS
from ..models import Ad, Campaign, Charge, Credit
from ..performance import Result
from .holding import CPM
from .quantiles import quantiles
from .what_if import DAYS, Study, study

QUARTERS = (0.25, 0.5, 0.75)
MONTH = 28
FEWEST_ORDERS = 10
FEWEST_SHOPS = 5  # of a category: fewer would tell of one another
EXACT, HUNDREDTH = Decimal("0.0001"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BidRange:
    """Bids with which 25 %, 50 % and 75 % of the auctions that were reached would have been won."""

    low: Decimal
    middle: Decimal
    high: Decimal
    auctions: int


class Basis(models.TextChoices):
    """Whose history a suggestion rests on."""

    CAMPAIGN = "campaign", _("this campaign")
    SHOP = "shop", _("your campaigns")
    CATEGORY = "category", _("shops of the category")


@dataclass(frozen=True, slots=True)
class TargetRange:
    """What was reached: of the money spent, a quarter did no better than `low`, a quarter better than `high`."""

    basis: Basis
    orders: int
    roi: tuple[Decimal, Decimal, Decimal]
    cost: tuple[Decimal, Decimal, Decimal]


def suggested_bids(found: Campaign | Study, *, at: datetime, days: int = DAYS) -> BidRange | None:
    """Return bids from the auctions of the last days, for modes that bid by hand; None while too few are recorded."""
    found = found if isinstance(found, Study) else study(found, at=at, days=days)
    if not found.campaign.is_manual or not found.is_enough:
        return None
    modifiers = dict(found.campaign.modifiers.values_list("placement", "percent"))
    unit = Decimal(1_000 if found.campaign.bid_mode == CPM else 1) / CENTS
    pairs = []
    for auction in found.auctions:
        bids = [found.bidder.needed(entry, auction) for entry in found.bidder.open(auction)]
        if any(bids):
            least = min(filter(None, bids)) * 100 / (100 + modifiers.get(auction.placement, 0))
            pairs.append((least, auction.weight))
    if not pairs:
        return None
    low, middle, high = ((Decimal(round(bid)) * unit).quantize(EXACT).normalize() for bid in quantiles(pairs, QUARTERS))
    return BidRange(low, middle, high, len(pairs))


def suggested_targets(campaign: Campaign, *, at: datetime) -> TargetRange | None:
    """Return what the campaign reached in four weeks, else the shop, else its category; None without enough orders."""
    last = local_date(at, campaign.merchant.time_zone) - timedelta(days=1)
    first = last - timedelta(days=MONTH - 1)
    for basis, reached in (
        (Basis.CAMPAIGN, lambda: _weeks(campaign, first, last)),
        (Basis.SHOP, lambda: list(performance.by_campaign(campaign.merchant, first, last).values())),
        (Basis.CATEGORY, lambda: _shops(campaign, first, last)),
    ):
        results = [result for result in reached() if result.spend > 0]
        orders = sum(result.orders for result in results)
        if orders >= FEWEST_ORDERS:
            return _targets(basis, orders, results, campaign.merchant.currency)
    return None


def _targets(basis: Basis, orders: int, results: Sequence[Result], currency: str) -> TargetRange:
    rois = [(result.roi, float(result.spend)) for result in results]
    costs = [(result.cost_per_order, float(result.spend)) for result in results if result.orders]
    return TargetRange(
        basis, orders, tuple(roi.quantize(HUNDREDTH) for roi in quantiles(rois, QUARTERS)),
        tuple(round_money(cost, currency) for cost in quantiles(costs, QUARTERS)),
    )  # fmt: skip


def _weeks(campaign: Campaign, first: date, last: date) -> list[Result]:
    results = performance.by_day(campaign, first, last)
    days = list(each_day(first, last))
    return [performance.total(results[day] for day in days[start : start + 7]) for start in range(0, len(days), 7)]


def _shops(campaign: Campaign, first: date, last: date) -> list[Result]:
    """Return what shops got that advertise goods of the same categories, in the same currency: nothing of a few."""
    merchant, period = campaign.merchant, days_period(first, last, campaign.merchant.time_zone)
    categories = Ad.objects.filter(campaign=campaign).values("product__category")
    ads = Ad.objects.filter(product__category__in=categories, merchant__currency=merchant.currency)
    campaigns = ads.exclude(merchant=merchant).values("campaign")
    charges = Charge.objects.filter(campaign__in=campaigns, day__gte=first, day__lte=last).order_by()
    spent = dict(charges.values_list("merchant").annotate(spend=Sum("amount")))
    credited = Credit.objects.filter(
        campaign__in=campaigns, at__gte=period.start, at__lt=period.end, rule=DEFAULT.name
    ).order_by()
    sold = credited.values_list("merchant").annotate(
        orders=Count("line__conversion", distinct=True, filter=STANDS),
        sales=Sum("amount", filter=Q(refund=""), default=ZERO),
    )
    results = {pk: Result(spend=spend) for pk, spend in spent.items()}
    for pk, orders, sales in sold:
        if pk in results:
            results[pk].orders, results[pk].sales = orders, sales
    return list(results.values()) if len(results) >= FEWEST_SHOPS else []
