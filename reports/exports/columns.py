"""What an export may hold: kinds of rows, their columns, and where each value comes from."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng import sheets
from chengfeng.periods import days_period
from orders.models.refunding import REFUND_REASONS
from shops.models import Merchant
from shops.people.rights import Right

from .. import reading
from ..metrics import METRICS
from ..models import Export
from ..sources import Grain, measures


class Type(StrEnum):
    """What a column holds, which decides how a cell is written."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its stable name, its heading, and the expression of its value."""

    name: str
    label: str | Promise
    value: str
    type: Type = Type.TEXT

    def select(self, *, is_plain: bool) -> str:
        """Return the expression of a cell: plain text for CSV, harmless and short, else a value of its type."""
        match self.type:
            case Type.TEXT:
                return sheets.QUOTED.format(f"({self.value})") if is_plain else self.value
            case Type.NUMBER:
                return f"trim_scale(round({self.value}, 4))"
            case Type.DAY:
                return self.value
        local = f"{self.value} AT TIME ZONE %(zone)s"
        return f"to_char({local}, 'YYYY-MM-DD HH24:MI:SS')" if is_plain else f"date_trunc('second', {local})"


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows come from: the statement from its FROM on, how they are ordered, and parameters beside `zone`."""

    source: str
    order: str
    params: dict


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of rows: its columns, the right to see them, and the rows themselves."""

    right: Right
    columns: list[Column]
    rows: Callable[[Merchant, date, date, datetime], Rows]

    def query(self, export: Export, *, at: datetime) -> tuple[str, dict]:
        """Return the statement of an export's rows, oldest first, with its parameters."""
        rows = self.rows(export.merchant, export.first, export.last, at)
        cells = ", ".join(each.select(is_plain=export.format == Export.Format.CSV) for each in self.chosen(export))
        params = rows.params | {"zone": export.merchant.time_zone}
        return f"SELECT {cells} {rows.source} ORDER BY {rows.order}", params

    def count(self, export: Export, *, at: datetime) -> tuple[str, dict]:
        """Return the statement that counts them."""
        rows = self.rows(export.merchant, export.first, export.last, at)
        return f"SELECT count(*) {rows.source}", rows.params

    def chosen(self, export: Export) -> list[Column]:
        return [column for column in self.columns if column.name in export.columns]


def _texts(*columns: tuple[str, str, str | Promise]) -> list[Column]:
    return [Column(name, label, value) for name, value, label in columns]


def _moments(*columns: tuple[str, str, str | Promise]) -> list[Column]:
    return [Column(name, label, value, Type.MOMENT) for name, value, label in columns]


def _numbers(*columns: tuple[str, str, str | Promise]) -> list[Column]:
    return [Column(name, label, value, Type.NUMBER) for name, value, label in columns]


def _inside(source: str, *, at: str, key: str) -> Callable:
    """Return rows of a merchant whose instant lies in the days, oldest first."""
    where = f"{at} >= %(start)s AND {at} < %(end)s"

    def rows(merchant: Merchant, first: date, last: date, now: datetime) -> Rows:
        return Rows(f"{source} AND {where}", f"{at}, {key}", _params(merchant, first, last))

    return rows


def _params(merchant: Merchant, first: date, last: date) -> dict:
    inside = days_period(first, last, merchant.time_zone)
    return {"merchant": merchant.pk, "start": inside.start, "end": inside.end}


def _summed(grain: Grain, joined: str = "", order: str = "d.day") -> Callable:
    """Return sums by day at a grain, each with the thing `t` it is about."""

    def rows(merchant: Merchant, first: date, last: date, now: datetime) -> Rows:
        query, params = reading.query(reading.span([merchant], first, last, at=now), grain=grain)
        return Rows(f"FROM ({query}) d {joined}", order, params)

    return rows


def _metric(code: str) -> Column:
    metric = METRICS[code]
    top = " - ".join([_added(metric.plus), *([f"({_added(metric.minus)})"] if metric.minus else [])])
    bottom = _added(metric.over)
    value = f"CASE WHEN {bottom} > 0 THEN ({top})::numeric / ({bottom}) END" if metric.over else f"({top})::numeric"
    return Column(code, metric.label, value, Type.NUMBER)


def _added(codes: Sequence[str]) -> str:
    return " + ".join(f"coalesce(d.{code}, 0)" for code in codes)


ORDERS = "FROM orders_order o JOIN orders_checkout c ON c.id = o.checkout_id WHERE o.merchant_id = %(merchant)s"
ORDER = [
    *_texts(
        ("code", "o.code", _("Order")), ("checkout_code", "c.code", _("Checkout")), ("state", "o.state", _("State")),
    ),
    *_moments(
        ("placed_at", "o.placed_at", _("Placed at")), ("paid_at", "o.paid_at", _("Paid at")),
        ("shipped_at", "o.shipped_at", _("Shipped at")), ("delivered_at", "o.delivered_at", _("Delivered at")),
        ("cancelled_at", "o.cancelled_at", _("Cancelled at")),
    ),
    *_texts(("cancel_reason", "o.cancel_reason", _("Cancelled because")), ("currency", "o.currency", _("Currency"))),
    *_numbers(
        ("subtotal", "o.subtotal", _("Item value")), ("discount", "o.discount", _("Discount")),
        ("shipping", "o.shipping", _("Freight")), ("tax", "o.tax", _("Tax and fees")), ("total", "o.total", _("Total")),
        ("refunded", "o.refunded", _("Refunded")),
    ),
    *_texts(
        ("checkout_region", "c.region", _("Province or state")), ("checkout_city", "c.city", _("City")),
        ("checkout_external_reference", "c.external_reference", _("External reference")),
    ),
]  # fmt: skip
LINES = (
    "FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id JOIN shops_product p ON p.id = l.product_id "
    "JOIN shops_variant v ON v.id = l.variant_id WHERE o.merchant_id = %(merchant)s"
)
LINE = [
    *_texts(("order_code", "o.code", _("Order"))),
    *_moments(("order_placed_at", "o.placed_at", _("Placed at")), ("order_paid_at", "o.paid_at", _("Paid at"))),
    *_texts(
        ("order_state", "o.state", _("State")), ("code", "l.code", _("Line")), ("product_code", "p.code", _("Product")),
        ("variant_sku", "v.sku", _("SKU")), ("title", "l.title", _("Title")),
    ),
    *_numbers(
        ("unit_price", "l.unit_price", _("Unit price")), ("quantity", "l.quantity::numeric", _("Quantity")),
        ("discount", "l.discount", _("Discount")), ("total", "l.total", _("Total")),
        ("shipped", "l.shipped::numeric", _("Shipped")), ("returned", "l.returned::numeric", _("Returned")),
        ("refunded", "l.refunded", _("Refunded")),
    ),
    *_texts(("order_currency", "o.currency", _("Currency"))),
]  # fmt: skip
MONEY = """
FROM (
    SELECT 'payment' AS kind, p.code, o.code AS order_code, p.captured_at AS at, p.method, p.instalments, s.amount,
        p.currency, p.provider_reference AS reference, '' AS reason, s.id
    FROM orders_order o JOIN orders_paymentshare s ON s.order_id = o.id JOIN orders_payment p ON p.id = s.payment_id
    WHERE o.merchant_id = %(merchant)s AND p.state = 'captured' AND p.captured_at >= %(start)s
        AND p.captured_at < %(end)s
    UNION ALL
    SELECT 'refund', f.code, o.code, f.done_at, p.method, NULL, f.amount, f.currency, f.provider_reference,
        coalesce(%(reasons)s::jsonb ->> f.reason, f.reason), f.id
    FROM orders_refund f JOIN orders_order o ON o.id = f.order_id JOIN orders_payment p ON p.id = f.payment_id
    WHERE f.merchant_id = %(merchant)s AND f.state = 'done' AND f.done_at >= %(start)s AND f.done_at < %(end)s
) m
"""
MOVED = [
    *_texts(("kind", "m.kind", _("Kind")), ("code", "m.code", _("Number")), ("order_code", "m.order_code", _("Order"))),
    *_moments(("at", "m.at", _("Time"))),
    *_texts(("method", "m.method", _("Method"))),
    *_numbers(
        ("instalments", "m.instalments::numeric", _("Instalments")), ("amount", "m.amount", _("Amount")),
    ),
    *_texts(
        ("currency", "m.currency", _("Currency")), ("reference", "m.reference", _("Provider reference")),
        ("reason", "m.reason", _("Reason")),
    ),
]  # fmt: skip


def _moved(merchant: Merchant, first: date, last: date, now: datetime) -> Rows:
    """Return captured shares of payments and done refunds, payments first; `kind` tells which."""
    reasons = json.dumps({reason: str(text) for reason, text in REFUND_REASONS.items()})
    return Rows(MONEY, "m.kind, m.at, m.id", _params(merchant, first, last) | {"reasons": reasons})


DAY = Column("day", _("Day"), "d.day", Type.DAY)
ROIS = ["claimed_roi", "roi", "net_roi", "touch_roi", "touch_net_roi", "settled_roi", "settled_net_roi"]
RATIOS = {Grain.MERCHANT: ["organic_orders", "organic_gmv", "organic_new_gmv", *ROIS, "ctr", "cpc", "refund_rate"],
          Grain.CAMPAIGN: [*ROIS, "ctr", "cpc", "conversion"], Grain.PRODUCT: ["ctr", *ROIS]}  # fmt: skip


def _measured(grain: Grain) -> list[Column]:
    return [_metric(code) for code in [*measures(grain), *RATIOS[grain]]]


COLUMNS: dict[str, Table] = {
    Export.Kind.ORDERS: Table(Right.ORDERS_VIEW, ORDER, _inside(ORDERS, at="o.placed_at", key="o.id")),
    Export.Kind.LINES: Table(Right.ORDERS_VIEW, LINE, _inside(LINES, at="o.placed_at", key="l.id")),
    Export.Kind.DAYS: Table(Right.REPORTS_VIEW, [DAY, *_measured(Grain.MERCHANT)], _summed(Grain.MERCHANT)),
    Export.Kind.ADS: Table(
        Right.REPORTS_VIEW,
        [
            DAY,
            *_texts(("campaign", "t.code", _("Campaign")), ("campaign_name", "t.name", _("Campaign name"))),
            *_measured(Grain.CAMPAIGN),
        ],
        _summed(Grain.CAMPAIGN, "JOIN ads_campaign t ON t.id = d.campaign_id", "d.day, t.id"),
    ),
    Export.Kind.PRODUCTS: Table(
        Right.REPORTS_VIEW,
        [
            DAY,
            *_texts(
                ("product", "t.code", _("Product")), ("external_id", "t.external_id", _("Own number")),
                ("title", "t.title", _("Title")),
            ),
            *_measured(Grain.PRODUCT),
        ],
        _summed(Grain.PRODUCT, "JOIN shops_product t ON t.id = d.product_id", "d.day, t.id"),
    ),
    Export.Kind.MONEY: Table(Right.ORDERS_VIEW, MOVED, _moved),
}  # fmt: skip


def columns_of(kind: str) -> list[str]:
    return [column.name for column in COLUMNS[kind].columns]
