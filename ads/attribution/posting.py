"""Posts what sales are owed to: what is due by the rule, less what stands, for each sale and each of its refunds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from chengfeng import sql
from chengfeng.money import ZERO
from shops.catalogue.goods_then import goods_at
from shops.identity.owning import owner_at
from shops.models import Merchant

from ..models import Conversion, ConversionLine, ConversionRefund, Credit
from . import touching
from .claiming import claim
from .presets import DEFAULT
from .rules import Goods, Line, Rule, Touch, credit

NEW_FOR = "365 days"


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of a paid order; `value` is its total after discount, without shipping and tax."""

    line_code: str
    product_id: int
    variant_id: int
    quantity: int
    value: Decimal


class Key(NamedTuple):
    """What a credit is for: a touch, and the refund that it is a part of, or the sale where that is empty."""

    refund: str
    token: UUID
    kind: str


class Owed(NamedTuple):
    """A part of a line: as a share, which refunds leave as it is, and as an amount."""

    share: Decimal = ZERO
    amount: Decimal = ZERO


class Source(NamedTuple):
    """What a credit tells of its touch."""

    campaign_id: int
    ad_id: int
    event_day: date
    touched_at: datetime
    is_same_product: bool


def converting(
    *,
    merchant: Merchant,
    order_code: str,
    shopper: UUID,
    currency: str,
    lines: Sequence[SoldLine],
    placed_at: datetime,
    at: datetime,
) -> sql.Step:
    """Return the step that credits a paid order to the shopper's touches by the default rule, once per order.

    Run it in the transaction that pays the order, before anything that locks a ledger account.
    """
    params = {
        "merchant_id": merchant.pk,
        "order_code": order_code,
        "shopper": shopper,
        "currency": currency,
        "value": sum((line.value for line in lines), ZERO),
        "placed_at": min(placed_at, at),
        "at": at,
        "codes": [line.line_code for line in lines],
        "products": [line.product_id for line in lines],
        "variants": [line.variant_id for line in lines],
        "quantities": [line.quantity for line in lines],
        "values": [line.value for line in lines],
        **touching.look_back(DEFAULT, at, at),
    }

    def heed(is_touched: bool | None) -> None:
        if is_touched:
            lines = ConversionLine.objects.filter(conversion__order_code=order_code).values_list("pk", flat=True)
            bring_up_to_date(lines, reason=Credit.Reason.INITIAL, cause=order_code, at=at)

    return sql.Step(sql.Part(CONVERT, TOUCHED), params, heed)


FOUND, IS_TOUCHED = touching.exists("SELECT id, shopper, merchant_id, placed_at, at FROM conversion#", DEFAULT)
TOUCHED = f"(SELECT {IS_TOUCHED} FROM conversion#)"
CONVERT = f"""
buyer# AS MATERIALIZED (
    SELECT {owner_at("%(shopper#)s", "%(placed_at#)s")} AS person
), earlier# AS (
    SELECT c.id FROM (
        SELECT %(shopper#)s AS shopper UNION SELECT shopper FROM shops_link WHERE person = (SELECT person FROM buyer#)
    ) d JOIN ads_conversion c ON c.shopper = d.shopper AND c.merchant_id = %(merchant_id#)s
        AND c.at < %(at#)s AND c.at > %(at#)s - interval '{NEW_FOR}'
    WHERE {owner_at("c.shopper", "c.placed_at")} = (SELECT person FROM buyer#)
), conversion# AS (
    INSERT INTO ads_conversion (merchant_id, order_code, shopper, currency, value, is_new, placed_at, at)
    SELECT %(merchant_id#)s, %(order_code#)s, %(shopper#)s, %(currency#)s, %(value#)s,
        NOT EXISTS (SELECT FROM earlier#), %(placed_at#)s, %(at#)s
    ON CONFLICT (order_code) DO NOTHING RETURNING id, shopper, merchant_id, is_new, placed_at, at
), sold# AS (
    INSERT INTO ads_conversionline (
        conversion_id, line_code, product_id, variant_id, quantity, value, brand, category_id, is_new_to_brand
    )
    SELECT conversion#.id, l.*, g.brand, g.category_id, conversion#.is_new OR g.brand <> '' AND NOT EXISTS (
        SELECT FROM ads_conversionline b WHERE b.conversion_id IN (SELECT id FROM earlier#) AND b.brand = g.brand
    )
    FROM conversion#, unnest(
        %(codes#)s::text[], %(products#)s::bigint[], %(variants#)s::bigint[], %(quantities#)s::int[],
        %(values#)s::numeric[]
    ) AS l (code, product, variant, quantity, value)
    CROSS JOIN LATERAL ({goods_at("l.product", "conversion#.placed_at")}) g
    RETURNING id
), {FOUND}"""


@transaction.atomic
def record_refund(*, refund_code: str, lines: Mapping[str, Decimal], at: datetime) -> list[Credit]:
    """Take back what a refund takes from the credits, once per refund; `lines` maps line codes to refunded amounts.

    What is posted is the difference to the rule's result on the net amount, so a line refunded in full returns
    every touch to exactly zero, by whatever steps it went there. A line's net amount never falls below zero.
    """
    known = dict(_locked(line_code__in=lines).values_list("line_code", "pk"))
    refunds = [ConversionRefund(line_id=known[code], code=refund_code, amount=lines[code], at=at) for code in known]
    ConversionRefund.objects.bulk_create(refunds, ignore_conflicts=True)
    return bring_up_to_date(known.values(), reason=Credit.Reason.REFUND, cause=refund_code, at=at)


@transaction.atomic
def bring_up_to_date(lines: Collection[int], *, reason: str, cause: str, at: datetime) -> list[Credit]:
    """Post what is due by the default rule for conversion lines, by their keys, less what stands; return what that is.

    Done again it posts nothing, whoever did it first. A line that no touch is eligible for is credited to none.
    Locks the conversion lines by pk; call it before anything that locks a ledger account.
    """
    rows = list(_locked(pk__in=lines).select_related("conversion"))
    if not rows:
        return []
    conversions = {row.conversion for row in rows}
    touches = _touches(conversions, DEFAULT)
    posted, refunds = _posted(rows), _refunds(rows)
    moments = {(row.pk, ""): row.conversion.at for row in rows}
    moments |= {(row.pk, refund.code): refund.at for row in rows for refund in refunds[row.pk]}
    fresh = [
        _credit(row, key, of, owed, moments[row.pk, key.refund], reason=reason, cause=cause, posted_at=at)
        for row in rows
        for key, of, owed in _differences(row, touches.get(row.conversion_id, []), refunds[row.pk], posted[row.pk])
    ]
    if reason != Credit.Reason.REFUND or any(credit.share for credit in fresh):
        claim({conversion: touches.get(conversion.pk, []) for conversion in conversions})
    return Credit.objects.bulk_create(fresh, batch_size=1000)


def _locked(**which):
    lines = ConversionLine.objects.select_for_update(of=("self",), no_key=True)
    return lines.filter(**which).order_by("pk")


def _touches(conversions: Collection[Conversion], rule: Rule) -> Mapping[int, list[Touch]]:
    moments = [conversion.at for conversion in conversions]
    keys = [conversion.pk for conversion in conversions]
    return touching.behind(keys, rule, days=(min(moments), max(moments)))


def _posted(rows: Collection[ConversionLine]) -> Mapping[int, Mapping[Key, list[Credit]]]:
    """Return the credits of lines by what they are for."""
    found: dict[int, dict[Key, list[Credit]]] = defaultdict(lambda: defaultdict(list))
    for entry in Credit.objects.filter(line__in=rows, rule=DEFAULT.name).order_by("pk"):
        found[entry.line_id][Key(entry.refund, entry.token, entry.touch)].append(entry)
    return found


def _refunds(rows: Collection[ConversionLine]) -> Mapping[int, list[ConversionRefund]]:
    """Return the refunds of lines in the order in which they were done."""
    found: dict[int, list[ConversionRefund]] = defaultdict(list)
    for refund in ConversionRefund.objects.filter(line__in=rows).order_by("at", "code"):
        found[refund.line_id].append(refund)
    return found


def _differences(
    row: ConversionLine,
    touches: Sequence[Touch],
    refunds: Sequence[ConversionRefund],
    posted: Mapping[Key, list[Credit]],
) -> Iterable[tuple[Key, Source, Owed]]:
    """Return what is due for a line more, or less, than what stands, and of which touch, be it valid still or not."""
    owed, found = due(row, touches, refunds), {(touch.token, touch.kind): touch for touch in touches}
    for key in sorted(owed.keys() | posted.keys()):
        standing, wanted = posted.get(key, []), owed.get(key, Owed())
        share = wanted.share - sum((entry.share for entry in standing), ZERO)
        amount = wanted.amount - sum((entry.amount for entry in standing), ZERO)
        if share or amount:
            yield key, _again(standing[0]) if standing else _of(found[key.token, key.kind], row), Owed(share, amount)


def _of(touch: Touch, row: ConversionLine) -> Source:
    return Source(touch.campaign, touch.ad, touch.day, touch.at, touch.goods.product == row.product_id)


def _again(entry: Credit) -> Source:
    return Source(*(getattr(entry, name) for name in Source._fields))


def due(
    row: ConversionLine, touches: Sequence[Touch], refunds: Sequence[ConversionRefund], rule: Rule = DEFAULT
) -> dict[Key, Owed]:
    """Return what touches are owed of a line by a rule, for its sale and for each of its refunds."""
    values, net = [row.value], row.value
    for refund in refunds:
        net = max(net - refund.amount, ZERO)
        values.append(net)
    steps = [_shares(row, value, touches, rule) for value in values]
    owed = {Key("", *touch): each for touch, each in steps[0].items()}
    for refund, (before, after) in zip(refunds, pairwise(steps), strict=True):
        for touch, each in after.items():
            if each.amount != before[touch].amount:
                owed[Key(refund.code, *touch)] = Owed(ZERO, each.amount - before[touch].amount)
    return owed


def _shares(row: ConversionLine, value: Decimal, touches: Sequence[Touch], rule: Rule) -> dict[tuple, Owed]:
    conversion = row.conversion
    goods = Goods(conversion.merchant_id, row.product_id, row.brand, row.category_id, row.variant_id)
    shares = credit(touches, Line(goods, value, conversion.currency), at=conversion.at, rule=rule)
    return {(each.touch.token, each.touch.kind): Owed(each.share, each.amount) for each in shares}


def _credit(
    row: ConversionLine,
    key: Key,
    of: Source,
    owed: Owed,
    at: datetime,
    *,
    reason: str,
    cause: str,
    posted_at: datetime,
) -> Credit:
    return Credit(
        merchant_id=row.conversion.merchant_id, line=row, token=key.token, touch=key.kind, rule=DEFAULT.name,
        reason=reason, cause=cause, refund=key.refund, at=at, posted_at=posted_at, **of._asdict(), **owed._asdict(),
    )  # fmt: skip
