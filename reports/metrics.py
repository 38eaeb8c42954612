"""Every number of a report, defined once: what it is called, what it means, and how it is made of measures.

A measure is summed from raw rows (see sources.py) and adds up over days. A metric is a measure, or a difference or
ratio of measures; a ratio is always made of sums, never averaged, and is None where there is nothing to divide by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

RULE = "last_click_7d"  # the attribution rule behind every ad metric


class Unit(StrEnum):
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    FACTOR = "factor"


LESS_IS_BETTER = {
    "refund_rate", "refunds", "refund_count", "cancelled", "cpc", "cost_per_order", "invalid_clicks", "invalid_rate",
    "ad_refunds", "touch_refunds", "settled_refunds",
}  # fmt: skip
NEITHER = {"spend", "ad_claimed", "ad_credits", "ad_share", "discounts", "freight", "tax"}


@dataclass(frozen=True, slots=True)
class Metric:
    """(Σ plus − Σ minus) ÷ Σ over; without `over`, just the sum. Without anything of what it `needs` nobody can say."""

    code: str
    label: str | Promise
    meaning: str | Promise
    unit: Unit
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def better(self) -> int:
        """Return whether more is better (1), worse (−1) or neither (0)."""
        return -1 if self.code in LESS_IS_BETTER else 0 if self.code in NEITHER else 1

    @property
    def formula(self) -> str:
        """Return the formula in codes of measures, such as `(ad_gmv − ad_refunds) ÷ spend`."""
        top = " − ".join([" + ".join(self.plus), *self.minus])
        return f"({top}) ÷ {' + '.join(self.over)}" if self.over and self.minus else " ÷ ".join([top, *self.over])


def _measure(code, label, meaning, unit) -> Metric:
    return Metric(code, label, meaning, unit, (code,))


COUNT, MONEY, PERCENT, FACTOR = Unit.COUNT, Unit.MONEY, Unit.PERCENT, Unit.FACTOR

_ALL = [
    _measure("impressions", _("Impressions"), _("Valid showings of your ads, by the time of the showing."), COUNT),
    _measure(
        "viewable", _("Viewable impressions"), _("Impressions of which half was in view for a full second."), COUNT
    ),
    _measure("clicks", _("Clicks"), _("Valid clicks on your ads, repeats and robots left out."), COUNT),
    _measure(
        "invalid_clicks", _("Invalid clicks"), _("Clicks kept on record with a reason, and never charged."), COUNT
    ),
    _measure(
        "spend",
        _("Ad spend"),
        _("Prices of clicks and viewable impressions taken from your wallet, less what was given back on the day; each "
          "one is a ledger transfer."),
        MONEY,
    ),
    _measure(
        "ad_credits",
        _("Ad credits"),
        _("Charges given back on the day, because their clicks were found invalid later; taken off the ad spend."),
        MONEY,
    ),
    _measure("placed_orders", _("Orders placed"), _("Orders placed on the day, paid or not."), COUNT),
    _measure("placed_value", _("Value placed"), _("Totals of the orders placed on the day, paid or not."), MONEY),
    _measure("paid_orders", _("Paid orders"), _("Orders that became fully paid on the day."), COUNT),
    _measure("units", _("Units sold"), _("Units on the lines of the orders paid on the day."), COUNT),
    _measure("item_value", _("Item value"), _("Goods of the orders paid on the day, before discount."), MONEY),
    _measure("discounts", _("Discounts"), _("Discounts on the orders paid on the day."), MONEY),
    _measure("freight", _("Freight"), _("Shipping paid with the orders paid on the day."), MONEY),
    _measure("tax", _("Tax and fees"), _("Tax and fees paid with the orders paid on the day."), MONEY),
    _measure(
        "paid_gmv",
        _("Paid GMV"),
        _("What shoppers paid: goods less discount, plus freight, tax and fees, of the orders paid on the day. "
          "Later refunds do not lower it; they are counted on their own day."),
        MONEY,
    ),
    _measure(
        "new_buyers",
        _("New buyers"),
        _("Shoppers who paid an order with you on the day and had bought nothing from you in the 365 days before."),
        COUNT,
    ),
    _measure(
        "returning_orders",
        _("Orders of returning buyers"),
        _("Orders paid on the day by shoppers who had bought from you in the 365 days before."),
        COUNT,
    ),
    _measure(
        "new_gmv",
        _("GMV of new buyers"),
        _("Goods value of the orders paid on the day with which new buyers came, without freight and tax."),
        MONEY,
    ),
    _measure(
        "returning_gmv",
        _("GMV of returning buyers"),
        _("Goods value of the orders paid on the day by returning buyers, without freight and tax."),
        MONEY,
    ),
    _measure(
        "brand_new_gmv",
        _("GMV new to the brand"),
        _("Goods value of lines whose buyers had bought nothing of that brand from you in the 365 days before; of "
          "goods without a brand, nothing at all."),
        MONEY,
    ),
    _measure("shipped", _("Orders shipped"), _("Orders that were fully shipped on the day."), COUNT),
    _measure("delivered", _("Orders delivered"), _("Orders that were delivered on the day."), COUNT),
    _measure("cancelled", _("Orders cancelled"), _("Orders that were cancelled on the day, for any reason."), COUNT),
    _measure("refunds", _("Refunds"), _("Money given back on the day, whenever the order was paid."), MONEY),
    _measure("refund_count", _("Refunds made"), _("Number of refunds done on the day."), COUNT),
    _measure(
        "ad_orders",
        _("Orders by ads"),
        _("Orders paid on the day of which a part is credited to an ad: last valid click, at most 7 days before."),
        COUNT,
    ),
    _measure(
        "ad_gmv",
        _("GMV by ads"),
        _("Goods value credited to ads, by the day the order was paid: last valid click, at most 7 days before. "
          "Without freight and tax, and before refunds."),
        MONEY,
    ),
    _measure(
        "ad_direct_gmv",
        _("GMV by ads, same product"),
        _("The part of the GMV by ads in which the very product was bought that the ad showed."),
        MONEY,
    ),
    _measure(
        "ad_refunds", _("Refunds on GMV by ads"), _("Credits taken back from ads by refunds done on the day."), MONEY
    ),
    _measure(
        "ad_new_gmv", _("GMV of new buyers by ads"), _("The part of the GMV by ads that new buyers brought."), MONEY
    ),
    _measure(
        "ad_claimed",
        _("GMV claimed by campaigns"),
        _("Goods value of the orders paid on the day, in full for every campaign that was clicked at most 7 days "
          "before, whatever was bought: what each would claim for itself; a sale counts as often as it is claimed."),
        MONEY,
    ),
    _measure(
        "touch_orders", _("Orders by ads, by click"), _("Orders by ads, by the day of the click that is credited."),
        COUNT,
    ),
    _measure("touch_gmv", _("GMV by ads, by click"), _("GMV by ads, by the day of the click that is credited."), MONEY),
    _measure(
        "touch_direct_gmv", _("GMV by ads, same product, by click"),
        _("The part of it in which the very product was bought that the ad showed."), MONEY,
    ),
    _measure(
        "touch_new_gmv", _("GMV of new buyers by ads, by click"), _("The part of it that new buyers brought."), MONEY,
    ),
    _measure(
        "touch_claimed", _("GMV claimed by campaigns, by click"),
        _("What each campaign would claim for itself, by the day of its latest click before the sale."), MONEY,
    ),
    _measure(
        "touch_refunds", _("Refunds on GMV by ads, by click"),
        _("Credits taken back from ads by refunds, by the day of the click that was credited."), MONEY,
    ),
    _measure(
        "settled_orders", _("Orders by ads, by settlement"), _("Orders by ads, by the day on which they were settled."),
        COUNT,
    ),
    _measure(
        "settled_gmv", _("GMV by ads, by settlement"),
        _("GMV by ads of settled orders, by the day on which they were settled."), MONEY,
    ),
    _measure(
        "settled_direct_gmv", _("GMV by ads, same product, by settlement"),
        _("The part of it in which the very product was bought that the ad showed."), MONEY,
    ),
    _measure(
        "settled_new_gmv", _("GMV of new buyers by ads, by settlement"), _("The part of it that new buyers brought."),
        MONEY,
    ),
    _measure(
        "settled_refunds", _("Refunds on GMV by ads, by settlement"),
        _("Credits taken back from ads by refunds, by the day on which the order was settled."), MONEY,
    ),
    _measure("all_settled_orders", _("Orders settled"), _("Orders that were settled on the day."), COUNT),
    _measure(
        "all_settled_gmv", _("Settled GMV"), _("What was paid for the orders that were settled on the day."), MONEY
    ),
    *(
        _measure(
            f"settled_in_{days}", format_lazy(_("Settled within {days} days"), days=days),
            _("Paid GMV of the day of which the order was settled at most so many days after it was paid."), MONEY,
        )
        for days in (7, 14)
    ),
    *(
        _measure(
            f"again_{days}", format_lazy(_("Bought again within {days} days"), days=days),
            _("New buyers of the day who paid another order at most so many days after their first."), COUNT,
        )
        for days in (7, 15, 30, 60)
    ),
    _measure(
        "ltv_30", _("GMV within 30 days"),
        _("Goods value that the new buyers of the day have paid for in their first 30 days, without freight and tax."),
        MONEY,
    ),
    _measure("line_value", _("Sales"), _("Goods less discount on the order lines paid on the day."), MONEY),
    _measure("line_refunds", _("Goods refunded"), _("Goods value given back on the day."), MONEY),
    _measure("payments", _("Payments"), _("Payments behind the orders paid on the day."), COUNT),
    _measure("amount", _("Paid amount"), _("What those payments brought in for these orders."), MONEY),
    Metric(
        "organic_orders", _("Orders without ads"), _("Paid orders of which no part is credited to an ad."),
        COUNT, ("paid_orders",), ("ad_orders",),
    ),
    Metric(
        "organic_gmv", _("GMV without ads"),
        _("Paid GMV less GMV by ads; freight and tax of every order are in here."),
        MONEY, ("paid_gmv",), ("ad_gmv",),
    ),
    Metric(
        "net_gmv", _("Net GMV"), _("Paid GMV less the refunds of the same days."),
        MONEY, ("paid_gmv",), ("refunds",),
    ),
    Metric(
        "roi", _("ROI"), _("GMV by ads for each unit of ad spend, before refunds."), FACTOR,
        ("ad_gmv",), (), ("spend",),
    ),
    Metric(
        "net_roi", _("Net ROI"), _("GMV by ads after refunds for each unit of ad spend."), FACTOR,
        ("ad_gmv",), ("ad_refunds",), ("spend",),
    ),
    Metric(
        "claimed_roi", _("Claimed ROI"), _("GMV claimed by campaigns for each unit of ad spend."), FACTOR,
        ("ad_claimed",), (), ("spend",),
    ),
    *(
        Metric(
            f"repurchase_{days}", format_lazy(_("Repurchase within {days} days"), days=days),
            _("Share of the new buyers of these days who bought again at most so many days after their first order."),
            PERCENT, (f"again_{days}",), (), ("new_buyers",),
        )
        for days in (7, 15, 30, 60)
    ),
    Metric(
        "ltv", _("Value of a new buyer"),
        _("What a new buyer of these days pays for goods in the first 30 days."), MONEY,
        ("ltv_30",), (), ("new_buyers",),
    ),
    *(
        Metric(
            f"settle_rate_{days}", format_lazy(_("Settled within {days} days, rate"), days=days),
            _("Share of the paid GMV of these days of which the order was settled at most so many days after."),
            PERCENT, (f"settled_in_{days}",), (), ("paid_gmv",),
        )
        for days in (7, 14)
    ),
    Metric(
        "halo_gmv", _("GMV by ads, other products"),
        _("The part of the GMV by ads in which something else was bought than the ad showed."), MONEY,
        ("ad_gmv",), ("ad_direct_gmv",),
    ),
    Metric(
        "touch_halo_gmv", _("GMV by ads, other products, by click"), _("The same by the day of the click."), MONEY,
        ("touch_gmv",), ("touch_direct_gmv",),
    ),
    Metric(
        "settled_halo_gmv", _("GMV by ads, other products, by settlement"), _("The same by the day of settlement."),
        MONEY, ("settled_gmv",), ("settled_direct_gmv",),
    ),
    Metric(
        "settled_organic_gmv", _("GMV without ads, by settlement"),
        _("Settled GMV less GMV by ads that was settled; freight and tax of every order are in here."), MONEY,
        ("all_settled_gmv",), ("settled_gmv",),
    ),
    Metric(
        "settled_organic_orders", _("Orders without ads, by settlement"),
        _("Settled orders of which no part is credited to an ad."), COUNT, ("all_settled_orders",), ("settled_orders",),
    ),
    Metric(
        "touch_claimed_roi", _("Claimed ROI, by click"), _("The same by the day of the click."), FACTOR,
        ("touch_claimed",), (), ("spend",),
    ),
    Metric(
        "touch_roi", _("ROI, by click"), _("GMV by ads for each unit of ad spend, both by the day of the click."),
        FACTOR, ("touch_gmv",), (), ("spend",),
    ),
    Metric(
        "touch_net_roi", _("Net ROI, by click"), _("The same after refunds."), FACTOR,
        ("touch_gmv",), ("touch_refunds",), ("spend",),
    ),
    Metric(
        "settled_roi", _("ROI, by settlement"), _("GMV by ads settled on these days for each unit of ad spend."),
        FACTOR, ("settled_gmv",), (), ("spend",),
    ),
    Metric(
        "settled_net_roi", _("Net ROI, by settlement"), _("The same after refunds."), FACTOR,
        ("settled_gmv",), ("settled_refunds",), ("spend",),
    ),
    Metric(
        "organic_new_gmv", _("GMV of new buyers without ads"),
        _("Goods value that new buyers brought, less what of it is credited to ads."),
        MONEY, ("new_gmv",), ("ad_new_gmv",),
    ),
    Metric(
        "invalid_rate", _("Invalid click rate"), _("Invalid clicks as a share of all clicks, valid or not."), PERCENT,
        ("invalid_clicks",), (), ("clicks", "invalid_clicks"),
    ),
    Metric("ctr", _("Click rate"), _("Clicks for each impression."), PERCENT, ("clicks",), (), ("impressions",)),
    Metric(
        "viewability", _("Viewability"), _("Share of impressions that were viewable."), PERCENT,
        ("viewable",), (), ("impressions",),
    ),
    Metric("cpc", _("Price per click"), _("Ad spend for each valid click."), MONEY, ("spend",), (), ("clicks",)),
    Metric(
        "conversion", _("Orders per click"), _("Orders by ads for each valid click of the same days."), PERCENT,
        ("ad_orders",), (), ("clicks",),
    ),
    Metric(
        "cost_per_order", _("Cost per order"), _("Ad spend for each order by ads."), MONEY,
        ("spend",), (), ("ad_orders",),
    ),
    Metric(
        "average_order", _("Average order"), _("Paid GMV for each paid order."), MONEY,
        ("paid_gmv",), (), ("paid_orders",),
    ),
    Metric(
        "refund_rate", _("Refund rate"), _("Refunds of these days as a share of the paid GMV of these days."), PERCENT,
        ("refunds",), (), ("paid_gmv",),
    ),
    Metric(
        "ad_share", _("Share of ads"), _("GMV by ads as a share of paid GMV."), PERCENT,
        ("ad_gmv",), (), ("paid_gmv",),
    ),
]  # fmt: skip

METRICS: dict[str, Metric] = {metric.code: metric for metric in _ALL}
CLOCKS = {
    "order": {},
    "touch": {
        "ad_orders": "touch_orders", "ad_gmv": "touch_gmv", "ad_refunds": "touch_refunds", "roi": "touch_roi",
        "net_roi": "touch_net_roi", "ad_direct_gmv": "touch_direct_gmv", "halo_gmv": "touch_halo_gmv",
        "ad_new_gmv": "touch_new_gmv", "ad_claimed": "touch_claimed", "claimed_roi": "touch_claimed_roi",
    },
    "settle": {
        "ad_orders": "settled_orders", "ad_gmv": "settled_gmv", "ad_refunds": "settled_refunds", "roi": "settled_roi",
        "net_roi": "settled_net_roi", "ad_direct_gmv": "settled_direct_gmv", "halo_gmv": "settled_halo_gmv",
        "ad_new_gmv": "settled_new_gmv", "paid_gmv": "all_settled_gmv", "paid_orders": "all_settled_orders",
        "organic_gmv": "settled_organic_gmv", "organic_orders": "settled_organic_orders",
    },
}  # fmt: skip

WINDOWS = {
    **{code: timedelta(days=days) for days in (7, 15, 30, 60) for code in (f"again_{days}", f"repurchase_{days}")},
    **{code: timedelta(days=days) for days in (7, 14) for code in (f"settled_in_{days}", f"settle_rate_{days}")},
    "ltv_30": timedelta(days=30), "ltv": timedelta(days=30),
}  # fmt: skip  # how long after a day things may happen that count for it


def by_clock(code: str, clock: str) -> str:
    """Return the metric that says the same by another clock, or itself where the clock makes no difference."""
    return CLOCKS[clock].get(code, code)


def measures_of(codes: Iterable[str], clock: str) -> set[str]:
    """Return the measures that metrics are made of by a clock."""
    metrics = [METRICS[by_clock(code, clock)] for code in codes]
    return {measure for metric in metrics for measure in (*metric.plus, *metric.minus, *metric.over)}


def value(code: str, sums: Mapping[str, Decimal | int]) -> Decimal | int | None:
    """Return a metric of summed measures; None where its denominator is not above zero."""
    return worth(METRICS[code], sums)


def worth(metric: Metric, sums: Mapping[str, Decimal | int]) -> Decimal | int | None:
    """Return what a metric comes to, whether it is of the list above or a report's own."""
    top = sum(sums.get(m) or 0 for m in metric.plus) - sum(sums.get(m) or 0 for m in metric.minus)
    if not metric.over:
        return top
    bottom = sum(sums.get(m) or 0 for m in metric.over)
    return Decimal(top) / Decimal(bottom) if bottom > 0 else None


def total(rows: Iterable[Mapping]) -> dict[str, Decimal | int]:
    """Add the measures of many rows; every column that is no measure is left out."""
    sums: dict[str, Decimal | int] = {}
    for row in rows:
        for code in row.keys() & METRICS.keys():
            sums[code] = sums.get(code, 0) + (row[code] or 0)
    return sums


def change(code: str, now: Mapping, before: Mapping) -> Decimal | None:
    """Return the relative change of a metric, or None where there was nothing before."""
    new, old = value(code, now), value(code, before)
    return None if new is None or not old else Decimal(new) / Decimal(old) - 1
