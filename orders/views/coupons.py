"""The coupons of a checkout as a shopper chooses among them, and in words why one takes nothing off."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from chengfeng.templatetags.frame import money, text
from shops.models import Promotion
from shops.promotions.terms import Refusal, Why

from ..quoting import Quote

MOST = 20  # coupons of one checkout
REASONS = {
    Why.UNKNOWN: gettext_lazy("%(coupon)s is no coupon of these shops."),
    Why.NOT_YOURS: gettext_lazy("%(coupon)s is not yours."),
    Why.NOT_STARTED: gettext_lazy("%(coupon)s does not count yet."),
    Why.ENDED: gettext_lazy("%(coupon)s has ended."),
    Why.USED_UP: gettext_lazy("%(coupon)s is used up."),
    Why.USED_BY_YOU: gettext_lazy("You have used %(coupon)s as often as you may."),
    Why.NEW_CUSTOMERS_ONLY: gettext_lazy("%(coupon)s is for new customers only."),
    Why.NOT_FOR_THESE_GOODS: gettext_lazy("%(coupon)s is not for these goods."),
    Why.BELOW_THRESHOLD: gettext_lazy("Buy for %(missing)s more to use %(coupon)s."),
    Why.OTHER_COUPON_BETTER: gettext_lazy("%(coupon)s is not used: another coupon saves you more."),
    Why.NOTHING_LEFT: gettext_lazy("%(coupon)s is not used: there is nothing left to take off."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A coupon to tick: what a form sends for it, who gives it, and what it takes off now (None: free shipping)."""

    value: str
    promotion: Promotion
    is_used: bool
    amount: Decimal | None = None
    missing: Decimal = Decimal(0)


def sent(request: HttpRequest) -> list[str] | None:
    """Return the coupons that a form names, ticked or typed in; None where no form was sent."""
    if request.method != "POST":
        return None
    named = [*request.POST.getlist("coupons"), request.POST.get("word", "")]
    return list(dict.fromkeys(name.strip()[:24] for name in named if name.strip()))[:MOST]


def rows(quote: Quote) -> list[Row]:
    """Return the coupons in use, then those that could be, the best first."""
    amounts = {part.promotion: part.amount for part in quote.discounts}
    used = [Row(each.word or each.code, each, True, amounts.get(each)) for each in quote.coupons]
    others = [Row(each.promotion.code, each.promotion, False, each.amount, each.missing) for each in quote.choices]
    return used + sorted(others, key=lambda row: (row.missing, -(row.amount or 0)))


def reasons(refused: Sequence[Refusal], currency: str) -> list[str]:
    """Return a sentence for each coupon that takes nothing off."""
    return [
        str(REASONS[refusal.why])
        % {
            "coupon": text(refusal.promotion, "title") if refusal.promotion else refusal.chosen,
            "missing": money(refusal.missing, currency),
        }
        for refusal in refused
    ]
