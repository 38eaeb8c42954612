"""Where a campaign's multiplier starts before it is steered."""

from decimal import Decimal

from ..models import Campaign

FIRST_CONVERSIONS = 10  # a day, as far as is known of a campaign that was never steered


def initial(*, mode: str, daily_budget: Decimal, rate: Decimal) -> float:
    """Return the first multiplier of a bid mode; `rate` turns the campaign's currency into that of auctions.

    Campaigns with a target start from it. For most conversions the multiplier is money per conversion, in the
    currency of auctions: a share of the daily budget.
    """
    if mode != Campaign.BidMode.MAX_CONVERSIONS:
        return 1.0
    return float(daily_budget * rate) / FIRST_CONVERSIONS
