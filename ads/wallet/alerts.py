"""Warnings, once each: money runs low, or a grant is about to expire with something left of it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from chengfeng import outbox, sql
from chengfeng.periods import local_date
from shops.models import Merchant
from shops.people.audit import record
from shops.tenancy import Access

from ..models import AdAccount, Grant
from .cash import LIVE
from .forecasting import PACE_DAYS
from .granting import with_rest

WARN_DAYS = (30, 15)


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
    """Tell merchants with active campaigns, once per dip, that their wallet is low; return how many were told.

    One statement finds the wallets that have run low or are filled again since the last look; others cost nothing.
    """
    params = {"at": at, "pace_days": PACE_DAYS, "alert_days": AdAccount().alert_days}
    crossed = sql.rows(CROSSED, params)
    filled = [merchant for merchant, _, is_low in crossed if not is_low]
    if filled:
        AdAccount.objects.filter(merchant__in=filled).update(alerted_at=None)
    return sum(_alert(merchant, code, at) for merchant, code, is_low in crossed if is_low)


CROSSED = f"""
WITH watched AS (
    SELECT m.id, m.code, m.currency, (%(at)s AT TIME ZONE m.time_zone)::date AS today, a.alerted_at, a.alert_balance,
        coalesce(a.alert_days, %(alert_days)s) AS alert_days
    FROM shops_merchant m LEFT JOIN ads_adaccount a ON a.merchant_id = m.id
    WHERE a.alerted_at IS NOT NULL OR m.id IN (SELECT merchant_id FROM ads_campaign WHERE state = 'active')
), held AS (
    SELECT w.*, coalesce((SELECT balance FROM chengfeng_account
            WHERE kind = 'wallet' AND owner = w.code AND currency = w.currency), 0)
        + coalesce((SELECT sum(a.balance) FROM ads_grant g
            JOIN chengfeng_account a ON a.kind = 'grant' AND a.owner = g.code AND a.currency = g.currency
            WHERE g.merchant_id = w.id AND g.currency = w.currency AND {LIVE}), 0) AS money,
        (SELECT sum(d.spent) / nullif(count(DISTINCT d.day), 0) FROM ads_campaignday d
            JOIN ads_campaign c ON c.id = d.campaign_id
            WHERE c.merchant_id = w.id AND d.day >= w.today - %(pace_days)s AND d.day < w.today AND d.spent > 0) AS pace
    FROM watched w
), judged AS (
    SELECT *, coalesce(money < alert_balance, false) OR coalesce(floor(money / pace) < alert_days, false) AS is_low
    FROM held
)
SELECT id, code, is_low FROM judged WHERE is_low = (alerted_at IS NULL) ORDER BY id
"""


@transaction.atomic
def _alert(merchant: int, code: str, at: datetime) -> bool:
    """Write the letter unless this dip has had its own."""
    AdAccount.objects.get_or_create(merchant_id=merchant)
    if not AdAccount.objects.filter(merchant=merchant, alerted_at=None).update(alerted_at=at):
        return False
    outbox.publish("wallet.low", key=f"{code}:{at:%Y%m%dT%H%M%S}", payload={"merchant": code}, at=at)
    return True


def warn_of_expiry(*, at: datetime) -> int:
    """Tell the owners of grants that expire within 30 days, and again within 15; return how many letters there are."""
    return sum(_warn(days, at) for days in sorted(WARN_DAYS))


@transaction.atomic
def _warn(days: int, at: datetime) -> int:
    soon = with_rest(Grant.objects.filter(expired_at=None, starts_at__lte=at, expires_at__gt=at)).filter(left__gt=0)
    soon = soon.filter(Q(warned_days=None) | Q(warned_days__gt=days), expires_at__lte=at + timedelta(days=days))
    told = list(soon.order_by("pk").select_related("merchant"))
    for grant in told:
        until = local_date(grant.expires_at, grant.merchant.time_zone)
        payload = {"merchant": grant.merchant.code, "grant": grant.code, "left": f"{grant.left:f}"}
        payload |= {"until": until.isoformat()}
        outbox.publish("grant.expires", key=f"{grant.code}:{days}", payload=payload, at=at)
    Grant.objects.filter(pk__in=[grant.pk for grant in told]).update(warned_days=days)
    return len(told)
