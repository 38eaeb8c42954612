"""The rows behind a number: the very orders, refunds or charges that were summed, with their sum."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from ads.attribution import STANDS
from ads.models import Campaign, Charge, Conversion, Credit, CreditNote, SaleClaim
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
    related: tuple[str, ...] = ()


CREDITED = Exists(Credit.objects.filter(STANDS, line__conversion__order_code=OuterRef("code"), rule=RULE))
NEW = Exists(Conversion.objects.filter(order_code=OuterRef("code"), is_new=True))


ALL = Q()


def _orders(at: str, condition: Q = ALL) -> Behind:
    return Behind(Order, at, Right.ORDERS_VIEW, condition)


def _credits(at: str, condition: Q) -> Behind:
    return Behind(Credit, at, Right.ADS_VIEW, Q(rule=RULE) & condition, "amount", ("line__conversion", "campaign"))


def _claims(at: str) -> Behind:
    return Behind(SaleClaim, at, Right.ADS_VIEW, ALL, "conversion__value", ("conversion", "campaign"))


SALE = Q(refund="")
SETTLED = Order.objects.filter(code=OuterRef("line__conversion__order_code")).values("settled_at")
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
    "all_settled_gmv": _orders("settled_at", Q(cancelled_at=None)),
    "refunds": Behind(Refund, "done_at", Right.ORDERS_VIEW, Q(state=Refund.State.DONE), "amount", ("order",)),
    "ad_gmv": _credits("at", SALE),
    "ad_refunds": _credits("at", ~SALE),
    "ad_net_gmv": _credits("at", ALL),
    "ad_direct_gmv": _credits("at", SALE & Q(is_same_product=True)),
    "halo_gmv": _credits("at", SALE & Q(is_same_product=False)),
    "touch_gmv": _credits("touched_at", SALE),
    "touch_net_gmv": _credits("touched_at", ALL),
    "touch_direct_gmv": _credits("touched_at", SALE & Q(is_same_product=True)),
    "touch_halo_gmv": _credits("touched_at", SALE & Q(is_same_product=False)),
    "settled_gmv": _credits("settled_at", SALE),
    "settled_net_gmv": _credits("settled_at", ALL),
    "settled_direct_gmv": _credits("settled_at", SALE & Q(is_same_product=True)),
    "settled_halo_gmv": _credits("settled_at", SALE & Q(is_same_product=False)),
    "spend": Behind(Charge, "at", Right.ADS_VIEW, ALL, "amount", ("campaign",)),
    "ad_credits": Behind(CreditNote, "at", Right.ADS_VIEW, ALL, "amount", ("charge__campaign",)),
    "ad_claimed": _claims("at"),
    "touch_claimed": _claims("touched_at"),
}
ALIASES = {
    "roi": "ad_gmv", "refund_rate": "refunds", "average_order": "paid_gmv", "net_roi": "ad_net_gmv", "cpc": "spend",
    "cost_per_order": "spend", "ad_share": "ad_gmv", "clicks": "spend", "touch_roi": "touch_gmv",
    "touch_net_roi": "touch_net_gmv", "touch_orders": "touch_gmv", "settled_roi": "settled_gmv",
    "settled_net_roi": "settled_net_gmv", "settled_orders": "settled_gmv", "claimed_roi": "ad_claimed",
    "touch_claimed_roi": "touch_claimed",
}  # fmt: skip


def behind(code: str) -> Behind | None:
    """Return what lies behind a metric, for a ratio what lies behind its upper part; None where nothing does."""
    return BEHIND.get(ALIASES.get(code, code))


def right(code: str) -> Right | None:
    """Return the right to see what lies behind a metric; None where nothing does."""
    source = behind(code)
    return source.right if source else None


def find(source: Behind, merchant: Merchant, period: Picked, *, campaign: Campaign | None = None) -> QuerySet:
    """Return the rows of a period of local days, newest first, each with `counted_at` and `counted`."""
    inside: Period = days_period(period.first, period.last, merchant.time_zone)
    rows = own(source.model, merchant)
    if source.model is Credit and source.at == "settled_at":
        rows = rows.annotate(settled_at=Subquery(SETTLED))
    if campaign and source.model in {Credit, Charge, SaleClaim}:
        rows = rows.filter(campaign=campaign)
    rows = rows.filter(source.condition, **{f"{source.at}__gte": inside.start, f"{source.at}__lt": inside.end})
    rows = rows.select_related(*source.related).order_by(f"-{source.at}", "-pk")
    return rows.annotate(counted_at=F(source.at), counted=F(source.amount))


def add(rows: QuerySet) -> Decimal:
    return rows.aggregate(sum=Sum("counted"))["sum"] or ZERO
