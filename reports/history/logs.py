"""The logs of history: append-only rows by the moment they were recorded, each by one SQL for all who read it.

Moments are microseconds since 1970 (UTC), amounts ten-thousandths, ids whole numbers, tokens and pseudonyms 32 hex
digits; what is absent is null. A row of a log never changes: what is found out later is a row of its own. So the rows
recorded until an instant are what was known then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from moneyed import CURRENCIES

from chengfeng.money import minor_unit
from shops.catalogue.goods_then import goods_at

INT, TEXT, BOOL = "int64", "string", "bool"
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
TOKEN_LIFE = timedelta(days=3)  # an event is received no later after its decision, by whose day it is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Which rows of a log: recorded from `since` until before `until`, of some merchants; None bounds nothing."""

    since: datetime | None = None
    until: datetime | None = None
    merchants: Sequence[int] | None = None

    @classmethod
    def of(cls, day: date) -> "Bounds":
        """Return the bounds of a day (UTC)."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return cls(since=start, until=start + DAY)

    def known_at(self, instant: datetime) -> "Bounds":
        """Return the bounds without what was recorded after an instant."""
        return replace(self, until=min(self.until or instant + TICK, instant + TICK))

    @property
    def is_empty(self) -> bool:
        return None not in (self.since, self.until) and self.since >= self.until

    def params(self) -> dict:
        """Return the parameters of a log's query; days are those of decisions that may have led to such rows."""
        return {
            "since": self.since or "-infinity",
            "until": self.until or "infinity",
            "first_day": utc_day(self.since - TOKEN_LIFE) if self.since else "-infinity",
            "last_day": utc_day(self.until) if self.until else "infinity",
            "merchants": None if self.merchants is None else list(self.merchants),
        }


def utc_day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table that a log tells, when they were recorded, and what more must be read to tell them."""

    table: str
    at: str
    columns: Mapping[str, str]
    merchant: str | None = None
    joins: str = ""
    where: str = "true"

    def query(self, names: Sequence[str]) -> str:
        told = {"recorded": micros(self.at), "merchant": self.merchant} | dict(self.columns)
        mine = f"AND (%(merchants)s::bigint[] IS NULL OR {self.merchant} = ANY(%(merchants)s))" if self.merchant else ""
        return (
            f"SELECT {', '.join(f'{told[name]} AS {name}' for name in names)} FROM {self.table} {self.joins} "
            f"WHERE {self.at} >= %(since)s::timestamptz AND {self.at} < %(until)s::timestamptz AND {self.where} {mine}"
        )


@dataclass(frozen=True, slots=True)
class Log:
    """A log: its columns with their types in order, what tells its rows, and what puts them in one order.

    Of a log `of_states` the last row of each thing says what it is, so it is read from its beginning. One that `may be
    late` has rows that count from a moment before they were written.
    """

    name: str
    columns: Mapping[str, str]
    parts: Sequence[Part]
    key: Sequence[str]
    schema: int = 1
    of_states: bool = False
    may_be_late: bool = False
    pseudonyms: Sequence[str] = field(default=())

    @property
    def has_merchant(self) -> bool:
        return "merchant" in self.columns

    def query(self) -> str:
        """Return the query of the log's rows within `Bounds`, whose parameters it takes, in no order."""
        return " UNION ALL ".join(part.query(list(self.columns)) for part in self.parts)

    def sorted_query(self) -> str:
        """Return the same in the order of the files, which is total, so that equal rows make equal files."""
        first = ["merchant", "recorded"] if self.has_merchant else ["recorded"]
        text = {name for name, kind in self.columns.items() if kind == TEXT}
        keys = [f'{name} COLLATE "C"' if name in text else name for name in [*first, *self.key]]
        return f"SELECT * FROM ({self.query()}) AS log ORDER BY {', '.join(keys)}"


def micros(moment: str) -> str:
    return f"(extract(epoch FROM {moment}) * 1000000)::bigint"


def units(amount: str) -> str:
    return f"({amount} * 10000)::bigint"


def digits(pseudonym: str) -> str:
    return f"encode(uuid_send({pseudonym}), 'hex')"


def _minor_unit(currency: str) -> str:
    """Return the minor unit of a currency in ten-thousandths, as an expression."""
    by_size: dict[int, list[str]] = {}
    for code in sorted(CURRENCIES):
        by_size.setdefault(int(minor_unit(code) * 10000), []).append(f"'{code}'")
    cases = " ".join(f"WHEN {currency} IN ({', '.join(codes)}) THEN {size}" for size, codes in by_size.items())
    return f"(CASE {cases} END)::bigint"


CLICKED = {
    "grp": "e.group_id", "ad": "e.ad_id", "product": "e.product_id", "keyword": "e.keyword_id", "term": "e.term",
    "placement": "e.placement",
}  # fmt: skip
CLICKED_TYPES = {"grp": INT, "ad": INT, "product": INT, "keyword": INT, "term": INT, "placement": TEXT}
OF_DECISION = "e.day BETWEEN %(first_day)s::date AND %(last_day)s::date"
CHARGED = "LEFT JOIN ads_event e ON e.day = c.event_day AND e.token = c.token AND e.kind = c.kind"

EVENTS = Log(
    "events",
    {
        "recorded": INT, "happened": INT, "token": TEXT, "kind": TEXT, "merchant": INT, "campaign": INT,
        **CLICKED_TYPES, "position": INT, "shopper": TEXT, "is_valid": BOOL, "reason": TEXT,
    },
    [
        Part(
            "ads_event e", "e.received_at", merchant="e.merchant_id", where=OF_DECISION,
            columns={
                "happened": micros("e.at"), "token": digits("e.token"), "kind": "e.kind", "campaign": "e.campaign_id",
                **CLICKED, "position": "e.position::bigint", "shopper": digits("e.shopper"),
                "is_valid": "(e.is_valid OR e.rescored_at IS NOT NULL)",
                "reason": "CASE WHEN NOT e.is_valid AND e.rescored_at IS NULL THEN e.reason END",
            },
        )
    ],
    key=["token", "kind"],
    pseudonyms=["shopper"],
)  # fmt: skip
JUDGEMENTS = Log(
    "judgements",
    {"recorded": INT, "token": TEXT, "kind": TEXT, "merchant": INT, "reason": TEXT},
    [
        Part(
            "ads_event e", "e.rescored_at", merchant="e.merchant_id",
            columns={"token": digits("e.token"), "kind": "e.kind", "reason": "e.reason"},
        )
    ],
    key=["token", "kind"],
)  # fmt: skip
SPEND = Log(
    "spend",
    {
        "recorded": INT, "token": TEXT, "kind": TEXT, "merchant": INT, "campaign": INT, **CLICKED_TYPES,
        "amount": INT, "is_note": BOOL,
    },
    [
        Part(
            "ads_charge c", "c.at", merchant="c.merchant_id", joins=CHARGED,
            columns={
                "token": digits("c.token"), "kind": "c.kind", "campaign": "c.campaign_id", **CLICKED,
                "amount": units("c.amount"), "is_note": "false",
            },
        ),
        Part(
            "ads_creditnote n", "n.at", merchant="n.merchant_id",
            joins=f"JOIN ads_charge c ON c.id = n.charge_id {CHARGED}",
            columns={
                "token": digits("c.token"), "kind": "c.kind", "campaign": "c.campaign_id", **CLICKED,
                "amount": units("-n.amount"), "is_note": "true",
            },
        ),
    ],
    key=["token", "kind", "is_note"],
)  # fmt: skip
LINES = Log(
    "lines",
    {
        "recorded": INT, "line": INT, "orders": TEXT, "merchant": INT, "currency": TEXT, "unit": INT, "shopper": TEXT,
        "product": INT, "sku": INT, "brand": TEXT, "category": INT, "region": TEXT, "quantity": INT, "value": INT,
        "cost": INT,
    },
    [
        Part(
            "orders_order o", "o.placed_at", merchant="o.merchant_id",
            joins=f"""
                JOIN orders_checkout k ON k.id = o.checkout_id JOIN orders_orderline l ON l.order_id = o.id
                LEFT JOIN LATERAL ({goods_at("l.product_id", "o.placed_at")}) goods ON true""",
            columns={
                "line": "l.id", "orders": "o.code", "currency": "o.currency", "unit": _minor_unit("o.currency"),
                "shopper": digits("o.shopper"), "product": "l.product_id", "sku": "l.variant_id",
                "brand": "goods.brand", "category": "goods.category_id", "region": "k.region",
                "quantity": "l.quantity::bigint", "value": units("l.total"), "cost": units("l.cost * l.quantity"),
            },
        )
    ],
    key=["line"],
    schema=3,
    pseudonyms=["shopper"],
)  # fmt: skip
PAID = Log(
    "paid",
    {"recorded": INT, "line": INT, "orders": TEXT, "merchant": INT, "is_new": BOOL, "is_new_to_brand": BOOL},
    [
        Part(
            "ads_conversion c", "c.at", merchant="c.merchant_id",
            joins="JOIN ads_conversionline s ON s.conversion_id = c.id JOIN orders_orderline l ON l.code = s.line_code",
            columns={
                "line": "l.id", "orders": "c.order_code", "is_new": "c.is_new", "is_new_to_brand": "s.is_new_to_brand",
            },
        )
    ],
    key=["line"],
    may_be_late=True,
)  # fmt: skip
SETTLED = Log(
    "settled",
    {"recorded": INT, "orders": TEXT, "merchant": INT},
    [
        Part(
            "orders_settlement s", "s.settled_at", merchant="s.merchant_id", where="s.kind = 'order'",
            joins="JOIN orders_order o ON o.id = s.order_id", columns={"orders": "o.code"},
        )
    ],
    key=["orders"],
    may_be_late=True,
)  # fmt: skip
CANCELLED = Log(
    "cancelled",
    {"recorded": INT, "orders": TEXT, "merchant": INT},
    [
        Part(
            "orders_ordermove m", "m.at", merchant="o.merchant_id", where="m.target = 'cancelled'",
            joins="JOIN orders_order o ON o.id = m.order_id", columns={"orders": "o.code"},
        )
    ],
    key=["orders"],
    may_be_late=True,
)  # fmt: skip
REFUNDS = Log(
    "refunds",
    {
        "recorded": INT, "refund": INT, "line": INT, "orders": TEXT, "merchant": INT, "amount": INT, "quantity": INT,
    },
    [
        Part(
            "orders_refund f", "f.done_at", merchant="f.merchant_id", where="f.state = 'done'",
            joins="JOIN orders_refundline r ON r.refund_id = f.id JOIN orders_order o ON o.id = f.order_id",
            columns={
                "refund": "f.id", "line": "r.line_id", "orders": "o.code", "amount": units("r.amount"),
                "quantity": "r.quantity::bigint",
            },
        )
    ],
    key=["refund", "line"],
    may_be_late=True,
)  # fmt: skip
LINKS = Log(
    "links",
    {"recorded": INT, "shopper": TEXT, "number": INT, "person": TEXT, "evidence": TEXT},
    [
        Part(
            "shops_link k", "k.at",
            columns={
                "shopper": digits("k.shopper"), "number": "k.number::bigint", "person": digits("k.person"),
                "evidence": "k.evidence",
            },
        )
    ],
    key=["shopper", "number"],
    of_states=True,
    pseudonyms=["shopper", "person"],
)  # fmt: skip
GOODS = Log(
    "goods",
    {"recorded": INT, "product": INT, "merchant": INT, "brand": TEXT, "category": INT, "sku": INT},
    [
        Part(
            "shops_goodschange g", "g.at", merchant="g.merchant_id",
            columns={"product": "g.product_id", "brand": "g.brand", "category": "g.category_id", "sku": "g.sku_id"},
        )
    ],
    key=["product"],
    may_be_late=True,
    of_states=True,
)  # fmt: skip

LOGS: Mapping[str, Log] = {
    log.name: log for log in (EVENTS, JUDGEMENTS, SPEND, LINES, PAID, SETTLED, CANCELLED, REFUNDS, LINKS, GOODS)
}
