"""Reads the results of campaigns from the raw rows: events, charges, what was given back, and credits."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractHour, TruncDate

from chengfeng.money import ZERO
from chengfeng.periods import days_period, each_day
from shops.models import Merchant

from ..attribution import DEFAULT, STANDS
from ..models import Campaign, Charge, Credit, CreditNote, Event, EventKind
from ..validity import TOKEN_LIFE
from .results import Result

HOURS = range(24)
SEEN = {
    name: Count("token", filter=Q(kind=kind))
    for name, kind in (
        ("impressions", EventKind.IMPRESSION),
        ("viewable", EventKind.VIEWABLE),
        ("clicks", EventKind.CLICK),
        ("engagements", EventKind.ENGAGEMENT),
    )
}
SOLD = {
    "orders": Count("line__conversion", distinct=True, filter=STANDS),
    "new_customers": Count("line__conversion", distinct=True, filter=STANDS & Q(line__conversion__is_new=True)),
    "sales": Sum("amount", filter=Q(refund=""), default=ZERO),
    "settled_sales": Sum("amount"),
}
Key = F | TruncDate | ExtractHour | Subquery


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what the rows of each table are grouped."""

    events: Key
    credits: Key
    charges: Key
    notes: Key


def by_campaign(merchant: Merchant, first: date, last: date) -> dict[int, Result]:
    """Return the results of a merchant's campaigns over local days, both included."""
    plain = F("campaign_id")
    return _Reading(merchant, first, last).grouped(Grouping(plain, plain, plain, F("charge__campaign_id")))


def by_group(campaign: Campaign, first: date, last: date) -> dict[int, Result]:
    """Return the results of a campaign's groups over local days."""
    return _Reading(campaign.merchant, first, last, campaign).grouped(_of_touch("ad__group_id"))


def by_ad(campaign: Campaign, first: date, last: date) -> dict[int, Result]:
    """Return the results of a campaign's ads over local days."""
    return _Reading(campaign.merchant, first, last, campaign).grouped(_of_touch("ad_id"))


def by_keyword(campaign: Campaign, first: date, last: date) -> dict[int | None, Result]:
    """Return the results of a campaign's keywords over local days; None stands for what no keyword reached."""
    return _Reading(campaign.merchant, first, last, campaign).grouped(_of_touch("keyword_id"))


def by_placement(campaign: Campaign, first: date, last: date) -> dict[str, Result]:
    """Return the results of a campaign by placement over local days."""
    return _Reading(campaign.merchant, first, last, campaign).grouped(_of_touch("placement"))


def by_day(campaign: Campaign, first: date, last: date) -> dict[date, Result]:
    """Return a campaign's results day by day."""
    day = TruncDate("at", tzinfo=ZoneInfo(campaign.merchant.time_zone))
    grouping = Grouping(day, day, F("day"), day)
    found = _Reading(campaign.merchant, first, last, campaign).grouped(grouping)
    return {day: found[day] for day in each_day(first, last)}


def by_hour(campaign: Campaign, first: date, last: date) -> dict[int, Result]:
    """Return a campaign's results by the hour of the shop's clock, of all days together."""
    hour = ExtractHour("at", tzinfo=ZoneInfo(campaign.merchant.time_zone))
    found = _Reading(campaign.merchant, first, last, campaign).grouped(Grouping(hour, hour, hour, hour))
    return {hour: found[hour] for hour in HOURS}


def _of_touch(member: str) -> Grouping:
    """Group by a member of the event that was charged or credited."""
    return Grouping(
        F(member),
        F(member) if member.startswith("ad") else _touch(member, "event_day", "token", "touch"),
        _touch(member, "event_day", "token", "kind"),
        _touch(member, "charge__event_day", "charge__token", "charge__kind"),
    )


def _touch(member: str, day: str, token: str, kind: str) -> Subquery:
    touched = Event.objects.filter(day=OuterRef(day), token=OuterRef(token), kind=OuterRef(kind))
    return Subquery(touched.values(member)[:1])


class _Reading:
    """Reads events, charges, what was given back and credits of local days, each in one query, grouped alike."""

    def __init__(self, merchant: Merchant, first: date, last: date, campaign: Campaign | None = None):
        period = days_period(first, last, merchant.time_zone)
        mine = Q(merchant=merchant) & (Q(campaign=campaign) if campaign else Q())
        then = Q(at__gte=period.start, at__lt=period.end)
        decided = Q(day__gte=(period.start - TOKEN_LIFE).date(), day__lte=period.end.date())
        given_back = Q(merchant=merchant) & (Q(charge__campaign=campaign) if campaign else Q())
        self.events = Event.objects.filter(mine & then & decided, is_valid=True)
        self.charges = Charge.objects.filter(mine, day__gte=first, day__lte=last)
        self.notes = CreditNote.objects.filter(given_back & then)
        self.credits = Credit.objects.filter(mine & then, rule=DEFAULT.name)

    def grouped(self, by: Grouping) -> dict[object, Result]:
        results: dict[object, Result] = defaultdict(Result)
        for rows, key, numbers in ((self.events, by.events, SEEN), (self.credits, by.credits, SOLD)):
            for row in _rows(rows, key, numbers):
                result = results[row.pop("key")]
                for name in numbers:
                    setattr(result, name, row[f"sum_{name}"])
        for rows, key, sign in ((self.charges, by.charges, 1), (self.notes, by.notes, -1)):
            for row in _rows(rows, key, {"spend": Sum("amount")}):
                results[row["key"]].spend += sign * row["sum_spend"]
        return results


def _rows(rows: QuerySet, key: Key, numbers: Mapping) -> QuerySet:
    named = {f"sum_{name}": number for name, number in numbers.items()}
    return rows.order_by().annotate(key=key).values("key").annotate(**named)
