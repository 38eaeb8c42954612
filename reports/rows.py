"""The rows behind a number: the very orders, refunds or charges that were summed, with their sum."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from ads.attribution import CLAIMED, CLAIMS, STANDS, looking_back
from ads.models import Campaign, Charge, Conversion, Credit, CreditNote
from chengfeng import sql
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


def _credits(at: str, condition: Q) -> Behind:
    return Behind(Credit, at, Right.ADS_VIEW, Q(rule=RULE) & condition, "amount")


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
    "refunds": Behind(Refund, "done_at", Right.ORDERS_VIEW, Q(state=Refund.State.DONE), "amount"),
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
    "spend": Behind(Charge, "at", Right.ADS_VIEW, ALL, "amount"),
    "ad_credits": Behind(CreditNote, "at", Right.ADS_VIEW, ALL, "amount"),
}
ALIASES = {
    "roi": "ad_gmv", "refund_rate": "refunds", "average_order": "paid_gmv", "net_roi": "ad_net_gmv", "cpc": "spend",
    "cost_per_order": "spend", "ad_share": "ad_gmv", "clicks": "spend", "touch_roi": "touch_gmv",
    "touch_net_roi": "touch_net_gmv", "touch_orders": "touch_gmv", "settled_roi": "settled_gmv",
    "settled_net_roi": "settled_net_gmv", "settled_orders": "settled_gmv", "claimed_roi": "ad_claimed",
    "touch_claimed_roi": "touch_claimed",
}  # fmt: skip
CLAIMS_BY = {"ad_claimed": "at", "touch_claimed": "touched_at"}


def behind(code: str) -> Behind | None:
    """Return what lies behind a metric, for a ratio what lies behind its upper part; None also for what is claimed."""
    return BEHIND.get(ALIASES.get(code, code))


def right(code: str) -> Right | None:
    """Return the right to see what lies behind a metric; None where nothing is to be seen."""
    if ALIASES.get(code, code) in CLAIMS_BY:
        return Right.ADS_VIEW
    source = behind(code)
    return source.right if source else None


def find(source: Behind, merchant: Merchant, period: Picked, *, campaign: Campaign | None = None) -> QuerySet:
    """Return the rows of a period of local days, newest first, each with `counted_at` and `counted`."""
    inside: Period = days_period(period.first, period.last, merchant.time_zone)
    rows = own(source.model, merchant)
    if source.model is Credit and source.at == "settled_at":
        rows = rows.annotate(settled_at=Subquery(SETTLED))
    if campaign and source.model in {Credit, Charge}:
        rows = rows.filter(campaign=campaign)
    rows = rows.filter(source.condition, **{f"{source.at}__gte": inside.start, f"{source.at}__lt": inside.end})
    return rows.annotate(counted_at=F(source.at), counted=F(source.amount)).order_by("-counted_at", "-pk")


def add(rows: "QuerySet | Claims") -> Decimal:
    return rows.sum if isinstance(rows, Claims) else rows.aggregate(sum=Sum("counted"))["sum"] or ZERO


@dataclass(frozen=True)
class Claim:
    """That a campaign claims a sale in full, for its latest click before."""

    order_code: str
    campaign: str
    touched_at: datetime
    counted_at: datetime
    counted: Decimal


class Claims:
    """What campaigns claim of a period, newest first, to be turned over page by page."""

    def __init__(self, code: str, merchant: Merchant, period: Picked, *, campaign: Campaign | None = None):
        inside = days_period(period.first, period.last, merchant.time_zone)
        by = CLAIMS_BY[ALIASES.get(code, code)]
        until = inside.end + (CLAIMED.window if by == "touched_at" else timedelta())
        self.by, self.params = by, {
            "merchants": [merchant.pk], "start": inside.start, "end": until, "last": inside.end,
            "campaign": campaign and campaign.pk, **looking_back(inside.start, until),
        }  # fmt: skip

    @cached_property
    def _counted(self) -> tuple[int, Decimal]:
        return sql.row(f"SELECT count(*), coalesce(sum(c.value), 0) {self._rows}", self.params)

    @property
    def _rows(self) -> str:
        return (
            f"FROM ({CLAIMS}) claim JOIN ads_conversion c ON c.id = claim.id JOIN ads_campaign a "
            f"ON a.id = claim.campaign_id WHERE claim.{self.by} >= %(start)s AND claim.{self.by} < %(last)s "
            "AND coalesce(claim.campaign_id = %(campaign)s, true)"
        )

    @property
    def sum(self) -> Decimal:
        return self._counted[1]

    def count(self) -> int:
        return self._counted[0]

    def __getitem__(self, part: slice) -> list[Claim]:
        query = (
            f"SELECT c.order_code, a.name, claim.touched_at, claim.{self.by}, c.value {self._rows} "
            f"ORDER BY claim.{self.by} DESC, c.id, a.id OFFSET %(from)s LIMIT %(rows)s"
        )
        params = self.params | {"from": part.start, "rows": part.stop - part.start}
        return [Claim(*found) for found in sql.rows(query, params)]
