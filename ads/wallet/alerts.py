"""Warnings, once each: money runs low, or a grant is about to expire with something left of it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from chengfeng import outbox
from chengfeng.periods import local_date
from shops.models import Merchant
from shops.people.audit import record
from shops.tenancy import Access

from ..models import AdAccount, Campaign, Grant
from .forecasting import forecast
from .granting import with_rest

WARN_DAYS = (15, 3)


@transaction.atomic
def set_alerts(*, access: Access, balance: Decimal | None, days: int, at: datetime) -> AdAccount:
    """Say below which balance, and how many days it must last, a wallet raises an alarm; None: no least balance."""
    account = account_of(access.merchant)
    before = {"alert_balance": account.alert_balance, "alert_days": account.alert_days}
    after = {"alert_balance": balance, "alert_days": days}
    if before != after:
        AdAccount.objects.filter(pk=account.pk).update(**after, alerted_at=None)
        changes = {name: [_plain(before[name]), _plain(after[name])] for name in after}
        record(access, "wallet.alerts", target=access.merchant.code, at=at, changes=changes)
        account.refresh_from_db()
    return account


def account_of(merchant: Merchant) -> AdAccount:
    """Return the merchant's advertising account, opening it if needed."""
    return AdAccount.objects.get_or_create(merchant=merchant)[0]


def _plain(value: Decimal | int | None) -> str | int | None:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def watch(*, at: datetime) -> int:
    """Tell merchants with active campaigns, once per dip, that their wallet is low; return how many were told."""
    advertising = Campaign.objects.filter(state=Campaign.State.ACTIVE).values_list("merchant", flat=True)
    known = AdAccount.objects.values("merchant")
    unknown = advertising.exclude(merchant__in=known).order_by("merchant").distinct()
    AdAccount.objects.bulk_create([AdAccount(merchant_id=pk) for pk in unknown], ignore_conflicts=True)
    accounts = AdAccount.objects.filter(Q(merchant__in=advertising) | Q(alerted_at__isnull=False))
    return sum(_watch(account, at) for account in accounts.select_related("merchant").order_by("pk"))


def _watch(account: AdAccount, at: datetime) -> bool:
    if is_low(account, at=at):
        return _alert(account, at)
    AdAccount.objects.filter(pk=account.pk, alerted_at__isnull=False).update(alerted_at=None)
    return False


def is_low(account: AdAccount, *, at: datetime) -> bool:
    """Whether cash and grants are below the least balance, or last fewer days than the account wants."""
    found = forecast(account.merchant, at=at)
    least = account.alert_balance
    return (least is not None and found.balance + found.grants < least) or (
        found.days is not None and found.days < account.alert_days
    )


@transaction.atomic
def _alert(account: AdAccount, at: datetime) -> bool:
    """Write the letter unless this dip has had its own."""
    if not AdAccount.objects.filter(pk=account.pk, alerted_at=None).update(alerted_at=at):
        return False
    key = f"{account.merchant.code}:{at:%Y%m%dT%H%M%S}"
    outbox.publish("wallet.low", key=key, payload={"merchant": account.merchant.code}, at=at)
    return True


def warn_of_expiry(*, at: datetime) -> int:
    """Tell the owners of grants that expire within 15 days, and again within 3; return how many letters there are."""
    return sum(_warn(days, at) for days in sorted(WARN_DAYS))


@transaction.atomic
def _warn(days: int, at: datetime) -> int:
    soon = with_rest(Grant.objects.filter(expired_at=None, starts_at__lte=at, expires_at__gt=at)).filter(left__gt=0)
    soon = soon.filter(Q(warned_days=None) | Q(warned_days__gt=days), expires_at__lte=at + timedelta(days=days))
    told = list(soon.order_by("pk").select_related("merchant"))
    for grant in told:
        until = local_date(grant.expires_at, grant.merchant.time_zone)
        payload = {"left": f"{grant.left:f}", "until": until.isoformat()}
        outbox.publish("grant.expires", key=f"{grant.code}:{days}", payload=payload, at=at)
    Grant.objects.filter(pk__in=[grant.pk for grant in told]).update(warned_days=days)
    return len(told)
