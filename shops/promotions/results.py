"""What promotions gave away: how often, how much, on which days and in whose orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chengfeng.money import ZERO, round_money
from chengfeng.periods import each_day, local_date

from .models import Promotion, PromotionUse

Live = PromotionUse.State.LIVE
MOST_DAYS = 60
USES = Count("basket", distinct=True)  # the orders of one checkout use a promotion once


@dataclass(frozen=True, slots=True)
class Given:
    """How often promotions were used in orders that stand, and what they took off."""

    uses: int = 0
    amount: Decimal = ZERO

    def average(self, currency: str) -> Decimal | None:
        return round_money(self.amount / self.uses, currency) if self.uses else None


def by_promotion(promotions: Iterable[Promotion]) -> dict[int, Given]:
    """Return what each of some promotions gave, by its key."""
    pks = [promotion.pk for promotion in promotions]
    live = PromotionUse.objects.filter(promotion__in=pks, state=Live).order_by()
    rows = live.values_list("promotion").annotate(USES, Sum("amount"))
    return dict.fromkeys(pks, Given()) | {pk: Given(uses, amount) for pk, uses, amount in rows}


def by_merchant(promotion: Promotion) -> QuerySet:
    """Return in whose orders a promotion of the platform was used: merchant, uses and amount, the most first."""
    live = promotion.uses.filter(state=Live).values("merchant__name", "merchant__name_en", "merchant__slug")
    return live.annotate(uses=USES, amount=Sum("amount")).order_by("-amount", "merchant__slug")


def by_day(promotion: Promotion, *, time_zone: str, at: datetime) -> dict[date, Given]:
    """Return what a promotion gave on each day of its life until now, at most the last sixty."""
    last = min(local_date(at, time_zone), local_date(promotion.ends_at or at, time_zone))
    first = max(min(local_date(promotion.starts_at, time_zone), last), last - timedelta(days=MOST_DAYS - 1))
    day = TruncDate("at", tzinfo=ZoneInfo(time_zone))
    live = promotion.uses.filter(state=Live).annotate(day=day).filter(day__gte=first, day__lte=last).order_by()
    rows = live.values_list("day").annotate(USES, Sum("amount"))
    return dict.fromkeys(each_day(first, last), Given()) | {day: Given(uses, amount) for day, uses, amount in rows}


def chart(days: dict[date, Given], currency: str) -> dict:
    """Return the chart of what was given away (bars) and how often (line) by day."""
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": [date_format(day, "MONTH_DAY_FORMAT") for day in days]},
        "yAxis": [
            {"type": "value", "unit": "money", "name": _("Given away")},
            {"type": "value", "minInterval": 1, "name": _("Uses"), "splitLine": {"show": False}},
        ],
        "series": [
            {
                "name": _("Given away"), "type": "bar", "unit": "money", "barMaxWidth": 28,
                "data": [float(given.amount) for given in days.values()],
            },
            {
                "name": _("Uses"), "type": "line", "yAxisIndex": 1, "symbol": "none",
                "data": [given.uses for given in days.values()],
            },
        ],
    }  # fmt: skip
