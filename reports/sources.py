"""The raw rows of every measure: where they are, when they happened, which day they count for, and what they add.

Most rows count for the day on which they happened. Echoes count for an earlier one – a sale for the day of its click, a
second purchase for the day of the first –, and are kept by both days: so a day gone by is read from facts, an open one
from its rows, whatever day they count for, and no fact of an earlier day grows old.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from ads.attribution import WITHDRAWN
from ads.validity import CLOCK_SKEW

from .metrics import RULE

LATENESS = timedelta(hours=48)  # how long after its decision an event may still come in


class Grain(StrEnum):
    """What the sums are kept for, beside merchant and day."""

    MERCHANT = "merchant"
    CAMPAIGN = "campaign_id"
    PRODUCT = "product_id"
    METHOD = "method"


@dataclass(frozen=True, slots=True)
class Source:
    """Raw rows of one kind: where they are, when they happened, and what they add to which measures.

    `about` is the moment whose day they count for where that is another; `recorded` is when a row was written, where
    that may be long after it happened; `keys` says how a row is known to a grain, `joins` what must be joined for that.
    """

    rows: str
    merchant: str
    at: str
    measures: Mapping[str, str]
    where: str = "true"
    keys: Mapping[Grain, str] = field(default_factory=dict)
    joins: Mapping[Grain, str] = field(default_factory=dict)
    about: str = ""
    recorded: str = ""


def _orders(at: str, **measures: str) -> Source:
    return Source("orders_order o", "o.merchant_id", f"o.{at}", measures)


EVENTS = Source(
    rows="ads_event e",
    merchant="e.merchant_id",
    at="e.at",
    recorded="greatest(e.received_at, e.at)",  # by clocks that are ahead they happen first
    where="e.day BETWEEN %(events_from)s AND %(events_to)s "
    f"AND e.received_at >= %(since)s::timestamptz - interval '{CLOCK_SKEW.seconds} seconds'",
    measures={
        "impressions": "count(*) FILTER (WHERE e.kind = 'impression' AND e.is_valid)",
        "viewable": "count(*) FILTER (WHERE e.kind = 'viewable' AND e.is_valid)",
        "clicks": "count(*) FILTER (WHERE e.kind = 'click' AND e.is_valid)",
        "invalid_clicks": "count(*) FILTER (WHERE e.kind = 'click' AND NOT e.is_valid)",
    },
    keys={Grain.CAMPAIGN: "e.campaign_id", Grain.PRODUCT: "e.product_id"},
)
CHARGES = Source(
    rows="ads_charge c",
    merchant="c.merchant_id",
    at="c.at",
    measures={"spend": "sum(c.amount)"},
    keys={Grain.CAMPAIGN: "c.campaign_id", Grain.PRODUCT: "click.product_id"},
    joins={
        Grain.PRODUCT: "JOIN ads_event click ON click.day = c.event_day AND click.token = c.token "
        "AND click.kind = c.kind AND click.day BETWEEN %(events_from)s AND %(events_to)s"
    },
)
AD_CREDITS = Source(
    rows="ads_creditnote n JOIN ads_charge c ON c.id = n.charge_id",
    merchant="n.merchant_id",
    at="n.at",
    measures={"spend": "-sum(n.amount)", "ad_credits": "sum(n.amount)"},
    keys=CHARGES.keys,
    joins={
        Grain.PRODUCT: "JOIN ads_event click ON click.day = c.event_day AND click.token = c.token "
        "AND click.kind = c.kind AND click.day BETWEEN %(events_from)s::date - 40 AND %(events_to)s"  # appeals wait
    },
)


SALE, REFUND = "r.refund = ''", "r.refund <> ''"


def _credited(by: str) -> dict[str, str]:
    """Return what credits come to, as measures of the clock `by`."""
    stands = f"r.share > 0 AND NOT EXISTS ({WITHDRAWN})"
    return {
        f"{by}_orders": f"count(DISTINCT sold.conversion_id) FILTER (WHERE {stands})",
        f"{by}_gmv": f"coalesce(sum(r.amount) FILTER (WHERE {SALE}), 0)",
        f"{by}_direct_gmv": f"coalesce(sum(r.amount) FILTER (WHERE {SALE} AND r.is_same_product), 0)",
        f"{by}_new_gmv": f"coalesce(sum(r.amount) FILTER (WHERE {SALE} AND n.is_new), 0)",
        f"{by}_refunds": f"coalesce(-sum(r.amount) FILTER (WHERE {REFUND}), 0)",
    }


CREDITS = Source(
    rows="ads_credit r JOIN ads_conversionline sold ON sold.id = r.line_id "
    "JOIN ads_conversion n ON n.id = sold.conversion_id",
    merchant="r.merchant_id",
    at="r.at",
    where=f"r.rule = '{RULE}'",
    measures=_credited("ad"),
    keys={Grain.CAMPAIGN: "r.campaign_id", Grain.PRODUCT: "sold.product_id"},
)
TOUCH_CREDITS = replace(CREDITS, measures=_credited("touch"), about="r.touched_at")
SETTLED = "orders_settlement s JOIN orders_order o ON o.id = s.order_id AND o.settled_at = s.settled_at"
SETTLED_CREDITS = Source(
    rows=f"{SETTLED} JOIN ads_conversion n ON n.order_code = o.code JOIN ads_conversionline sold "
    "ON sold.conversion_id = n.id JOIN ads_credit r ON r.line_id = sold.id AND r.at <= s.settled_at",
    merchant="s.merchant_id",
    at="s.settled_at",
    where=f"s.kind = 'order' AND r.rule = '{RULE}'",
    measures=_credited("settled"),
    keys=CREDITS.keys,
    about="s.settled_at",
)
TAKEN_BACK = Source(
    rows=f"{CREDITS.rows} JOIN orders_order o ON o.code = n.order_code AND o.settled_at < r.at",
    merchant="r.merchant_id",
    at="r.at",
    where=CREDITS.where,
    measures={"settled_refunds": "-sum(r.amount)"},
    keys=CREDITS.keys,
    about="o.settled_at",
)
CLAIMED = Source(
    rows="ads_saleclaim claim JOIN ads_conversionline sold ON sold.conversion_id = claim.conversion_id",
    merchant="claim.merchant_id",
    at="claim.at",
    measures={"ad_claimed": "sum(sold.value)"},
    keys={Grain.CAMPAIGN: "claim.campaign_id", Grain.PRODUCT: "sold.product_id"},
)
TOUCH_CLAIMED = replace(CLAIMED, measures={"touch_claimed": "sum(sold.value)"}, about="claim.touched_at")
CONVERTED = Source(
    rows="ads_conversion n JOIN ads_conversionline sold ON sold.conversion_id = n.id",
    merchant="n.merchant_id",
    at="n.at",
    measures={
        "new_buyers": "count(DISTINCT n.id) FILTER (WHERE n.is_new)",
        "returning_orders": "count(DISTINCT n.id) FILTER (WHERE NOT n.is_new)",
        "new_gmv": "coalesce(sum(sold.value) FILTER (WHERE n.is_new), 0)",
        "returning_gmv": "coalesce(sum(sold.value) FILTER (WHERE NOT n.is_new), 0)",
        "brand_new_gmv": "coalesce(sum(sold.value) FILTER (WHERE sold.is_new_to_brand), 0)",
    },
    keys={Grain.PRODUCT: "sold.product_id"},
)
EARLIER = """
SELECT b.at, b.id FROM ads_conversion b WHERE b.merchant_id = n.merchant_id AND (b.at, b.id) <= (n.at, n.id)
    AND b.at > n.at - interval '60 days' AND b.shopper IN (
        SELECT n.shopper UNION SELECT mine.shopper FROM shops_link mine WHERE mine.at <= n.at AND mine.person = (
            SELECT l.person FROM shops_link l WHERE l.shopper = n.shopper AND l.at <= n.at ORDER BY number DESC LIMIT 1
        )
    )
"""  # purchases of whoever bought `n`, as the devices were known then
AGAIN = Source(
    rows=f"ads_conversion n CROSS JOIN LATERAL ({EARLIER} AND b.is_new ORDER BY b.at DESC, b.id DESC LIMIT 1) began "
    f"CROSS JOIN LATERAL (SELECT n.id <> began.id AND NOT EXISTS ({EARLIER} AND b.id <> n.id "
    "AND (b.at, b.id) > (began.at, began.id)) AS is_second) order_of",
    merchant="n.merchant_id",
    at="n.at",
    measures={
        **{
            f"again_{days}": f"count(*) FILTER (WHERE is_second AND n.at <= began.at + interval '{days} days')"
            for days in (7, 15, 30, 60)
        },
        "ltv_30": "coalesce(sum(n.value) FILTER (WHERE n.at <= began.at + interval '30 days'), 0)",
    },
    about="began.at",
)
SETTLED_ORDERS = Source(
    rows=SETTLED,
    merchant="s.merchant_id",
    at="s.settled_at",
    where="s.kind = 'order'",
    measures={
        f"settled_in_{days}": "coalesce(sum(o.total) FILTER "
        f"(WHERE s.settled_at <= o.paid_at + interval '{days} days'), 0)"
        for days in (7, 14)
    },
    about="o.paid_at",
)
SETTLED_SALES = Source(
    rows=SETTLED,
    merchant="s.merchant_id",
    at="s.settled_at",
    where="s.kind = 'order'",
    measures={"all_settled_orders": "count(*)", "all_settled_gmv": "sum(o.total)"},
)
PLACED = _orders("placed_at", placed_orders="count(*)", placed_value="sum(o.total)")
PAID = _orders(
    "paid_at",
    paid_orders="count(*)",
    item_value="sum(o.subtotal)",
    discounts="sum(o.discount)",
    freight="sum(o.shipping)",
    tax="sum(o.tax)",
    paid_gmv="sum(o.total)",
)
SHIPPED = _orders("shipped_at", shipped="count(*)")
DELIVERED = _orders("delivered_at", delivered="count(*)")
CANCELLED = _orders("cancelled_at", cancelled="count(*)")
UNITS = Source(
    rows="orders_order o JOIN orders_orderline l ON l.order_id = o.id",
    merchant="o.merchant_id",
    at="o.paid_at",
    measures={"units": "sum(l.quantity)"},
)
LINES = Source(
    rows=UNITS.rows,
    merchant="o.merchant_id",
    at="o.paid_at",
    measures={
        "paid_orders": "count(DISTINCT o.id)",
        "units": "sum(l.quantity)",
        "line_value": "sum(l.total)",
    },
    keys={Grain.PRODUCT: "l.product_id"},
)
REFUNDS = Source(
    rows="orders_refund f",
    merchant="f.merchant_id",
    at="f.done_at",
    where="f.state = 'done'",
    measures={"refunds": "sum(f.amount)", "refund_count": "count(*)"},
)
LINE_REFUNDS = Source(
    rows="orders_refund f JOIN orders_refundline g ON g.refund_id = f.id JOIN orders_orderline l ON l.id = g.line_id",
    merchant="f.merchant_id",
    at="f.done_at",
    where="f.state = 'done'",
    measures={"line_refunds": "sum(g.amount)"},
    keys={Grain.PRODUCT: "l.product_id"},
)
PAYMENTS = Source(
    rows="orders_order o JOIN orders_paymentshare s ON s.order_id = o.id JOIN orders_payment p ON p.id = s.payment_id",
    merchant="o.merchant_id",
    at="o.paid_at",
    where="p.state = 'captured' AND (s.amount > s.surplus OR s.amount = 0)",  # the rest found nothing to pay
    measures={"payments": "count(*)", "amount": "sum(s.amount - s.surplus)"},
    keys={Grain.METHOD: "p.method"},
)

ADVERTISED = [EVENTS, CHARGES, AD_CREDITS, CREDITS, CLAIMED]
SOLD = [PLACED, PAID, UNITS, CONVERTED, SHIPPED, DELIVERED, CANCELLED, REFUNDS, SETTLED_SALES]
SOURCES: dict[Grain, list[Source]] = {
    Grain.MERCHANT: [*ADVERTISED, *SOLD],
    Grain.CAMPAIGN: ADVERTISED,
    Grain.PRODUCT: [*ADVERTISED, LINES, CONVERTED, LINE_REFUNDS],
    Grain.METHOD: [PAYMENTS],
}
BY_OTHER_CLOCKS = [TOUCH_CREDITS, TOUCH_CLAIMED, SETTLED_CREDITS, TAKEN_BACK]
ECHOES: dict[Grain, list[Source]] = {
    Grain.MERCHANT: [*BY_OTHER_CLOCKS, AGAIN, SETTLED_ORDERS],
    Grain.CAMPAIGN: BY_OTHER_CLOCKS,
    Grain.PRODUCT: BY_OTHER_CLOCKS,
    Grain.METHOD: [],
}


Measures = Collection[str] | None


def counted(grain: Grain, among: Measures = None) -> list[str]:
    """Return the measures whose rows count for the day on which they happened, all or some, in one order."""
    return _codes(SOURCES[grain], among)


def echoed(grain: Grain, among: Measures = None) -> list[str]:
    """Return the measures whose rows count for an earlier day, or the same, all or some, in one order."""
    return _codes(ECHOES[grain], among)


def measures(grain: Grain, among: Measures = None) -> list[str]:
    """Return the measures of a grain, all or some, in one order."""
    return [*counted(grain, among), *echoed(grain, among)]


def key(grain: Grain) -> list[str]:
    """Return the columns by which a grain's rows are told apart, beside merchant and day."""
    return [] if grain == Grain.MERCHANT else [grain.value]


def _codes(sources: list[Source], among: Measures) -> list[str]:
    known = dict.fromkeys(code for source in sources for code in source.measures)
    return [code for code in known if among is None or code in among]
