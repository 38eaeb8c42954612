"""Numbers of a period and what follows from them; a ratio of nothing, or of less, is None."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from chengfeng.money import ZERO

from ..models import Campaign

IMPRESSIONS_OF_CPM = 1000
EXACT = Decimal("0.0001")


@dataclass(slots=True)
class Result:
    """Valid events, what they cost net of what was given back, and what the default rule credits to them.

    `sales` are paid value, `settled_sales` what is left of it after refunds. A new customer is an order of somebody
    who had none in the shop before.
    """

    impressions: int = 0
    viewable: int = 0
    clicks: int = 0
    engagements: int = 0
    spend: Decimal = ZERO
    orders: int = 0
    new_customers: int = 0
    sales: Decimal = ZERO
    settled_sales: Decimal = ZERO

    @property
    def ctr(self) -> float | None:
        return self.clicks / self.impressions if self.impressions else None

    @property
    def cpc(self) -> Decimal | None:
        return _each(self.spend, self.clicks)

    @property
    def cpm(self) -> Decimal | None:
        return _each(self.spend * IMPRESSIONS_OF_CPM, self.viewable)

    @property
    def cvr(self) -> float | None:
        return self.orders / self.clicks if self.clicks else None

    @property
    def cost_per_order(self) -> Decimal | None:
        return _each(self.spend, self.orders)

    @property
    def roi(self) -> Decimal | None:
        return self.sales / self.spend if self.spend > 0 else None

    @property
    def settled_roi(self) -> Decimal | None:
        return self.settled_sales / self.spend if self.spend > 0 else None

    @property
    def cost_per_new_customer(self) -> Decimal | None:
        return _each(self.spend, self.new_customers)

    @property
    def engagement_rate(self) -> float | None:
        return self.engagements / self.viewable if self.viewable else None

    @property
    def cost_per_engagement(self) -> Decimal | None:
        return _each(self.spend, self.engagements)


def _each(amount: Decimal, number: int) -> Decimal | None:
    return (amount / number).quantize(EXACT) if number and amount >= 0 else None


NAMES = tuple(field.name for field in fields(Result))


def total(results: Iterable[Result]) -> Result:
    """Add up results of different campaigns or days; an order belongs to one of them, so nothing is counted twice."""
    whole = Result()
    for result in results:
        for name in NAMES:
            setattr(whole, name, getattr(whole, name) + getattr(result, name))
    return whole


@dataclass(frozen=True, slots=True)
class Goal:
    """What a campaign is to reach, and how far it has come; `actual` is None while there is nothing to judge by."""

    is_roi: bool
    target: Decimal
    actual: Decimal | None

    @property
    def is_met(self) -> bool | None:
        if self.actual is None:
            return None
        return self.actual >= self.target if self.is_roi else self.actual <= self.target


def goal_of(campaign: Campaign, result: Result) -> Goal | None:
    """Return a campaign's goal beside its result; None where it bids by hand or without a goal."""
    if campaign.bid_mode == Campaign.BidMode.TARGET_ROI:
        is_settled = campaign.roi_on == Campaign.RoiOn.SETTLED
        return Goal(True, campaign.target_roi, result.settled_roi if is_settled else result.roi)
    if campaign.bid_mode == Campaign.BidMode.TARGET_COST:
        return Goal(False, campaign.target_cost, _cost(campaign, result))
    return None


def _cost(campaign: Campaign, result: Result) -> Decimal | None:
    is_new = campaign.objective == Campaign.Objective.NEW_CUSTOMERS
    return result.cost_per_new_customer if is_new else result.cost_per_order
