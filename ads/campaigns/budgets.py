"""Renews the rows that count spending when budgets change: never below what is spent."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from chengfeng import sql

from ..models import CampaignDay


def renew_days(campaigns: Collection[int], day: date) -> None:
    """Let a day that campaigns have begun have its new budget, promotion days counted in."""
    if campaigns:
        sql.run(RENEW_DAYS, {"campaigns": list(campaigns), "day": day})


RENEW_DAYS = """
UPDATE ads_campaignday d
SET budget = greatest(d.spent, round(c.daily_budget * (100 + coalesce(p.budget_percent, 0)) / 100, 4))
FROM ads_campaign c LEFT JOIN ads_promotiondays p
    ON p.campaign_id = c.id AND %(day)s BETWEEN p.first_day AND p.last_day
WHERE c.id = ANY(%(campaigns)s::bigint[]) AND d.campaign_id = c.id AND d.day = %(day)s
"""


def renew_totals(campaigns: Collection[int]) -> None:
    """Hold what all days have cost against a new total budget; the campaigns' locks keep charges away."""
    if campaigns:
        sql.run(RENEW_TOTALS, {"campaigns": list(campaigns)})


RENEW_TOTALS = """
INSERT INTO ads_campaigntotal (campaign_id, budget, spent)
SELECT c.id, c.total_budget, coalesce((SELECT sum(spent) FROM ads_campaignday WHERE campaign_id = c.id), 0)
FROM ads_campaign c WHERE c.id = ANY(%(campaigns)s::bigint[]) ORDER BY c.id
ON CONFLICT (campaign_id) DO UPDATE SET budget = excluded.budget, spent = excluded.spent
"""


def spent_by(campaigns: Collection[int]) -> dict[int, Decimal]:
    """Return what campaigns have spent on all days; those without a day are left out."""
    days = CampaignDay.objects.filter(campaign__in=campaigns).values("campaign")
    return dict(days.annotate(sum=Sum("spent")).values_list("campaign", "sum"))
