"""The numbers of a season: those of every report by their own names, and those that follow its sales to the end.

Paid GMV, orders, new buyers, spend and GMV by ads are the facts' own. Refunds and settlement are told of the very
orders of the season, whenever they come, for most of them come when it is over.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from ..metrics import METRICS, Metric, Unit, worth

Sums = Mapping[str, Decimal | int]

FACTS = ("paid_gmv", "paid_orders", "new_buyers", "spend", "ad_orders", "ad_gmv")  # which the daily facts hold

_OWN = [
    Metric("buyers", _("Buyers"), _("Different people who paid an order in these days."), Unit.COUNT, ("buyers",)),
    Metric(
        "ad_refunded", _("Refunded of GMV by ads"), _("What refunds have taken back so far of this GMV by ads."),
        Unit.MONEY, ("ad_refunded",),
    ),
    Metric(
        "kept_roi", _("ROI net of refunds"),
        _("GMV by ads for each unit of ad spend, less what refunds have taken back of these sales so far."),
        Unit.FACTOR, ("ad_gmv",), ("ad_refunded",), ("spend",),
    ),
    Metric(
        "refunded_share", _("Refunded so far"),
        _("Share of the paid GMV of these days that was given back so far, whenever it was."), Unit.PERCENT,
        ("refunded",), (), ("paid_gmv",),
    ),
    Metric(
        "settled_share", _("Settled so far"), _("Share of the paid GMV of these days whose orders are settled by now."),
        Unit.PERCENT, ("settled",), (), ("paid_gmv",),
    ),
    Metric(
        "line_value", _("GMV of goods"), _("Goods less discount, without freight and tax."), Unit.MONEY,
        ("line_value",),
    ),
    Metric("orders", _("Orders"), _("Paid orders with a line of the brand."), Unit.COUNT, ("orders",)),
    Metric(
        "goods_ad_share", _("Share of ads"), _("GMV by ads as a share of the GMV of goods."), Unit.PERCENT,
        ("ad_gmv",), (), ("line_value",),
    ),
]  # fmt: skip
NUMBERS: dict[str, Metric] = {
    **{code: METRICS[code] for code in (*FACTS, "roi", "ad_share")},
    **{metric.code: metric for metric in _OWN},
}
OPEN = {"refunded_share", "settled_share", "ad_refunded"}  # not to be held against a year that is long over


def number(code: str, sums: Sums) -> Decimal | int | None:
    """Return a number of sums; None where its denominator is not above zero."""
    return worth(NUMBERS[code], sums)


def growth(code: str, now: Sums, then: Sums | None) -> Decimal | None:
    """Return the relative change, None where there is nothing to compare with."""
    if then is None or code in OPEN:
        return None
    new, old = number(code, now), number(code, then)
    return None if new is None or not old else Decimal(new) / Decimal(old) - 1


def verdict(code: str, change: Decimal | None) -> str:
    """Return `good`, `bad` or `neutral`, for the colour of a change."""
    sign = (change or 0) * NUMBERS[code].better
    return "good" if sign > 0 else "bad" if sign < 0 else "neutral"


def total(rows) -> dict[str, Decimal | int]:
    """Add sums of many rows."""
    added: dict[str, Decimal | int] = {}
    for row in rows:
        for code, value in row.items():
            added[code] = added.get(code, 0) + value
    return added
