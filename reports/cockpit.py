"""The cockpit: what a merchant sees first – sales, what ads brought and cost, and where it came from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ads.models import Campaign
from chengfeng import sql
from chengfeng.periods import local_date
from shops.models import Merchant, Product

from . import charts, finality, ladder, reading
from .anomalies.keeping import pressing
from .finality import Finality
from .ladder import Rung
from .metrics import METRICS, WINDOWS, Metric, by_clock, change, measures_of, total, value
from .models import Anomaly
from .picking import Picked
from .sources import Grain

HEADLINES = ["paid_gmv", "spend", "roi", "ad_orders", "organic_orders", "new_buyers", "refund_rate"]
BUYERS = [
    "new_gmv", "ad_new_gmv", "organic_new_gmv", "returning_gmv", "returning_orders", "brand_new_gmv", "repurchase_7",
    "repurchase_15", "repurchase_30", "repurchase_60", "ltv",
]  # fmt: skip
DETAILS = [
    "average_order", "net_roi", "cpc", "cost_per_order", "ad_share", "refunds", "ad_direct_gmv", "halo_gmv",
    "organic_gmv", "settle_rate_7", "settle_rate_14",
]  # fmt: skip
MIXED = {"touch": {"ad_share", "organic_gmv", "organic_new_gmv"}, "settle": {"ad_share", "organic_new_gmv"}}
CLOCKS = {"order": _("By order"), "touch": _("By click"), "settle": _("By settlement")}
FUNNEL = {"impressions": _("Shown"), "viewable": _("Viewable"), "clicks": _("Clicked"), "ad_orders": _("Bought")}
TOP = 6
OF_PRODUCTS, OF_CAMPAIGNS = ["line_value", "paid_orders", "ad_gmv"], ["spend", "ad_orders", "ad_gmv", "roi"]
OF_ALL = [*HEADLINES, *BUYERS, *DETAILS, *FUNNEL, *ladder.METRICS_OF_RUNGS, "placed_orders"]


@dataclass(frozen=True, slots=True)
class Number:
    """A metric over the period, and how it changed against the period before."""

    metric: Metric
    value: Decimal | int | None
    change: Decimal | None
    open_until: date | None = None  # when nothing can happen any more that counts for the period

    @property
    def verdict(self) -> str:
        """Return `good`, `bad` or `neutral`, for the colour of the change."""
        sign = (self.change or 0) * self.metric.better
        return "good" if sign > 0 else "bad" if sign < 0 else "neutral"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel with its shape and its share of the step before."""

    label: str | Promise
    number: Number
    shape: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product or campaign with its sums."""

    thing: Product | Campaign
    sums: Mapping
    clock: str = "order"

    def __getitem__(self, code: str) -> Decimal | int | None:
        return value(by_clock(code, self.clock), self.sums)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """Everything on the page, as of one instant."""

    period: Picked
    at: datetime
    sums: Mapping
    headlines: list[Number]
    details: list[Number]
    buyers: list[Number]
    ladder: list[Rung]
    finality: Finality
    clock: str
    funnel: list[Step]
    chart: dict
    products: list[Ranked]
    campaigns: list[Ranked]
    unusual: list[Anomaly]
    is_open: bool
    zone: str

    @property
    def is_provisional(self) -> bool:
        """Whether sales after clicks of the period may still come."""
        return self.finality.is_provisional(local_date(self.at, self.zone))

    @property
    def is_empty(self) -> bool:
        return not any(self.sums.values())

    @property
    def numbers(self) -> list[Number]:
        """All that is shown with its meaning."""
        return [*self.headlines, *self.details, *self.buyers]

    @property
    def fingerprint(self) -> str:
        """Changes when any number changes."""
        unusual = [(each.code, each.value) for each in self.unusual]
        told = repr(sorted(self.sums.items())) + repr(self.period) + self.clock + repr(unusual)
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


@sql.still()
def look(merchant: Merchant, period: Picked, *, at: datetime, clock: str = "order") -> Cockpit:
    """Return the cockpit of a merchant over a period of local days, everything paid until now included.

    `clock` says by which day sales by ads count: of the order, of the touch or of the settlement.
    """
    span = reading.still(merchant, period.before.first, period.last, at=at)
    rows = reading.days(span, among=measures_of(OF_ALL, clock))
    now = total(row for row in rows if row["day"] >= period.first)
    today = local_date(at, merchant.time_zone)
    is_open = period.last == today
    is_today = is_open and period.length == 1
    before = total(_until_same_time(merchant, period, at) if is_today else (r for r in rows if r["day"] < period.first))
    return Cockpit(
        period=period,
        at=at,
        sums=now,
        headlines=[_number(by_clock(code, clock), now, before) for code in HEADLINES],
        details=_numbers(DETAILS, clock, now, before, last=period.last, today=today),
        buyers=_numbers(BUYERS, clock, now, before, last=period.last, today=today),
        ladder=ladder.climb(now, clock=clock),
        finality=finality.of(period.last, at=at),
        clock=clock,
        funnel=_funnel(now, before),
        chart=_chart(merchant, period, rows, at, clock),
        products=_ranked(span, period, Grain.PRODUCT, Product, OF_PRODUCTS, clock),
        campaigns=_ranked(span, period, Grain.CAMPAIGN, Campaign, OF_CAMPAIGNS, clock),
        unusual=pressing(merchant, at=at) if is_open else [],
        is_open=is_open,
        zone=merchant.time_zone,
    )


def _until_same_time(merchant: Merchant, period: Picked, at: datetime) -> list[dict]:
    """Return yesterday up to the time that it is now: half a day is not compared with a whole one."""
    return reading.raw(merchant, period.before.first, until=at - timedelta(days=1))


def _number(code: str, now: Mapping, before: Mapping, open_until: date | None = None) -> Number:
    return Number(METRICS[code], value(code, now), change(code, now, before), open_until)


def _numbers(
    codes: Sequence[str], clock: str, now: Mapping, before: Mapping, *, last: date, today: date
) -> list[Number]:
    """Return the metrics that a clock can tell; what would mix clocks is left out."""
    told = [code for code in codes if code not in MIXED.get(clock, ())]
    return [_number(by_clock(code, clock), now, before, _open_until(code, last, today)) for code in told]


def _open_until(code: str, last: date, today: date) -> date | None:
    """Return the day from which on nothing can happen any more that counts for days up to `last`, if it is to come."""
    closes = last + WINDOWS.get(code, timedelta()) + timedelta(days=1)
    return closes if code in WINDOWS and today < closes else None


def _funnel(now: Mapping, before: Mapping) -> list[Step]:
    counts = [value(code, now) for code in FUNNEL]
    rates = [None, *(Decimal(n) / b if b else None for b, n in pairwise(counts))]
    shapes = charts.funnel([int(count) for count in counts])
    return [
        Step(FUNNEL[code], _number(code, now, before), shape, rate)
        for code, shape, rate in zip(FUNNEL, shapes, rates, strict=True)
    ]


def _chart(merchant: Merchant, period: Picked, rows: list[dict], at: datetime, clock: str) -> dict:
    if period.first == period.last:
        local = at.astimezone(ZoneInfo(merchant.time_zone))
        until = local.hour if local.date() == period.first else 23
        return charts.by_hour(reading.hours(merchant, period.first), until=until, currency=merchant.currency)
    inside = [row for row in rows if row["day"] >= period.first]
    provisional = finality.provisional_from(local_date(at, merchant.time_zone))
    return charts.by_day(
        inside, first=period.first, last=period.last, provisional=provisional, clock=clock, currency=merchant.currency
    )


def _ranked(span: reading.Span, period: Picked, grain: Grain, model, codes: list[str], clock: str) -> list[Ranked]:
    """Return the things with most of the first of the metrics."""
    order, among = codes[0], measures_of(codes, clock)
    found = reading.sums(span, grain=grain, first=period.first, order=order, limit=TOP, among=among)
    things = model.objects.in_bulk([row[grain.value] for row in found])
    return [Ranked(things[row[grain.value]], row, clock) for row in found if row[grain.value] in things and row[order]]
