"""How long a wallet lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Sum

from chengfeng.money import ZERO
from chengfeng.periods import local_date
from shops.models import Merchant

from ..models import CampaignDay
from .cash import standing

PACE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Forecast:
    """How long money lasts: `pace` is the mean spend of the last full days with any, `days` None without pace.

    `balance` is cash, `grants` what is left of live grants, which count in full although some fit certain campaigns
    only.
    """

    balance: Decimal
    pace: Decimal
    days: int | None
    grants: Decimal = ZERO
    frozen: Decimal = ZERO


def forecast(merchant: Merchant, *, at: datetime) -> Forecast:
    """Tell how many days cash and grants last at the pace of the last seven days, today not counted."""
    today = local_date(at, merchant.time_zone)
    recent = CampaignDay.objects.filter(
        campaign__merchant=merchant, day__gte=today - timedelta(days=PACE_DAYS), day__lt=today, spent__gt=0
    )
    spent = recent.values("day").annotate(sum=Sum("spent")).values_list("sum", flat=True)
    held, pace = standing(merchant, at=at), sum(spent, ZERO) / (len(spent) or 1)
    return Forecast(held.cash, pace, lasts(held.spendable, pace), held.grants, held.frozen)


def lasts(left: Decimal, pace: Decimal) -> int | None:
    """Return for how many full days money lasts at a pace; None without any."""
    return int((left / pace).to_integral_value(ROUND_FLOOR)) if pace else None
