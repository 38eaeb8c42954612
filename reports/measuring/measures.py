"""Every measure of a report: what it is called, what it means, and of which sums it is made.

A sum is added up from rows of one family, or counts distinct things among them; a measure is a sum, or a difference or
ratio of sums. Sums of money and counts add up over rows; distinct counts do not, and are counted anew for a total.

Meanings speak of the clock of the report, by which a sale counts when its touch, its payment or its settlement was;
events, charges and refunds done have a time of their own, whatever the clock. By now is as of the report's moment.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ..metrics import LESS_IS_BETTER, NEITHER, Metric, Unit
from .dimensions import Family

COUNT, MONEY, PERCENT, FACTOR = Unit.COUNT, Unit.MONEY, Unit.PERCENT, Unit.FACTOR


@dataclass(frozen=True, slots=True)
class Sum:
    """What a family adds up; `is_distinct` where it counts different things, so that rows do not add up."""

    code: str
    family: Family
    unit: Unit = COUNT
    is_distinct: bool = False


def _sums(family: Family, unit: Unit, *codes: str, is_distinct: bool = False) -> list[Sum]:
    return [Sum(code, family, unit, is_distinct) for code in codes]


SUMS: dict[str, Sum] = {
    made.code: made
    for made in [
        *_sums(Family.SEEN, COUNT, "impressions", "viewable", "clicks", "invalid_clicks", "engagements"),
        *_sums(Family.SPENT, MONEY, "spend", "ad_credits"),
        *_sums(Family.CREDITED, MONEY, "gmv", "direct_gmv", "refunds", "settled_gmv", "new_customer_gmv"),
        *_sums(Family.CREDITED, MONEY, "new_to_brand_gmv", "costed_gmv", "cogs"),
        *_sums(Family.CREDITED, COUNT, "orders", "new_to_brand_orders", "units", is_distinct=True),
        *_sums(Family.CREDITED, COUNT, "customers", "new_customers", "returning_customers", is_distinct=True),
        *_sums(Family.RETURNED, MONEY, "refunds_done"),
        *_sums(Family.CLAIMED, MONEY, "claimed_gmv"),
        *_sums(Family.SHOP, MONEY, "all_gmv", "all_refunds", "all_settled_gmv", "all_costed_gmv", "all_cogs"),
        *_sums(Family.SHOP, COUNT, "all_units"),
        *_sums(Family.SHOP, COUNT, "all_orders", "all_customers", "all_new_customers", is_distinct=True),
    ]
}


def _sum(code: str, label, meaning) -> Metric:
    return Metric(code, label, meaning, SUMS[code].unit, (code,))


def _profit(code: str, label, meaning, of: str, over: tuple[str, ...]) -> Metric:
    """Return gross profit, of what the sums that begin with `of` are of, over something; unknown without any cost."""
    unit = MONEY if not over else FACTOR if over == ("spend",) else PERCENT
    return Metric(code, label, meaning, unit, (f"{of}costed_gmv",), (f"{of}cogs",), over, needs=(f"{of}costed_gmv",))


_TRAFFIC = [
    _sum("impressions", _("Impressions"), _("Valid showings of ads, by the time of the showing, whatever the clock.")),
    _sum(
        "viewable", _("Viewable impressions"),
        _("Valid impressions of which half was in view for a full second, by the time of that, whatever the clock."),
    ),
    _sum(
        "clicks", _("Clicks"),
        _("Valid clicks on ads, repeats and robots left out, by the time of the click, whatever the clock."),
    ),
    _sum(
        "invalid_clicks", _("Invalid clicks"),
        _("Clicks kept on record with a reason, by the time of the click: not charged, or given back when found "
          "out."),
    ),
    _sum(
        "engagements", _("Engagements"),
        _("Valid likes, collections, comments and shares that ads led to, by their time, whatever the clock."),
    ),
    Metric(
        "ctr", _("Click rate"),
        _("Valid clicks for each valid impression."),
        PERCENT, ("clicks",), (), ("impressions",),
    ),
    Metric(
        "viewability", _("Viewability"),
        _("Share of valid impressions that were viewable."),
        PERCENT, ("viewable",), (),
        ("impressions",),
    ),
    Metric(
        "invalid_rate", _("Invalid click rate"), _("Invalid clicks as a share of all clicks, valid or not."), PERCENT,
        ("invalid_clicks",), (), ("clicks", "invalid_clicks"),
    ),
]  # fmt: skip

_SPEND = [
    _sum(
        "spend", _("Ad spend"),
        _("Prices taken for clicks and viewable impressions, less what was given back, by when either was booked, "
          "whatever the clock."),
    ),
    _sum(
        "ad_credits", _("Ad credits"),
        _("Charges given back, by when that was booked, whatever the clock; the ad spend is without them."),
    ),
    Metric("cpc", _("Price per click"), _("Ad spend for each valid click."), MONEY, ("spend",), (), ("clicks",)),
    Metric(
        "cpm", _("Price per 1,000 impressions"), _("Ad spend for each thousand valid impressions."), MONEY,
        ("spend",), (), ("impressions",),
    ),
]  # fmt: skip

_SALES = [
    _sum(
        "orders", _("Orders"),
        _("Orders of which a part is credited to ads by the rule, by the clock; each once in a row and once in the "
          "total."),
    ),
    _sum(
        "units", _("Units"),
        _("Units on the order lines of which a part is credited to ads, by the clock; returned ones are not taken "
          "off."),
    ),
    _sum(
        "gmv", _("GMV"),
        _("Goods value credited to ads by the rule, by the clock, before refunds and cancellations, without freight "
          "and tax."),
    ),
    _sum("direct_gmv", _("Direct GMV"), _("The part of the GMV in which the very product was bought that was shown.")),
    Metric(
        "halo_gmv", _("Halo GMV"), _("The part of the GMV in which another product was bought than was shown."),
        MONEY, ("gmv",), ("direct_gmv",),
    ),
    _sum(
        "claimed_gmv", _("Claimed GMV"),
        _("What the campaigns would claim, each for itself, before refunds: every line in full for each campaign "
          "that touched it in the rule's time, by the clock."),
    ),
    _sum(
        "refunds", _("Refunds of these sales"),
        _("What refunds have taken back of this GMV so far, by the clock of the sale; where orders count as placed, "
          "what was cancelled before it was paid, too."),
    ),
    _sum(
        "refunds_done", _("Refunds done"),
        _("What refunds took back of credited sales, by the time of the refund, whatever the clock and whenever the "
          "sale was; where orders count as placed, what was cancelled before it was paid, too."),
    ),
    Metric(
        "net_gmv", _("Net GMV"),
        _("GMV less what refunds and cancellations have taken back of it so far."),
        MONEY, ("gmv",), ("refunds",),
    ),
    _sum("settled_gmv", _("Settled GMV"), _("Net GMV of those of these orders that are settled by now.")),
    Metric(
        "settle_rate", _("Settled share"), _("Settled GMV as a share of the GMV."), PERCENT, ("settled_gmv",),
        (), ("gmv",),
    ),
    Metric(
        "return_rate", _("Refunded share"),
        _("Share of the GMV that refunds and cancellations have taken back so far."),
        PERCENT,
        ("refunds",), (), ("gmv",),
    ),
]  # fmt: skip

_RETURN = [
    Metric(
        "roi", _("ROI"),
        _("GMV for each unit of ad spend, before refunds; the sales by the clock, the spend by when it was booked."),
        FACTOR, ("gmv",), (), ("spend",),
    ),
    Metric(
        "direct_roi", _("Direct ROI"), _("Direct GMV for each unit of ad spend."), FACTOR, ("direct_gmv",), (),
        ("spend",),
    ),
    Metric(
        "claimed_roi", _("Claimed ROI"), _("Claimed GMV for each unit of ad spend."), FACTOR, ("claimed_gmv",), (),
        ("spend",),
    ),
    Metric(
        "net_roi", _("Net ROI"), _("Net GMV for each unit of ad spend."), FACTOR, ("gmv",), ("refunds",), ("spend",)
    ),
    Metric(
        "settled_roi", _("Settled ROI"), _("Settled GMV for each unit of ad spend."), FACTOR, ("settled_gmv",), (),
        ("spend",),
    ),
    Metric("cvr", _("Orders per click"), _("Orders for each valid click."), PERCENT, ("orders",), (), ("clicks",)),
    Metric(
        "cost_per_order", _("Cost per order"), _("Ad spend for each order."), MONEY, ("spend",), (), ("orders",)
    ),
    Metric("ad_average_order", _("GMV per order"), _("GMV for each order."), MONEY, ("gmv",), (), ("orders",)),
]  # fmt: skip

_PROFIT = [
    _sum("costed_gmv", _("Net GMV with known cost"), _("Net GMV of goods whose cost was known when they were sold.")),
    _sum("cogs", _("Cost of goods sold"), _("Cost of these goods, as it was then, less the part that was refunded.")),
    _profit("gross_profit", _("Gross profit"), _("Net GMV less cost, of the goods whose cost is known."), "", ()),
    _profit(
        "gross_margin", _("Gross margin"), _("Gross profit as a share of the net GMV of the same goods."), "",
        ("costed_gmv",),
    ),
    _profit("poas", _("POAS"), _("Gross profit for each unit of ad spend."), "", ("spend",)),
    _sum(
        "all_costed_gmv", _("Net sales with known cost"),
        _("Net sales of the shop, of the goods whose cost was known when they were sold."),
    ),
    _sum(
        "all_cogs", _("Cost of goods of the shop"),
        _("Cost of these goods, as it was then, less the part that was refunded."),
    ),
    _profit(
        "all_gross_profit", _("Gross profit of the shop"), _("Net sales less cost, of the goods whose cost is known."),
        "all_", (),
    ),
    _profit(
        "all_gross_margin", _("Gross margin of the shop"),
        _("Gross profit as a share of the net sales of the same goods."), "all_", ("all_costed_gmv",),
    ),
]  # fmt: skip
_CUSTOMERS = [
    _sum(
        "customers", _("Customers"),
        _("Different people behind the orders; each once in a row and once in the total."),
    ),
    _sum(
        "new_customers", _("New customers"),
        _("People behind the orders who had bought nothing in the shop in the 365 days before; whoever comes back "
          "in the same days is a returning customer, too."),
    ),
    _sum(
        "returning_customers", _("Returning customers"),
        _("People behind the orders who had bought in the shop in the 365 days before."),
    ),
    _sum(
        "new_customer_gmv", _("GMV of new customers"),
        _("GMV of the orders before which the customer had bought nothing in the shop for 365 days."),
    ),
    _sum(
        "new_to_brand_orders", _("Orders new to the brand"),
        _("Orders with a line of a brand of which the customer had bought nothing here in the 365 days before; of "
          "goods without a brand, nothing at all."),
    ),
    _sum("new_to_brand_gmv", _("GMV new to the brand"), _("GMV of such lines.")),
    Metric(
        "cost_per_new_customer", _("Cost per new customer"), _("Ad spend for each new customer."), MONEY,
        ("spend",), (), ("new_customers",),
    ),
]  # fmt: skip

_SHOP = [
    _sum(
        "all_orders", _("All orders"),
        _("Orders of the shop that have come to the state that the rule asks for, with ads or without, by the "
          "clock."),
    ),
    _sum(
        "all_units", _("All units"),
        _("Units on the lines of all orders, by the clock; returned ones are not taken off."),
    ),
    _sum(
        "all_gmv", _("Sales of the shop"),
        _("Goods value of all orders, by the clock, before refunds and cancellations, without freight and tax."),
    ),
    _sum(
        "all_refunds", _("Refunds of the shop"),
        _("What refunds have taken back of these sales so far, by the clock of the sale; where orders count as "
          "placed, what was cancelled before it was paid, too."),
    ),
    Metric(
        "all_net_gmv", _("Net sales of the shop"),
        _("Sales of the shop less what refunds and cancellations have taken back of them so far."),
        MONEY,
        ("all_gmv",), ("all_refunds",),
    ),
    _sum(
        "all_settled_gmv", _("Settled sales of the shop"),
        _("Net sales of those of all orders that are settled by now."),
    ),
    _sum(
        "all_customers", _("All customers"),
        _("Different people behind all orders; each once in a row and once in the total."),
    ),
    _sum(
        "all_new_customers", _("All new customers"),
        _("People behind all orders who had bought nothing in the shop in the 365 days before."),
    ),
    Metric(
        "organic_orders", _("Organic orders"), _("Orders of which no part is credited to ads."), COUNT,
        ("all_orders",), ("orders",),
    ),
    Metric(
        "organic_gmv", _("Organic sales"),
        _("Sales of the shop less the GMV: what is not credited to ads."),
        MONEY, ("all_gmv",),
        ("gmv",),
    ),
    Metric(
        "ad_share", _("Share of ads"),
        _("GMV as a share of the sales of the shop."),
        PERCENT, ("gmv",), (), ("all_gmv",),
    ),
    Metric(
        "refund_rate", _("Refund rate"),
        _("Share of the sales of the shop that refunds and cancellations have taken back so far."),
        PERCENT,
        ("all_refunds",), (), ("all_gmv",),
    ),
    Metric(
        "average_order", _("Average order"), _("Sales of the shop for each order."), MONEY, ("all_gmv",), (),
        ("all_orders",),
    ),
]  # fmt: skip

GROUPS = {
    _("Traffic"): _TRAFFIC,
    _("Spend"): _SPEND,
    _("Sales by ads"): _SALES,
    _("Return"): _RETURN,
    _("Gross profit"): _PROFIT,
    _("Customers"): _CUSTOMERS,
    _("Whole shop"): _SHOP,
}
MEASURES: dict[str, Metric] = {metric.code: metric for group in GROUPS.values() for metric in group}
PER_THOUSAND = {"cpm"}
FEWER = LESS_IS_BETTER | {
    "cogs",
    "all_cogs",
    "refunds",
    "refunds_done",
    "return_rate",
    "all_refunds",
    "cpm",
    "cost_per_new_customer",
}


def parts_of(code: str) -> tuple[Sum, ...]:
    """Return the sums that a measure is made of, each once."""
    metric = MEASURES[code]
    return tuple(SUMS[part] for part in dict.fromkeys((*metric.plus, *metric.minus, *metric.over, *metric.needs)))


def families_of(code: str) -> frozenset[Family]:
    """Return the families that a measure needs."""
    return frozenset(part.family for part in parts_of(code))


def better(code: str) -> int:
    """Return whether more of a measure is better (1), worse (−1) or neither (0)."""
    return -1 if code in FEWER else 0 if code in NEITHER else 1
