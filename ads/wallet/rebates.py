"""Rebates: a share of the cash that a merchant spent on ads last month comes back as a grant, once per month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.conf import settings
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from chengfeng.money import minor_unit
from chengfeng.periods import local_date, midnight
from shops.models import Merchant, User

from ..models import Charge, Grant
from .granting import Gift, give


class MonthNotOver(ValueError):
    """A rebate is counted on a whole month, which is over everywhere."""


@dataclass(frozen=True, slots=True)
class Rebate:
    """What a merchant spent in cash in a month, net of credit notes, and its rebate; `given` when it had it before."""

    merchant: Merchant
    spent: Decimal
    amount: Decimal
    given: bool


def last_month(at: datetime, time_zone: str) -> date:
    """Return the first day of the month before the one of an instant."""
    return (local_date(at, time_zone).replace(day=1) - timedelta(days=1)).replace(day=1)


def plan(month: date, *, percent: Decimal, at: datetime) -> list[Rebate]:
    """Return what every merchant would get for a month (its first day); merchants who get nothing are left out.

    Raises MonthNotOver.
    """
    following = (month + timedelta(days=31)).replace(day=1)
    if at < midnight(following, "Etc/GMT+12"):
        raise MonthNotOver
    charges = Charge.objects.filter(day__gte=month, day__lt=following, credit_note=None)
    spent = charges.values_list("merchant").annotate(cash=Sum(F("amount") - F("granted"))).order_by("merchant")
    spent = dict(spent.filter(cash__gt=0))
    had = set(Grant.objects.filter(reference__startswith=_prefix(month)).values_list("merchant_id", flat=True))
    merchants = Merchant.objects.filter(pk__in=spent).order_by("name", "pk")
    shares = {one: _share(spent[one.pk], percent, one.currency) for one in merchants}
    return [Rebate(one, spent[one.pk], share, one.pk in had) for one, share in shares.items() if share]


def _share(spent: Decimal, percent: Decimal, currency: str) -> Decimal:
    """Return the share in whole coins, what is less than one left out."""
    return (spent * percent / 100).quantize(minor_unit(currency), rounding=ROUND_DOWN)


def carry_out(
    month: date, *, percent: Decimal, expires_at: datetime, at: datetime, by: User | None = None
) -> list[Grant]:
    """Give every merchant its rebate of a month, each in a transaction of its own; return those that are new.

    Raises MonthNotOver, OutOfTime.
    """
    wanted = [rebate for rebate in plan(month, percent=percent, at=at) if not rebate.given]
    return [give(_gift(rebate, month, percent, expires_at), at=at, by=by) for rebate in wanted]


def _gift(rebate: Rebate, month: date, percent: Decimal, expires_at: datetime) -> Gift:
    reason = _("%(percent)s %% of what ads cost in %(month)s") % {"percent": f"{percent:f}", "month": f"{month:%Y-%m}"}
    return Gift(
        merchant=rebate.merchant, amount=rebate.amount, kind=Grant.Kind.REBATE, reason=reason, expires_at=expires_at,
        reference=f"{_prefix(month)}{rebate.merchant.code}",
    )  # fmt: skip


def _prefix(month: date) -> str:
    return f"rebate:{month:%Y-%m}:"


def give_due(*, at: datetime) -> Sequence[Grant]:
    """Give the rebates of last month by the rule of the settings, once it is over everywhere."""
    if not settings.REBATE_PERCENT:
        return []
    month, expires_at = last_month(at, "Etc/GMT+12"), at + timedelta(days=settings.REBATE_DAYS)
    return carry_out(month, percent=settings.REBATE_PERCENT, expires_at=expires_at, at=at)
