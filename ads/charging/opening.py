"""Opens the rows that count spending, with what was spent before: a campaign's day and total, an account's day."""

from collections.abc import Iterable, Sequence
from datetime import date

from chengfeng import sql

from ..models import AccountDay


def open_days(*, campaigns: Sequence[int], days: Sequence[date]) -> None:
    """Open the days that campaigns lack; promotion days carry their own per cent of the daily budget."""
    sql.run(OPEN_DAYS, {"campaigns": list(campaigns), "days": list(days)})


OPEN_DAYS = """
INSERT INTO ads_campaignday (campaign_id, day, budget, spent)
SELECT c.id, w.day, round(c.daily_budget * (100 + coalesce(p.percent, 0)) / 100, 4), 0
FROM unnest(%(campaigns)s::bigint[], %(days)s::date[]) w (campaign, day)
JOIN ads_campaign c ON c.id = w.campaign
LEFT JOIN LATERAL (
    SELECT max(budget_percent) AS percent FROM ads_promotiondays
    WHERE campaign_id = c.id AND w.day BETWEEN first_day AND last_day
) p ON true
ORDER BY c.id ON CONFLICT (campaign_id, day) DO NOTHING
"""


def open_totals(campaigns: Iterable[int]) -> None:
    """Open the totals of campaigns, whose locks the caller holds, with all that they were ever charged."""
    sql.run(OPEN_TOTALS, {"campaigns": list(campaigns)})


OPEN_TOTALS = """
INSERT INTO ads_campaigntotal (campaign_id, budget, spent)
SELECT c.id, greatest(c.total_budget, coalesce(s.spent, 0)), coalesce(s.spent, 0)
FROM ads_campaign c LEFT JOIN LATERAL (SELECT sum(spent) AS spent FROM ads_campaignday WHERE campaign_id = c.id) s
    ON true
WHERE c.id = ANY(%(campaigns)s::bigint[]) ORDER BY c.id ON CONFLICT (campaign_id) DO NOTHING
"""


def open_account_days(merchants: Sequence[tuple[int, date]]) -> None:
    """Open the days of accounts, whose wallets the caller has locked, with what was charged that day."""
    pks, days = [pk for pk, _ in merchants], [day for _, day in merchants]
    sql.run(OPEN_ACCOUNT_DAYS, {"merchants": pks, "days": days})


OPEN_ACCOUNT_DAYS = """
INSERT INTO ads_accountday (merchant_id, day, budget, spent)
SELECT w.merchant, w.day, greatest(a.daily_budget, s.spent), s.spent
FROM unnest(%(merchants)s::bigint[], %(days)s::date[]) w (merchant, day)
JOIN ads_adaccount a ON a.merchant_id = w.merchant
CROSS JOIN LATERAL (
    SELECT coalesce(sum(d.spent), 0) AS spent FROM ads_campaignday d JOIN ads_campaign c ON c.id = d.campaign_id
    WHERE c.merchant_id = w.merchant AND d.day = w.day
) s
"""


def forget_account_days(days: Sequence[int]) -> None:
    """Delete days of accounts that have no daily budget any more: nobody would keep counting on them."""
    AccountDay.objects.filter(pk__in=days).delete()
