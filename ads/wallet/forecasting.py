"""How long a wallet lasts, and how it went of late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Sum

from chengfeng import sql
from chengfeng.money import ZERO
from chengfeng.periods import each_day, local_date
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


@dataclass(frozen=True, slots=True)
class Day:
    """What stood in a wallet at the end of a local day, and what ads cost on it, net of credit notes."""

    cash: Decimal
    grants: Decimal
    spent: Decimal


def course(merchant: Merchant, *, first: date, last: date) -> Mapping[date, Day]:
    """Return by local day, both included, what stood in the wallet and what ads cost."""
    params = {
        "code": merchant.code, "merchant": merchant.pk, "currency": merchant.currency, "zone": merchant.time_zone,
        "first": first,
    }  # fmt: skip
    moved = {day: rest for day, *rest in sql.rows(COURSE, params)}
    cash, grants, days = *sql.row(HELD, params), {}
    for day in reversed(list(each_day(first, max([last, *moved])))):
        by_cash, by_grants, spent = moved.get(day, (ZERO, ZERO, ZERO))
        days[day] = Day(cash, grants, spent)
        cash, grants = cash - by_cash, grants - by_grants
    return {day: days[day] for day in each_day(first, last)}


MINE = """
    SELECT id, kind, balance FROM chengfeng_account
    WHERE currency = %(currency)s AND (
        (kind IN ('wallet', 'frozen') AND owner = %(code)s)
        OR (kind = 'grant' AND owner IN (SELECT code FROM ads_grant WHERE merchant_id = %(merchant)s))
    )
"""
HELD = f"""
SELECT coalesce(sum(balance) FILTER (WHERE kind = 'wallet'), 0), coalesce(sum(balance) FILTER (WHERE kind = 'grant'), 0)
FROM ({MINE}) mine
"""
COURSE = f"""
SELECT (t.at AT TIME ZONE %(zone)s)::date AS day,
    coalesce(sum(e.amount) FILTER (WHERE mine.kind = 'wallet'), 0),
    coalesce(sum(e.amount) FILTER (WHERE mine.kind = 'grant'), 0),
    coalesce(-sum(e.amount) FILTER (WHERE t.kind IN ('charge', 'credit_note') AND mine.kind IN ('wallet', 'grant')), 0)
FROM ({MINE}) mine JOIN chengfeng_entry e ON e.account_id = mine.id JOIN chengfeng_transfer t ON t.id = e.transfer_id
WHERE t.at >= (%(first)s::date)::timestamp AT TIME ZONE %(zone)s GROUP BY 1
"""
