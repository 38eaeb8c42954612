"""What one campaign brought: its claims ladder, its numbers and its days, by any clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ads.models import Campaign
from chengfeng.periods import local_date

from . import charts, finality, ladder, reading
from .cockpit import Number
from .finality import Finality
from .ladder import Rung
from .metrics import METRICS, by_clock, change, total, value
from .picking import Picked
from .sources import Grain

NUMBERS = [
    "spend", "roi", "net_roi", "ad_orders", "ad_gmv", "ad_direct_gmv", "halo_gmv", "ad_new_gmv", "ad_refunds",
    "impressions", "clicks", "ctr", "cpc", "conversion", "cost_per_order",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Results:
    """A campaign over a period, as of one instant."""

    campaign: Campaign
    at: datetime
    clock: str
    ladder: list[Rung]
    numbers: list[Number]
    chart: dict
    finality: Finality

    @property
    def is_provisional(self) -> bool:
        return self.finality.is_provisional(local_date(self.at, self.campaign.merchant.time_zone))


def look(campaign: Campaign, period: Picked, *, at: datetime, clock: str = "order") -> Results:
    """Return what a campaign brought over a period of local days, compared with as many days before."""
    merchant = campaign.merchant
    span = reading.span([merchant], period.before.first, period.last, at=at)
    rows = reading.days(span, grain=Grain.CAMPAIGN, only=campaign.pk)
    now = total(row for row in rows if row["day"] >= period.first)
    before = total(row for row in rows if row["day"] < period.first)
    return Results(
        campaign=campaign,
        at=at,
        clock=clock,
        ladder=ladder.climb(now, clock=clock),
        numbers=[_number(by_clock(code, clock), now, before) for code in NUMBERS],
        chart=_chart(rows, period, clock=clock, currency=merchant.currency, today=local_date(at, merchant.time_zone)),
        finality=finality.of(period.last, at=at),
    )


def _number(code: str, now: Mapping, before: Mapping) -> Number:
    return Number(METRICS[code], value(code, now), change(code, now, before))


def _chart(rows: list[dict], period: Picked, *, clock: str, currency: str, today) -> dict:
    return charts.by_day(
        [row for row in rows if row["day"] >= period.first], first=period.first, last=period.last,
        provisional=finality.provisional_from(today), clock=clock, currency=currency, is_campaign=True,
    )  # fmt: skip
