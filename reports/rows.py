"""The rows behind a number: the very orders, refunds or charges that were summed, with their sum."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from ads.attribution import STANDS
from ads.models import Charge, Conversion, Credit, CreditNote
from chengfeng.money import ZERO
from chengfeng.periods import Period, days_period
from orders.models import Order, Refund
from shops.models import Merchant
from shops.people.rights import Right
from shops.tenancy import own

from .metrics import RULE
from .picking import Picked


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows of one model behind a metric: its clock, the right to see them, and the condition they meet."""

    model: type
    at: str
    right: Right
    condition: Q
    amount: str = "total"


CREDITED = Exists(Credit.objects.filter(STANDS, line__conversion__order_code=OuterRef("code"), rule=RULE))
NEW = Exists(Conversion.objects.filter(order_code=OuterRef("code"), is_new=True))


ALL = Q()


def _orders(at: str, condition: Q = ALL) -> Behind:
    return Behind(Order, at, Right.ORDERS_VIEW, condition)


BEHIND: dict[str, Behind] = {
    "placed_orders": _orders("placed_at"),
    "paid_gmv": _orders("paid_at"),
    "paid_orders": _orders("paid_at"),
    "ad_orders": _orders("paid_at", Q(CREDITED)),
    "organic_orders": _orders("paid_at", ~Q(CREDITED)),
    "new_buyers": _orders("paid_at", Q(NEW)),
    "returning_orders": _orders("paid_at", ~Q(NEW)),
    "delivered": _orders("delivered_at"),
    "cancelled": _orders("cancelled_at"),
    "refunds": Behind(Refund, "done_at", Right.ORDERS_VIEW, Q(state=Refund.State.DONE), "amount"),
    "ad_gmv": Behind(
        Credit, "at", Right.ADS_VIEW, Q(rule=RULE) & Q(refund=""), "amount"
    ),
    "spend": Behind(Charge, "at", Right.ADS_VIEW, ALL, "amount"),
    "ad_credits": Behind(CreditNote, "at", Right.ADS_VIEW, ALL, "amount"),
}  # fmt: skip
ALIASES = {
    "roi": "ad_gmv", "refund_rate": "refunds", "average_order": "paid_gmv", "net_roi": "ad_gmv", "cpc": "spend",
    "cost_per_order": "spend", "ad_share": "ad_gmv", "clicks": "spend",
}  # fmt: skip


def behind(code: str) -> Behind | None:
    """Return what lies behind a metric, for a ratio what lies behind its upper part."""
    return BEHIND.get(ALIASES.get(code, code))


def find(source: Behind, merchant: Merchant, period: Picked) -> QuerySet:
    """Return the rows of a period of local days, newest first, each with `counted_at` and `counted`."""
    inside: Period = days_period(period.first, period.last, merchant.time_zone)
    rows = own(source.model, merchant).filter(
        source.condition, **{f"{source.at}__gte": inside.start, f"{source.at}__lt": inside.end}
    )
    return rows.annotate(counted_at=F(source.at), counted=F(source.amount)).order_by("-counted_at", "-pk")


def add(rows: QuerySet) -> Decimal:
    return rows.aggregate(sum=Sum("counted"))["sum"] or ZERO
