"""What an export may hold: kinds of rows, their columns, and where each value comes from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from ads.models import Campaign
from chengfeng.periods import days_period
from orders.models import Order, OrderLine, PaymentShare, Refund, reason_text
from shops.models import Merchant, Product
from shops.people.rights import Right
from shops.tenancy import own

from .. import reading
from ..metrics import METRICS, value
from ..models import Export
from ..sources import Grain, measures

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its stable name, its heading, and how a row becomes its value."""

    name: str
    label: str
    of: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of rows: its columns, the right to see them, and the rows themselves."""

    right: Right
    columns: list[Column]
    rows: Callable[[Merchant, date, date, datetime], tuple[int, Iterator]]


def _attributes(*names: tuple[str, str]) -> list[Column]:
    return [Column(path.replace(".", "_"), label, _getter(path)) for path, label in names]


def _getter(path: str) -> Callable[[Any], Any]:
    def get(row: Any) -> Any:
        for name in path.split("."):
            row = getattr(row, name)
        return row

    return get


def _metric(code: str) -> Column:
    return Column(code, METRICS[code].label, lambda row: value(code, row))


def _queried(query: Callable[[Merchant], QuerySet], at: str) -> Callable:
    """Return rows of a query whose instant lies in the days, oldest first, read in chunks."""

    def rows(merchant: Merchant, first: date, last: date, now: datetime) -> tuple[int, Iterator]:
        inside = days_period(first, last, merchant.time_zone)
        found = query(merchant).filter(**{f"{at}__gte": inside.start, f"{at}__lt": inside.end}).order_by(at, "pk")
        return found.count(), found.iterator(chunk_size=CHUNK)

    return rows


def _summed(grain: Grain, model: type | None = None) -> Callable:
    """Return sums by day at a grain, each with the `thing` it is about."""

    def rows(merchant: Merchant, first: date, last: date, now: datetime) -> tuple[int, Iterator]:
        found = reading.days(reading.span([merchant], first, last, at=now), grain=grain)
        things = model.objects.in_bulk({row[grain.value] for row in found}) if model else {}
        return len(found), (row | {"thing": things.get(row.get(grain.value))} for row in found)

    return rows


ORDER = [
    ("code", _("Order")), ("checkout.code", _("Checkout")), ("state", _("State")), ("placed_at", _("Placed at")),
    ("paid_at", _("Paid at")), ("shipped_at", _("Shipped at")), ("delivered_at", _("Delivered at")),
    ("cancelled_at", _("Cancelled at")), ("cancel_reason", _("Cancelled because")), ("currency", _("Currency")),
    ("subtotal", _("Item value")), ("discount", _("Discount")), ("shipping", _("Freight")), ("tax", _("Tax and fees")),
    ("total", _("Total")), ("refunded", _("Refunded")), ("checkout.region", _("Province or state")),
    ("checkout.city", _("City")), ("checkout.external_reference", _("External reference")),
]  # fmt: skip
LINE = [
    ("order.code", _("Order")), ("order.placed_at", _("Placed at")), ("order.paid_at", _("Paid at")),
    ("order.state", _("State")), ("code", _("Line")), ("product.code", _("Product")), ("variant.sku", _("SKU")),
    ("title", _("Title")), ("unit_price", _("Unit price")), ("quantity", _("Quantity")), ("discount", _("Discount")),
    ("total", _("Total")), ("shipped", _("Shipped")), ("returned", _("Returned")), ("refunded", _("Refunded")),
    ("order.currency", _("Currency")),
]  # fmt: skip
DAY = Column("day", _("Day"), lambda row: row["day"])
ROIS = ["claimed_roi", "roi", "net_roi", "touch_roi", "touch_net_roi", "settled_roi", "settled_net_roi"]
RATIOS = {Grain.MERCHANT: ["organic_orders", "organic_gmv", "organic_new_gmv", *ROIS, "ctr", "cpc", "refund_rate"],
          Grain.CAMPAIGN: [*ROIS, "ctr", "cpc", "conversion"], Grain.PRODUCT: ["ctr", *ROIS]}  # fmt: skip


def _measured(grain: Grain) -> list[Column]:
    return [_metric(code) for code in [*measures(grain), *RATIOS[grain]]]


def _money(merchant: Merchant, first: date, last: date, now: datetime) -> tuple[int, Iterator]:
    """Return captured shares of payments and done refunds, payments first; `kind` tells which."""
    inside = days_period(first, last, merchant.time_zone)
    paid = PaymentShare.objects.filter(
        order__merchant=merchant, payment__state="captured",
        payment__captured_at__gte=inside.start, payment__captured_at__lt=inside.end,
    ).order_by("payment__captured_at", "pk").values(
        "amount", kind=F("payment__provider"), code=F("payment__code"), order_code=F("order__code"),
        at=F("payment__captured_at"), method=F("payment__method"), instalments=F("payment__instalments"),
        currency=F("payment__currency"), reference=F("payment__provider_reference"),
    )  # fmt: skip
    back = own(Refund, merchant).filter(state="done", done_at__gte=inside.start, done_at__lt=inside.end)
    back = back.order_by("done_at", "pk").values(
        "code", "currency", "reason", "amount", at=F("done_at"), order_code=F("order__code"),
        method=F("payment__method"), reference=F("provider_reference"),
    )  # fmt: skip

    def both() -> Iterator[dict]:
        for row in paid.iterator(chunk_size=CHUNK):
            yield row | {"kind": "payment", "reason": ""}
        for row in back.iterator(chunk_size=CHUNK):
            yield row | {"kind": "refund", "instalments": None, "reason": str(reason_text(row["reason"]))}

    return paid.count() + back.count(), both()


def _keys(*names: tuple[str, str]) -> list[Column]:
    return [Column(name, label, lambda row, name=name: row[name]) for name, label in names]


COLUMNS: dict[str, Table] = {
    Export.Kind.ORDERS: Table(
        Right.ORDERS_VIEW, _attributes(*ORDER),
        _queried(lambda merchant: own(Order, merchant).select_related("checkout"), "placed_at"),
    ),
    Export.Kind.LINES: Table(
        Right.ORDERS_VIEW, _attributes(*LINE),
        _queried(
            lambda merchant: own(OrderLine, merchant).select_related("order", "product", "variant"), "order__placed_at"
        ),
    ),
    Export.Kind.DAYS: Table(Right.REPORTS_VIEW, [DAY, *_measured(Grain.MERCHANT)], _summed(Grain.MERCHANT)),
    Export.Kind.ADS: Table(
        Right.REPORTS_VIEW,
        [
            DAY,
            Column("campaign", _("Campaign"), lambda row: row["thing"].code),
            Column("campaign_name", _("Campaign name"), lambda row: row["thing"].name),
            *_measured(Grain.CAMPAIGN),
        ],
        _summed(Grain.CAMPAIGN, Campaign),
    ),
    Export.Kind.PRODUCTS: Table(
        Right.REPORTS_VIEW,
        [
            DAY,
            Column("product", _("Product"), lambda row: row["thing"].code),
            Column("external_id", _("Own number"), lambda row: row["thing"].external_id),
            Column("title", _("Title"), lambda row: row["thing"].title),
            *_measured(Grain.PRODUCT),
        ],
        _summed(Grain.PRODUCT, Product),
    ),
    Export.Kind.MONEY: Table(
        Right.ORDERS_VIEW,
        _keys(
            ("kind", _("Kind")), ("code", _("Number")), ("order_code", _("Order")), ("at", _("Time")),
            ("method", _("Method")), ("instalments", _("Instalments")), ("amount", _("Amount")),
            ("currency", _("Currency")), ("reference", _("Provider reference")), ("reason", _("Reason")),
        ),
        _money,
    ),
}  # fmt: skip


def columns_of(kind: str) -> list[str]:
    return [column.name for column in COLUMNS[kind].columns]
