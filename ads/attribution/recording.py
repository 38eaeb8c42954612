"""Writes what attribution decided: credits of a paid order, and their correction by its refunds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from chengfeng import sql
from chengfeng.money import ZERO
from shops.models import Merchant, Product

from ..models import Conversion, ConversionLine, Credit, Event, EventKind
from .rules import DEFAULT, RULES, Line, Rule, Share, Touch, credit, split

TOKEN_LIFE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of a paid order; `value` is its total after discount, without shipping and tax."""

    line_code: str
    product_id: int
    quantity: int
    value: Decimal


def converting(
    *, merchant: Merchant, order_code: str, shopper: UUID, currency: str, lines: Sequence[SoldLine], at: datetime
) -> sql.Step:
    """Return the step that credits a paid order to the shopper's clicks by the default rule, once per order.

    Run it in the transaction that pays the order, before anything that locks a ledger account.
    """
    conversion = Conversion(
        merchant=merchant, order_code=order_code, shopper=shopper, currency=currency, at=at,
        value=sum((line.value for line in lines), ZERO),
    )  # fmt: skip
    params = {
        **{name: getattr(conversion, name) for name in COLUMNS},
        "codes": [line.line_code for line in lines],
        "products": [line.product_id for line in lines],
        "quantities": [line.quantity for line in lines],
        "values": [line.value for line in lines],
        **_when(conversion, DEFAULT),
    }

    def heed(is_touched: bool | None) -> None:
        if is_touched:
            _credit(conversion)

    touches = TOUCHES.format("1", _counted(DEFAULT))
    part = sql.Part(CONVERT, f"(SELECT EXISTS ({touches}) FROM sold# LIMIT 1)")
    return sql.Step(part, params, heed)


def _credit(conversion: Conversion) -> None:
    """Credit the lines of a conversion that was just written to the touches before it."""
    touches = touches_of(conversion, rule=DEFAULT)
    rows = ConversionLine.objects.filter(conversion__order_code=conversion.order_code).order_by("pk")
    brands = brands_of(row.product_id for row in rows)
    Credit.objects.bulk_create(
        _initial(conversion, row, share, DEFAULT)
        for row in rows
        for share in credit(
            touches, Line(row.product_id, brands[row.product_id], row.value), at=conversion.at, rule=DEFAULT
        )
    )


COLUMNS = ("merchant_id", "order_code", "shopper", "currency", "value", "at")
CONVERT = """
conversion# AS (
    INSERT INTO ads_conversion (merchant_id, order_code, shopper, currency, value, at)
    VALUES (%(merchant_id#)s, %(order_code#)s, %(shopper#)s, %(currency#)s, %(value#)s, %(at#)s)
    ON CONFLICT (order_code) DO NOTHING RETURNING id
), sold# AS (
    INSERT INTO ads_conversionline (conversion_id, line_code, product_id, quantity, value)
    SELECT conversion#.id, l.* FROM conversion#, unnest(
        %(codes#)s::text[], %(products#)s::bigint[], %(quantities#)s::int[], %(values#)s::numeric[]
    ) AS l
    RETURNING id
)"""


def touches_of(conversion: Conversion, *, rule: Rule) -> list[Touch]:
    """Return the valid touches of the shopper at the merchant inside the rule's widest window."""
    params = {"shopper": conversion.shopper, "merchant_id": conversion.merchant_id, **_when(conversion, rule)}
    statement = TOUCHES.format(TOUCH, _counted(rule)).replace("#", "")
    return [Touch(*found) for found in sql.rows(statement, params | {"at": conversion.at})]


def _when(conversion: Conversion, rule: Rule) -> dict:
    """Return since when a rule looks for touches before a conversion, and on the partitions of which days."""
    since = conversion.at - max(rule.click, rule.view)
    return {"since": since, "first_day": (since - TOKEN_LIFE).date(), "last_day": conversion.at.date()}


def _counted(rule: Rule) -> str:
    """Return the condition of the kinds that a rule counts, spelt out, as the index of clicks is."""
    kinds = [kind.value for kind in (EventKind.CLICK, EventKind.VIEWABLE) if rule.counts(kind)]
    return " OR ".join(f"e.kind = '{kind}'" for kind in kinds)


TOUCH = "e.day, e.token, e.kind, e.ad_id, e.campaign_id, e.product_id, coalesce(p.brand, ''), e.at"
TOUCHES = """
SELECT {} FROM ads_event e LEFT JOIN shops_product p ON p.id = e.product_id
WHERE e.shopper = %(shopper#)s AND e.merchant_id = %(merchant_id#)s AND e.is_valid AND ({})
    AND e.at BETWEEN %(since#)s AND %(at#)s AND e.day BETWEEN %(first_day#)s AND %(last_day#)s
"""


def events_before(conversion: Conversion, window: timedelta):
    """Return the events of the conversion's shopper at its merchant within `window` before it."""
    since = conversion.at - window
    return Event.objects.filter(
        shopper=conversion.shopper, merchant=conversion.merchant_id, at__gte=since, at__lte=conversion.at,
        day__gte=(since - TOKEN_LIFE).date(), day__lte=conversion.at.date(),
    )  # fmt: skip


def brands_of(products: Iterable[int]) -> dict[int, str]:
    wanted = set(products)
    return dict(Product.objects.filter(pk__in=wanted).values_list("pk", "brand")) if wanted else {}


def _initial(conversion: Conversion, line: ConversionLine, share: Share, rule: Rule) -> Credit:
    touch = share.touch
    return Credit(
        merchant_id=conversion.merchant_id, line=line, campaign_id=touch.campaign_id, ad_id=touch.ad_id,
        event_day=touch.day, token=touch.token, touch=touch.kind, rule=rule.name, reason=Credit.Reason.INITIAL,
        cause=conversion.order_code, share=share.share, amount=share.amount,
        is_same_product=touch.product_id == line.product_id, touched_at=touch.at, at=conversion.at,
    )  # fmt: skip


@transaction.atomic
def record_refund(*, refund_code: str, lines: Mapping[str, Decimal], at: datetime) -> list[Credit]:
    """Take back what a refund takes from the credits, once per refund; `lines` maps line codes to refunded amounts.

    What is posted is the difference to the rule's result on the net amount, so a line refunded in full returns
    every touch to exactly zero, by whatever steps it went there. A line's net amount never falls below zero.
    """
    rows = ConversionLine.objects.select_for_update(of=("self",), no_key=True).select_related("conversion")
    rows = list(rows.filter(line_code__in=lines).order_by("pk"))
    posted = list(Credit.objects.filter(line__in=rows, cause=refund_code).order_by("pk"))
    if posted:
        return posted
    differences = [
        difference
        for row in rows
        for difference in _differences(row, refunded=lines[row.line_code], cause=refund_code, at=at)
    ]
    return Credit.objects.bulk_create(differences)


def _differences(line: ConversionLine, *, refunded: Decimal, cause: str, at: datetime) -> list[Credit]:
    """Return the credits that bring each touch of the line to its part of the net amount."""
    stands = _standing(line)
    return [
        _taken_back(entry, due - stands[entry.rule, entry.token], cause=cause, at=at)
        for name, group in groupby(_credited(line), key=lambda entry: entry.rule)
        for entry, due in _due(list(group), line, RULES[name], stands, refunded)
        if due != stands[entry.rule, entry.token]
    ]


def _credited(line: ConversionLine) -> list[Credit]:
    """Return the first credit of each touch that still has a share in the line, by rule and in the order of touches."""
    first, shares = {}, defaultdict(Decimal)
    for entry in line.credits.order_by("pk"):
        key = entry.rule, entry.touched_at, entry.event_day, entry.token
        first.setdefault(key, entry)
        shares[key] += entry.share
    return [first[key] for key in sorted(first) if shares[key]]


def _standing(line: ConversionLine) -> dict[tuple[str, UUID], Decimal]:
    """Return what each touch of a line is credited with now, by rule and token."""
    sums = line.credits.values_list("rule", "token").annotate(Sum("amount"))
    return {(rule, token): amount for rule, token, amount in sums}


def _due(
    entries: list[Credit], line: ConversionLine, rule: Rule, stands: Mapping, refunded: Decimal
) -> Iterable[tuple[Credit, Decimal]]:
    """Pair each credited touch of a rule with what it is worth after the refund."""
    net = max(sum(stands[entry.rule, entry.token] for entry in entries) - refunded, ZERO)
    weights = rule.weigh([entry.touched_at for entry in entries], at=line.conversion.at)
    return zip(entries, split(net, weights), strict=True)


def _taken_back(entry: Credit, amount: Decimal, *, cause: str, at: datetime) -> Credit:
    return Credit(
        merchant_id=entry.merchant_id, line_id=entry.line_id, campaign_id=entry.campaign_id, ad_id=entry.ad_id,
        event_day=entry.event_day, token=entry.token, touch=entry.touch, rule=entry.rule,
        reason=Credit.Reason.REFUND, cause=cause, share=ZERO, amount=amount,
        is_same_product=entry.is_same_product, touched_at=entry.touched_at, at=at,
    )  # fmt: skip
