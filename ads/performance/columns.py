"""The numbers of a report as columns: which an objective shows, what unit each has, what each means."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng.money import round_money
from chengfeng.templatetags.frame import DASH, count, money, percent

from ..campaigns.objectives import Column, terms
from ..models import Campaign
from .results import Result

COUNT, MONEY, PERCENT, RATIO = "count", "money", "percent", "ratio"
UNITS = {
    Column.IMPRESSIONS: COUNT, Column.VIEWABLE: COUNT, Column.CLICKS: COUNT, Column.CTR: PERCENT, Column.SPEND: MONEY,
    Column.CPC: MONEY, Column.CPM: MONEY, Column.ORDERS: COUNT, Column.CVR: PERCENT, Column.COST_PER_ORDER: MONEY,
    Column.SALES: MONEY, Column.ROI: RATIO, Column.SETTLED_SALES: MONEY, Column.SETTLED_ROI: RATIO,
    Column.NEW_CUSTOMERS: COUNT, Column.COST_PER_NEW_CUSTOMER: MONEY, Column.ENGAGEMENTS: COUNT,
    Column.ENGAGEMENT_RATE: PERCENT, Column.COST_PER_ENGAGEMENT: MONEY,
}  # fmt: skip
MEANINGS = {
    Column.IMPRESSIONS: _("Valid impressions"),
    Column.VIEWABLE: _("Half of the ad in view for a second"),
    Column.CTR: _("Clicks per impression"),
    Column.SPEND: _("Charged, less what was given back"),
    Column.CPC: _("Spend per click"),
    Column.CPM: _("Spend per 1,000 viewable impressions"),
    Column.ORDERS: _("Paid orders, last click within 7 days"),
    Column.CVR: _("Orders per click"),
    Column.COST_PER_ORDER: _("Spend per order"),
    Column.SALES: _("Paid value, last click within 7 days"),
    Column.ROI: _("Sales per unit spent"),
    Column.SETTLED_SALES: _("Sales net of refunds"),
    Column.SETTLED_ROI: _("Settled sales per unit spent"),
    Column.NEW_CUSTOMERS: _("Orders of people who had none in the shop before"),
    Column.ENGAGEMENT_RATE: _("Engagements per viewable impression"),
}
OF_LIST = (
    Column.SPEND, Column.SALES, Column.ROI, Column.ORDERS, Column.COST_PER_ORDER, Column.IMPRESSIONS, Column.CLICKS,
    Column.CTR, Column.CPC,
)  # fmt: skip
Heading = tuple[str, Promise | str, str, Promise | str]


def columns_of(campaign: Campaign) -> list[Heading]:
    """Return the columns of a campaign's report as (name, label, unit, meaning)."""
    return headings(terms(campaign.objective).columns)


def headings(columns: Sequence[Column]) -> list[Heading]:
    return [(column.value, column.label, UNITS[column], MEANINGS.get(column, "")) for column in columns]


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a report as it is written."""

    name: str
    label: Promise | str
    text: str


def cells(result: Result, columns: Sequence[Heading], currency: str) -> list[Cell]:
    """Return the numbers of a result in the order of the columns."""
    return [
        Cell(name, label, _written(getattr(result, name), unit, currency)) for name, label, unit, _meaning in columns
    ]


def _written(number: Decimal | float | None, unit: str, currency: str) -> str:
    if number is None:
        return DASH
    if unit == MONEY:
        return money(round_money(number, currency), currency)
    return {COUNT: count, PERCENT: percent, RATIO: "{:.2f}".format}[unit](number)
