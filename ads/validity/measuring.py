"""How good the traffic was: valid and invalid clicks by day, reason, campaign and placement, and money given back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate

from chengfeng import sql
from chengfeng.money import ZERO
from chengfeng.periods import days_period, each_day
from shops.models import Merchant
from shops.tenancy import own

from ..models import Campaign, CreditNote
from .rules import TOKEN_LIFE


@dataclass(slots=True)
class Share:
    """Clicks of one kind: how many counted, how many did not and why; free ones count and were not charged."""

    valid: int = 0
    free: int = 0
    reasons: Counter = field(default_factory=Counter)

    @property
    def invalid(self) -> int:
        return self.reasons.total()

    @property
    def rate(self) -> float | None:
        """The share of clicks that are invalid; None where there were none."""
        total = self.valid + self.invalid
        return self.invalid / total if total else None

    def add(self, is_valid: bool, reason: str, number: int) -> None:
        if is_valid:
            self.valid += number
            self.free += number if reason else 0
        else:
            self.reasons[reason] += number


@dataclass(slots=True)
class Quality:
    """The quality of a merchant's traffic over local days; amounts given back count on the day of their note."""

    whole: Share
    days: dict[date, Share]
    campaigns: dict[Campaign, Share]
    placements: dict[str, Share]
    views: Share  # impressions, viewable impressions and engagements
    returned: dict[date, Decimal]

    @property
    def returned_sum(self) -> Decimal:
        return sum(self.returned.values(), ZERO)


def measure(merchant: Merchant, first: date, last: date) -> Quality:
    """Read the quality of a merchant's traffic from its events and credit notes, in three statements."""
    whole, views = Share(), Share()
    days = {day: Share() for day in each_day(first, last)}
    campaigns: dict[int, Share] = {}
    placements: dict[str, Share] = {}
    for kind, day, campaign, placement, *rest in sql.rows(EVENTS, _params(merchant, first, last)):
        if kind == "click":
            of_campaign = campaigns.setdefault(campaign, Share())
            of_placement = placements.setdefault(placement, Share())
            for share in (whole, days[day], of_campaign, of_placement):
                share.add(*rest)
        else:
            views.add(*rest)
    known = own(Campaign, merchant).in_bulk(campaigns)
    ranked = sorted(campaigns, key=lambda pk: (-campaigns[pk].invalid, pk))
    return Quality(
        whole, days, {known[pk]: campaigns[pk] for pk in ranked if pk in known}, placements, views,
        dict.fromkeys(days, ZERO) | _returned(merchant, first, last),
    )  # fmt: skip


def _params(merchant: Merchant, first: date, last: date) -> dict:
    period = days_period(first, last, merchant.time_zone)
    return {
        "merchant": merchant.pk, "zone": merchant.time_zone, "start": period.start, "end": period.end,
        "first": (period.start - TOKEN_LIFE).date(), "last": period.end.date(),
    }  # fmt: skip


EVENTS = """
SELECT kind, (at AT TIME ZONE %(zone)s)::date, campaign_id, placement, is_valid, reason, count(*) FROM ads_event
WHERE merchant_id = %(merchant)s AND at >= %(start)s AND at < %(end)s AND day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3, 4, 5, 6
"""


def notes(merchant: Merchant, first: date, last: date) -> QuerySet[CreditNote]:
    """Return the credit notes of local days, newest first."""
    period = days_period(first, last, merchant.time_zone)
    found = own(CreditNote, merchant).filter(at__gte=period.start, at__lt=period.end)
    return found.select_related("charge__campaign").order_by("-at", "-pk")


def _returned(merchant: Merchant, first: date, last: date) -> dict[date, Decimal]:
    local = TruncDate(F("at"), tzinfo=ZoneInfo(merchant.time_zone))
    by_day = notes(merchant, first, last).order_by().annotate(local=local)
    return dict(by_day.values_list("local").annotate(Sum("amount")))


@dataclass(frozen=True, slots=True)
class Standing:
    """The traffic of one merchant of late."""

    merchant: Merchant
    valid: int
    invalid: int
    returned: Decimal

    @property
    def rate(self) -> float | None:
        total = self.valid + self.invalid
        return self.invalid / total if total else None


LATELY = timedelta(days=14)


def standings(*, at: datetime) -> list[Standing]:
    """Return the merchants with clicks in the last 14 days, the highest invalid rate first."""
    params = {"since": at - LATELY, "at": at, "first": (at - LATELY - TOKEN_LIFE).date(), "last": at.date()}
    rows = sql.rows(STANDINGS, params)
    merchants = Merchant.objects.in_bulk([pk for pk, *_ in rows])
    found = [Standing(merchants[pk], *rest) for pk, *rest in rows]
    return sorted(found, key=lambda each: (-(each.rate or 0), each.merchant.pk))


STANDINGS = """
SELECT e.merchant_id, count(*) FILTER (WHERE e.is_valid), count(*) FILTER (WHERE NOT e.is_valid), coalesce((
    SELECT sum(n.amount) FROM ads_creditnote n
    WHERE n.merchant_id = e.merchant_id AND n.at > %(since)s AND n.at <= %(at)s
), 0)
FROM ads_event e
WHERE e.kind = 'click' AND e.at > %(since)s AND e.at <= %(at)s AND e.day BETWEEN %(first)s AND %(last)s
GROUP BY e.merchant_id
"""
