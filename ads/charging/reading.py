"""Reads and locks what a batch may spend, in the written order: days and totals, money, the account's day.

Days and totals stand under the locks of their campaigns, which the caller holds; the day of an account stands under
the lock of its merchant's wallet, which every charge of the merchant takes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from chengfeng import sql
from chengfeng.models import Account
from chengfeng.periods import local_date
from shops.models import Merchant

from ..models import Campaign
from . import opening
from .purses import Limit, Pot, Purse


def purses(campaigns: Mapping[int, Campaign], at: datetime) -> dict[int, Purse]:
    """Return by campaign what it may spend at that instant; the locks are held until the transaction ends."""
    merchants = {campaign.merchant_id: campaign.merchant for campaign in campaigns.values()}
    days = {pk: local_date(at, merchant.time_zone) for pk, merchant in merchants.items()}
    limits = _limits(campaigns, days)
    pots = _pots(merchants.values(), at)
    accounts = _account_days(days)
    return {
        pk: Purse(
            days[campaign.merchant_id], *limits[pk], accounts.get(campaign.merchant_id),
            [pot for pot in pots[campaign.merchant_id] if pot.fits(pk, campaign.objective)],
        )
        for pk, campaign in campaigns.items()
    }  # fmt: skip


def _limits(campaigns: Mapping[int, Campaign], days: Mapping[int, date]) -> dict[int, tuple[Limit, Limit | None]]:
    """Return every campaign's day and, if it counts one, its total; rows that lack are opened."""
    wanted = {"campaigns": list(campaigns), "days": [days[campaign.merchant_id] for campaign in campaigns.values()]}
    rows = sql.rows(LIMITS, wanted)
    if any(row[1] is None or (row[4] is None and campaigns[row[0]].total_budget is not None) for row in rows):
        opening.open_days(**wanted)
        opening.open_totals(pk for pk, campaign in campaigns.items() if campaign.total_budget is not None)
        rows = sql.rows(LIMITS, wanted)
    return {
        pk: (Limit(day, budget, spent), Limit(total, campaigns[pk].total_budget, of_total) if total else None)
        for pk, day, budget, spent, total, of_total in rows
    }


LIMITS = """
SELECT w.campaign, d.id, d.budget, d.spent, t.id, t.spent
FROM unnest(%(campaigns)s::bigint[], %(days)s::date[]) w (campaign, day)
LEFT JOIN ads_campaignday d ON d.campaign_id = w.campaign AND d.day = w.day
LEFT JOIN ads_campaigntotal t ON t.campaign_id = w.campaign
"""


def _pots(merchants: Iterable[Merchant], at: datetime) -> dict[int, list[Pot]]:
    """Lock the wallets and live grants of merchants; return them by merchant in the order in which they pay."""
    rows = sql.rows(POTS, {"merchants": [merchant.pk for merchant in merchants], "at": at})
    pots = defaultdict(list)
    for merchant, _, campaign, objective, pk, kind, owner, currency, balance in sorted(rows, key=lambda row: row[:2]):
        account = Account(pk=pk, kind=kind, owner=owner, currency=currency, balance=balance)
        pots[merchant].append(Pot(account, balance, campaign, objective))
    return pots


POTS = """
WITH named AS MATERIALIZED (
    SELECT m.id AS merchant, 'wallet' AS kind, m.code AS owner, m.currency, 'infinity'::timestamptz AS until,
        0::bigint AS number, NULL::bigint AS campaign, '' AS objective
    FROM shops_merchant m WHERE m.id = ANY(%(merchants)s::bigint[])
    UNION ALL
    SELECT g.merchant_id, 'grant', g.code, g.currency, g.expires_at, g.id, g.campaign_id, g.objective
    FROM ads_grant g
    WHERE g.merchant_id = ANY(%(merchants)s::bigint[]) AND g.expired_at IS NULL
        AND g.starts_at <= %(at)s AND g.expires_at > %(at)s
)
SELECT n.merchant, rank() OVER (ORDER BY n.until, n.number), n.campaign, n.objective,
    a.id, a.kind, a.owner, a.currency, a.balance
FROM named n JOIN (
    SELECT id, kind, owner, currency, balance FROM chengfeng_account
    WHERE (kind, owner, currency) IN (SELECT kind, owner, currency FROM named) ORDER BY id FOR NO KEY UPDATE
) a ON a.kind = n.kind AND a.owner = n.owner AND a.currency = n.currency
"""


def _account_days(days: Mapping[int, date]) -> dict[int, Limit]:
    """Return the days of merchants whose account has a daily budget; a day without one is not counted on."""
    wanted = {"merchants": list(days), "days": list(days.values())}
    rows = sql.rows(ACCOUNT_DAYS, wanted)
    if any((budget is None) != (day is None) for _, budget, day, _ in rows):
        opening.forget_account_days([day for _, budget, day, _ in rows if budget is None and day])
        opening.open_account_days([(pk, days[pk]) for pk, budget, day, _ in rows if budget and day is None])
        rows = sql.rows(ACCOUNT_DAYS, wanted)
    return {merchant: Limit(day, budget, spent) for merchant, budget, day, spent in rows if budget is not None}


ACCOUNT_DAYS = """
SELECT w.merchant, a.daily_budget, d.id, d.spent
FROM unnest(%(merchants)s::bigint[], %(days)s::date[]) w (merchant, day)
LEFT JOIN ads_adaccount a ON a.merchant_id = w.merchant
LEFT JOIN ads_accountday d ON d.merchant_id = w.merchant AND d.day = w.day
WHERE a.daily_budget IS NOT NULL OR d.id IS NOT NULL
"""
