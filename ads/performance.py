"""What campaigns brought: views, clicks, spend, orders and sales, from the raw rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from chengfeng.money import ZERO
from chengfeng.periods import days_period, each_day
from shops.models import Merchant

from .attribution import DEFAULT
from .models import Campaign, Charge, Credit, Event, EventKind
from .validity import TOKEN_LIFE

ORDERS = Count("line__conversion", distinct=True, filter=Q(reason=Credit.Reason.INITIAL))
IMPRESSIONS = Count("token", filter=Q(kind=EventKind.IMPRESSION))
CLICKS = Count("token", filter=Q(kind=EventKind.CLICK))


@dataclass(slots=True)
class Result:
    """Numbers of a period; ratios of nothing are None. Sales are credited by the default rule, net of refunds."""

    impressions: int = 0
    clicks: int = 0
    spend: Decimal = ZERO
    orders: int = 0
    sales: Decimal = ZERO

    @property
    def ctr(self) -> float | None:
        return self.clicks / self.impressions if self.impressions else None

    @property
    def roi(self) -> Decimal | None:
        return self.sales / self.spend if self.spend else None

    @property
    def click_price(self) -> Decimal | None:
        return (self.spend / self.clicks).quantize(Decimal("0.01")) if self.clicks else None


def by_campaign(merchant: Merchant, first: date, last: date) -> dict[int, Result]:
    """Return the results of a merchant's campaigns over local days, both included."""
    return _Reading(merchant, first, last).grouped_by(F("campaign_id"), F("campaign_id"))


def by_ad(campaign: Campaign, first: date, last: date) -> dict[int, Result]:
    """Return views, clicks, orders and sales of a campaign's ads over local days; spend is told by campaign only."""
    return _Reading(campaign.merchant, first, last, campaign).grouped_by(F("ad_id"))


def by_day(campaign: Campaign, first: date, last: date) -> dict[date, Result]:
    """Return a campaign's results day by day."""
    zone = ZoneInfo(campaign.merchant.time_zone)
    found = _Reading(campaign.merchant, first, last, campaign).grouped_by(TruncDate("at", tzinfo=zone), F("day"))
    return {day: found[day] for day in each_day(first, last)}


def spend_by_campaign(merchant: Merchant, day: date) -> dict[int, Decimal]:
    """Return what a merchant's campaigns spent on a local day."""
    spent = Charge.objects.filter(merchant=merchant, day=day).values_list("campaign_id")
    return dict(spent.annotate(Sum("amount")))


def total(results: Iterable[Result]) -> Result:
    """Add up results of different days; an order belongs to one day, so nothing is counted twice."""
    whole = Result()
    for result in results:
        whole.impressions += result.impressions
        whole.clicks += result.clicks
        whole.spend += result.spend
        whole.orders += result.orders
        whole.sales += result.sales
    return whole


class _Reading:
    """Reads events, charges and credits of local days, each in one query, grouped alike."""

    def __init__(self, merchant: Merchant, first: date, last: date, campaign: Campaign | None = None):
        period = days_period(first, last, merchant.time_zone)
        mine = Q(merchant=merchant) & (Q(campaign=campaign) if campaign else Q())
        then = mine & Q(at__gte=period.start, at__lt=period.end)
        decided = Q(day__gte=(period.start - TOKEN_LIFE).date(), day__lte=period.end.date())
        self.events = Event.objects.filter(then & decided, is_valid=True)
        self.charges = Charge.objects.filter(mine, day__gte=first, day__lte=last)
        self.credits = Credit.objects.filter(then, rule=DEFAULT.name)

    def grouped_by(self, group: F | TruncDate, of_charges: F | None = None) -> dict[object, Result]:
        results: dict[object, Result] = defaultdict(Result)
        for key, seen, clicked in _rows(self.events, group, IMPRESSIONS, CLICKS):
            results[key].impressions, results[key].clicks = seen, clicked
        for key, orders, sales in _rows(self.credits, group, ORDERS, Sum("amount")):
            results[key].orders, results[key].sales = orders, sales
        for key, spend in _rows(self.charges, of_charges, Sum("amount")) if of_charges else ():
            results[key].spend = spend
        return results


def _rows(rows: QuerySet, group: F | TruncDate, *numbers) -> QuerySet:
    names = [f"number_{index}" for index in range(len(numbers))]
    grouped = rows.order_by().annotate(key=group).values("key").annotate(**dict(zip(names, numbers, strict=True)))
    return grouped.values_list("key", *names)
