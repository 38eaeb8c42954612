"""Promotion days: by how much a campaign bids and spends more on a day, and what its budget of that day is."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ..models import Campaign, PromotionDays

EXACT = Decimal("0.0001")


def percents(days: Iterable[PromotionDays], day: date) -> tuple[int, int]:
    """Return by how many per cent bid and budget differ on a local day; 0 and 0 on ordinary days."""
    found = next((span for span in days if span.first_day <= day <= span.last_day), None)
    return (found.bid_percent, found.budget_percent) if found else (0, 0)


def raised(amount: Decimal, percent: int) -> Decimal:
    """Return an amount changed by so many per cent, to four decimals."""
    return (amount * (100 + percent) / 100).quantize(EXACT, rounding=ROUND_HALF_UP)


def day_budgets(campaigns: Mapping[int, Campaign], days: Mapping[int, date]) -> dict[int, Decimal]:
    """Return the budget that each campaign (by pk) has on its day, in one statement."""
    spans = PromotionDays.objects.filter(campaign__in=campaigns)
    budgets = {pk: campaign.daily_budget for pk, campaign in campaigns.items()}
    for span in spans:
        if span.first_day <= days[span.campaign_id] <= span.last_day:
            budgets[span.campaign_id] = raised(campaigns[span.campaign_id].daily_budget, span.budget_percent)
    return budgets


def day_budget(campaign: Campaign, day: date) -> Decimal:
    """Return the budget of a campaign on a local day."""
    return day_budgets({campaign.pk: campaign}, {campaign.pk: day})[campaign.pk]
