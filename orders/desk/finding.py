"""Finding orders by whatever somebody has at hand: each way goes through an index and brings the latest it finds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower, Upper

from shops.catalogue.search import LexemeQuery, query_text
from shops.models import Merchant, Product, Promotion, PromotionUse, Variant
from shops.tenancy import own

from ..models import Order, OrderLine, OrderNote, Refund, Shipment
from .indexes import backwards

MOST = 500  # orders that words find; who finds more is asked for more words
MOST_THINGS = 10  # products, variants and promotions that words may stand for
CODE = re.compile(r"(?P<kind>ord|chk|pay|rfd|shp)_(?P<rest>\w*)", re.A | re.I)
AMOUNT = re.compile(r"[¥￥$€£]?(\d{1,9}(\.\d{1,4})?)", re.A)
PHONE = re.compile(r"\+?[\d\s().-]+", re.A)
SHORTEST_PHONE = 4


@dataclass(frozen=True, slots=True)
class Found:
    """The orders that words have found, by their keys; `is_capped` when there may be more."""

    keys: frozenset[int]
    is_capped: bool


def find(merchant: Merchant, words: str) -> Found:
    """Return the merchant's orders that words stand for: a code, reference, buyer, thing, parcel, note or amount."""
    ways = [way.values_list("pk") for way in _by_orders(merchant, words)]
    ways += [way.values_list("order_id") for way in _by_parts(merchant, words)]
    return _gather(ways)


def of_product(merchant: Merchant, words: str) -> Found:
    """Return the merchant's orders with the product or the variant of that code, SKU or title."""
    return _gather([way.values_list("order_id") for way in _by_things(merchant, words)])


def _gather(ways: Iterable[QuerySet]) -> Found:
    first, *others = [way[: MOST + 1] for way in ways] or [Order.objects.none().values_list("pk")]
    keys = [key for (key,) in (first.union(*others, all=True) if others else first)]
    latest = sorted(set(keys), reverse=True)[:MOST]
    return Found(frozenset(latest), len(keys) > MOST)


def _by_orders(merchant: Merchant, words: str) -> Iterator[QuerySet[Order]]:
    """Yield the ways that lead to an order by itself, its checkout or its promotions."""
    orders = own(Order, merchant)
    if code := CODE.fullmatch(words):
        yield from _by_code(orders, *_written(code))
        return
    yield orders.filter(checkout__external_reference__startswith=words)
    yield from _by_buyer(orders, words)
    if amount := AMOUNT.fullmatch(words.replace(",", "")):
        yield orders.filter(total=Decimal(amount[1]))
    for promotion in _promotions(merchant, words):
        uses = PromotionUse.objects.filter(promotion=promotion, merchant=merchant).order_by("-at")
        yield orders.filter(code__in=uses.values("cause")[: MOST + 1])


def _by_code(orders: QuerySet[Order], kind: str, code: str) -> Iterator[QuerySet[Order]]:
    paths = {"ord": "code", "chk": "checkout__code", "pay": "checkout__payments__code"}
    if kind in paths:
        yield orders.filter(**{f"{paths[kind]}__startswith": code})


def _written(code: re.Match) -> tuple[str, str]:
    """Return the kind of a code and the code as it is stored, in whatever case somebody typed it."""
    kind = code["kind"].lower()
    return kind, f"{kind}_{code['rest'].upper()}"


def _by_buyer(orders: QuerySet[Order], words: str) -> Iterator[QuerySet[Order]]:
    """Yield the ways by name, e-mail address, and the last digits of a phone number."""
    beginning = words.casefold()
    yield orders.alias(name=Lower("checkout__recipient")).filter(name__startswith=beginning)
    if beginning.isascii():
        yield orders.alias(address=Lower("checkout__email")).filter(address__startswith=beginning)
    digits = re.sub(r"[^0-9]", "", words)
    if PHONE.fullmatch(words) and len(digits) >= SHORTEST_PHONE:
        phones = orders.alias(phone=backwards("checkout__phone"))
        yield phones.filter(phone__startswith=digits[::-1])


def _by_parts(merchant: Merchant, words: str) -> Iterator[QuerySet]:
    """Yield the ways by what belongs to an order: lines, parcels, notes, refunds."""
    if code := CODE.fullmatch(words):
        parts = {"rfd": Refund, "shp": Shipment}
        kind, written = _written(code)
        if kind in parts:
            yield own(parts[kind], merchant).filter(code__startswith=written)
        return
    parcels = own(Shipment, merchant).exclude(tracking="").alias(number=Upper("tracking"))
    yield parcels.filter(number=words.upper())
    yield from _by_things(merchant, words)
    if query := query_text(words):
        yield own(OrderNote, merchant).filter(search=LexemeQuery(query), struck_at=None)


def _by_things(merchant: Merchant, words: str) -> Iterator[QuerySet[OrderLine]]:
    lines = own(OrderLine, merchant).order_by("-order_id")
    for variant in own(Variant, merchant).filter(sku__in={words, words.upper(), words.lower()}):
        yield lines.filter(variant=variant)
    for product in _products(merchant, words):
        yield lines.filter(product=product)


def _products(merchant: Merchant, words: str) -> QuerySet[Product]:
    titled = Q(search=LexemeQuery(query)) if (query := query_text(words)) else Q()
    known = Q(code=words) | Q(external_id=words)
    return own(Product, merchant).filter(known | titled).only("pk")[:MOST_THINGS]


def _promotions(merchant: Merchant, words: str) -> QuerySet[Promotion]:
    running = Promotion.objects.filter(Q(merchant=merchant) | Q(merchant=None))
    meant = Q(code=words) | Q(word__iexact=words) | Q(title=words) | Q(title_en__iexact=words)
    return running.filter(meant & ~Q(title="")).only("pk")[:MOST_THINGS]
