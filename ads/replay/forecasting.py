"""Forecasting: what a campaign that does not run yet would have reached and cost in the auctions of the last days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from shops.models import Merchant

from ..audiences.sizes import FLOOR, rounded
from .chances import chances_of
from .checking import forecast_error
from .estimating import within
from .holding import CPM
from .market import Market, Told
from .offering import offer_of
from .people import reach
from .planning import Plan, plan_of
from .quantiles import quantiles
from .what_if import DAYS, FEWEST, money

EIGHT_OF_TEN = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `days` days would have brought, by the auctions of the last ones; money is in the shop's currency.

    `reach` is rounded to two digits and never below the floor (`is_below`: fewer than that). `low` and `high` are what
    eight of ten clicks, or 1,000 viewable impressions, cost. `is_predicted`: clicks and purchases are those predicted
    for the ads that were chosen, not what is usual. `error` is the part by which impressions and clicks of running
    campaigns were missed on later days, told from the days before; None where none runs. Ranges are as wide as it says.
    """

    days: int
    reach: int
    is_below: bool
    impressions: int
    impressions_low: int
    impressions_high: int
    clicks: int
    clicks_low: int
    clicks_high: int
    spend: Decimal
    low: Decimal | None
    high: Decimal | None
    error: float | None
    auctions: int
    is_viewable: bool
    is_predicted: bool


def forecast(merchant: Merchant, spec: Mapping[str, Any], *, at: datetime) -> Forecast | None:
    """Return what a campaign with these members (as changes keep them) would have got in the last seven days.

    `spec["campaign"]` is the code of the campaign that it would replace, if any. None while too few auctions that it
    could reach are recorded.
    """
    market, plan = Market(merchant, at), plan_of(merchant, spec)
    reached = market.reached(plan, market.auctions)
    if len(reached) < FEWEST:
        return None
    told = market.tell(plan, reached, chances_of(plan, market.auctions), offer_of(plan, at=at))
    return _forecast(told, plan, error=forecast_error(market))


def _forecast(told: Told, plan: Plan, *, error: float | None) -> Forecast:
    currency, people = plan.merchant.currency, rounded(round(reach(told.held)))
    impressions = within(told.figures.impressions, error=error, noise=told.noise.impressions)
    clicks = within(told.figures.clicks, error=error, noise=told.noise.clicks)
    prices = told.prices(plan.mode)
    low, high = (money(price, currency) for price in quantiles(prices, EIGHT_OF_TEN)) if prices else (None, None)
    return Forecast(
        DAYS, people.people if not people.is_below else FLOOR, people.is_below,
        *(round(getattr(impressions, side)) for side in ("middle", "low", "high")),
        *(round(getattr(clicks, side)) for side in ("middle", "low", "high")),
        money(told.figures.spend, currency), low, high, error, len(told.held), plan.mode == CPM, bool(plan.creatives),
    )  # fmt: skip
