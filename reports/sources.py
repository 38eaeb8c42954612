"""The one SQL of every measure: how raw rows become sums by merchant, local day and grain.

Facts and live numbers run the same statement: facts store what it returns for days gone by, live pages ask it for
the days still open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from ads.attribution import CLAIMS, WITHDRAWN, looking_back
from chengfeng.periods import midnight
from shops.models import Merchant

from .metrics import RULE

LATENESS = timedelta(hours=48)  # how long after its decision an event may still come in

NEVER = datetime(1970, 1, 3, tzinfo=UTC)


class Grain(StrEnum):
    """What the sums are kept for, beside merchant and day."""

    MERCHANT = "merchant"
    CAMPAIGN = "campaign_id"
    PRODUCT = "product_id"
    METHOD = "method"


@dataclass(frozen=True, slots=True)
class Source:
    """Raw rows of one kind: where they are, when they count, and what they add to which measures.

    `keys` says how a row is known to a grain, `joins` what must be joined for that.
    """

    rows: str
    merchant: str
    at: str
    measures: Mapping[str, str]
    where: str = "true"
    keys: Mapping[Grain, str] = field(default_factory=dict)
    joins: Mapping[Grain, str] = field(default_factory=dict)


def _orders(at: str, **measures: str) -> Source:
    return Source("orders_order o", "o.merchant_id", f"o.{at}", measures)


EVENTS = Source(
    rows="ads_event e",
    merchant="e.merchant_id",
    at="e.at",
    where="e.day BETWEEN %(events_from)s AND %(events_to)s",
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


def _credited(by: str) -> dict[str, str]:
    """Return what credits come to, as measures of the clock `by`."""
    return {
        f"{by}_orders": f"count(DISTINCT sold.conversion_id) FILTER (WHERE r.share > 0 AND NOT EXISTS ({WITHDRAWN}))",
        f"{by}_gmv": "coalesce(sum(r.amount) FILTER (WHERE r.refund = ''), 0)",
        f"{by}_refunds": "coalesce(-sum(r.amount) FILTER (WHERE r.refund <> ''), 0)",
    }


CREDITS = Source(
    rows="ads_credit r JOIN ads_conversionline sold ON sold.id = r.line_id "
    "JOIN ads_conversion n ON n.id = sold.conversion_id",
    merchant="r.merchant_id",
    at="r.at",
    where=f"r.rule = '{RULE}'",
    measures={
        **_credited("ad"),
        "ad_direct_gmv": "coalesce(sum(r.amount) FILTER (WHERE r.refund = '' AND r.is_same_product), 0)",
        "ad_new_gmv": "coalesce(sum(r.amount) FILTER (WHERE r.refund = '' AND n.is_new), 0)",
    },
    keys={Grain.CAMPAIGN: "r.campaign_id", Grain.PRODUCT: "sold.product_id"},
)
TOUCH_CREDITS = Source(
    rows="ads_credit r JOIN ads_conversionline sold ON sold.id = r.line_id",
    merchant="r.merchant_id",
    at="r.touched_at",
    where=f"r.rule = '{RULE}' AND r.at >= %(start)s",  # nothing is sold before it was touched
    measures=_credited("touch"),
    keys=CREDITS.keys,
)
SETTLED_CREDITS = Source(
    rows="orders_settlement s JOIN orders_order o ON o.id = s.order_id AND o.settled_at = s.settled_at "
    "JOIN ads_conversion n ON n.order_code = o.code JOIN ads_conversionline sold ON sold.conversion_id = n.id "
    "JOIN ads_credit r ON r.line_id = sold.id",
    merchant="s.merchant_id",
    at="s.settled_at",
    where=f"s.kind = 'order' AND r.rule = '{RULE}'",
    measures=_credited("settled"),
    keys=CREDITS.keys,
)
CLAIMED = Source(
    rows=f"({CLAIMS}) claim JOIN ads_conversionline sold ON sold.conversion_id = claim.id",
    merchant="claim.merchant_id",
    at="claim.at",
    measures={"ad_claimed": "sum(sold.value)"},
    keys={Grain.CAMPAIGN: "claim.campaign_id", Grain.PRODUCT: "sold.product_id"},
)
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

ADVERTISED = [EVENTS, CHARGES, AD_CREDITS, CREDITS, TOUCH_CREDITS, SETTLED_CREDITS, CLAIMED]
SOLD = [PLACED, PAID, UNITS, CONVERTED, SHIPPED, DELIVERED, CANCELLED, REFUNDS]
SOURCES: dict[Grain, list[Source]] = {
    Grain.MERCHANT: [*ADVERTISED, *SOLD],
    Grain.CAMPAIGN: ADVERTISED,
    Grain.PRODUCT: [*ADVERTISED, LINES, CONVERTED, LINE_REFUNDS],
    Grain.METHOD: [PAYMENTS],
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Merchants with the local days, `first` to `last`, whose rows are wanted; nothing at or after `until`."""

    ranges: Sequence[tuple[Merchant, date, date]]
    until: datetime | None = None

    @classmethod
    def single(cls, pairs: Iterable[tuple[Merchant, date]]) -> "Wanted":
        """Want single days of merchants."""
        return cls([(merchant, day, day) for merchant, day in pairs])

    def params(self) -> dict:
        """Return the parameters of `select`: the days, and the instants between which their rows lie."""
        starts = {(merchant.time_zone, first) for merchant, first, _ in self.ranges}
        ends = {(merchant.time_zone, last) for merchant, _, last in self.ranges}
        start = min((midnight(day, zone) for zone, day in starts), default=NEVER)
        end = max((midnight(day + timedelta(days=1), zone) for zone, day in ends), default=NEVER)
        return {
            "ids": [merchant.pk for merchant, _, _ in self.ranges],
            "days": [first for _, first, _ in self.ranges],
            "lasts": [last for _, _, last in self.ranges],
            "merchants": sorted({merchant.pk for merchant, _, _ in self.ranges}),
            "start": start,
            "end": min(end, self.until or end),
            "events_from": (start - LATENESS).date(),
            "events_to": end.date(),
            **looking_back(start, end),
        }


def measures(grain: Grain) -> list[str]:
    """Return the measures kept at a grain, in one order."""
    return list(dict.fromkeys(code for source in SOURCES[grain] for code in source.measures))


def key(grain: Grain) -> list[str]:
    """Return the columns by which a grain's rows are told apart, beside merchant and day."""
    return [] if grain == Grain.MERCHANT else [grain.value]


def select(grain: Grain, *, hourly: bool = False) -> str:
    """Return the statement that sums raw rows of the wanted days; its parameters come from `Wanted`.

    Columns: merchant_id, day, the grain's key, `hour` (0–23, local) when asked for, and every measure.
    """
    keys = ["merchant_id", "day", *key(grain), *(["hour"] if hourly else [])]
    parts = " UNION ALL ".join(_part(source, grain, hourly) for source in SOURCES[grain])
    sums = ", ".join(f"sum({code}) AS {code}" for code in measures(grain))
    return (
        f"SELECT {', '.join(keys)}, {sums} FROM ({parts}) raw "
        "JOIN unnest(%(ids)s::bigint[], %(days)s::date[], %(lasts)s::date[]) AS wanted(id, first, last) "
        "ON wanted.id = merchant_id AND day BETWEEN wanted.first AND wanted.last "
        f"GROUP BY {', '.join(keys)}"
    )


def _part(source: Source, grain: Grain, hourly: bool) -> str:
    """Return the sums of one source, zero for the measures of the others."""
    local = f"({source.at} AT TIME ZONE z.time_zone)"
    by = [f"{source.merchant} AS merchant_id", f"{local}::date AS day"]
    by += [f"{source.keys[grain]} AS {grain.value}"] if key(grain) else []
    by += [f"extract(hour FROM {local})::int AS hour"] if hourly else []
    sums = [f"{source.measures.get(code, '0')} AS {code}" for code in measures(grain)]
    return (
        f"SELECT {', '.join([*by, *sums])} FROM {source.rows} {source.joins.get(grain, '')} "
        f"JOIN shops_merchant z ON z.id = {source.merchant} "
        f"WHERE {source.merchant} = ANY(%(merchants)s) AND {source.at} >= %(start)s "
        f"AND {source.at} < %(end)s AND {source.where} "
        f"GROUP BY {', '.join(str(place + 1) for place in range(len(by)))}"
    )
