"""Checkout: from what somebody wants to one order per merchant, prices frozen and stock held until it is paid."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from chengfeng import sql
from chengfeng.money import ZERO
from shops.catalogue import stock
from shops.delivery.rates import Destination
from shops.identity.linking import linking
from shops.models import Link, Merchant, Presale, Promotion, User, Variant
from shops.promotions import uses
from shops.promotions.terms import Refusal

from . import cart, quoting, wanted
from .models import Cart, Checkout, LineDiscount, Order, OrderLine
from .offers import Offer
from .quoting import Item, Quote
from .sealing import Difference, Sealed, What, differences
from .sellable import commission_rate
from .settlement.terms import own_rates
from .wanted import CheckoutRefused, MixedCurrencies, Pick, UnknownVariant

__all__ = ["CheckoutRefused", "MixedCurrencies", "UnknownVariant", "place", "place_cart"]


class NothingWanted(CheckoutRefused):
    """There is nothing to buy."""


class OfferClash(CheckoutRefused):
    """An offer must be everything that the checkout buys of its merchant, and of nobody else."""


class OfferUsed(CheckoutRefused):
    """Another checkout has used the offer."""


class QuoteChanged(CheckoutRefused):
    """What would be charged is not what the shopper was shown; `differences` says in what, if the goods differ."""

    def __init__(self, differences: Sequence[Difference], currency: str):
        self.differences, self.currency = differences, currency
        super().__init__(", ".join(difference.what for difference in differences))


class QuoteUsed(CheckoutRefused):
    """Something was placed by this quote before: `checkout`, where it is the same shopper's cart."""

    def __init__(self, checkout: Checkout | None = None):
        self.checkout = checkout
        super().__init__(checkout.code if checkout else "")


class CouponsRefused(CheckoutRefused):
    """Coupons that were chosen take nothing off; `refused` says why, one by one."""

    def __init__(self, refused: Sequence[Refusal]):
        self.refused = refused
        super().__init__(", ".join(f"{refusal.chosen}: {refusal.why}" for refusal in refused))


class NotServed(CheckoutRefused):
    """Some goods are not sent to that place; `variants` are those."""

    def __init__(self, variants: Sequence[Variant]):
        self.variants = variants
        super().__init__(", ".join(variant.sku for variant in variants))


@dataclass(frozen=True, slots=True)
class Contact:
    """Who receives the goods, and where."""

    email: str
    recipient: str
    phone: str = ""
    region: str = ""
    city: str = ""
    street: str = ""
    postal_code: str = ""
    country: str = ""
    district: str = ""

    @property
    def destination(self) -> Destination:
        return Destination(self.country, self.region)


@dataclass(frozen=True, slots=True)
class Draft:
    """An order in the making, of one merchant; `given` is what each promotion gives to it."""

    merchant: Merchant
    items: Sequence[Item]
    shipping: Decimal
    shipping_subsidy: Decimal = ZERO
    fee: Decimal = ZERO
    offer: str | None = None
    message: str = ""
    given: Mapping[Promotion, Decimal] = field(default_factory=dict)
    presale: Presale | None = None
    deposit: Decimal = ZERO


@transaction.atomic(savepoint=False)
def place(
    *,
    shopper: UUID,
    contact: Contact,
    at: datetime,
    lines: Sequence[tuple[str, int]] = (),
    offers: Sequence[Offer] = (),
    coupons: Sequence[str] = (),
    quote: Sealed | None = None,
    message: str = "",
    messages: Mapping[str, str] = MappingProxyType({}),
    user: User | None = None,
    language: str = "",
    external_reference: str = "",
) -> Checkout:
    """Place what is wanted, all of it or nothing: `lines` are (variant code, units), once each.

    `coupons` are codes or words. By a `quote` exactly what it showed is placed, once. A `message` is for every shop,
    unless `messages` has one of its own for a shop's slug.

    Raises a CheckoutRefused, OutOfStock with every line that cannot be had, those no longer on sale among them, or
    LimitReached; any of them ends the transaction it is called in.
    """
    variants = wanted.variants([code for code, _ in lines] + [each.variant for offer in offers for each in offer.lines])
    picks = wanted.pick([(variants[code], quantity) for code, quantity in lines], at=at) if lines else []
    wanted.refuse_missing([*picks, *_offered(offers, variants)])
    drafts = [_drafted(offer, variants) for offer in offers]
    if picks:
        priced = quoting.of_picks(
            picks, shopper=shopper, at=at, destination=contact.destination, coupons=coupons, user=user
        )
        _refuse_surprises(priced, quote)
        drafts += _drafts(priced, message, messages)
    _refuse_nonsense(drafts)
    checkout = Checkout(
        shopper=shopper, user=user, language=language, external_reference=external_reference, placed_at=at,
        currency=drafts[0].merchant.currency, quote=quote.code if quote else None, **asdict(contact),
    )  # fmt: skip
    return write(checkout, sorted(drafts, key=lambda draft: draft.merchant.pk))


@transaction.atomic
def place_cart(
    *, shopper: UUID, currency: str, contact: Contact, at: datetime, quote: Sealed | None = None, **details
) -> Checkout:
    """Place what can be bought of the shopper's cart in that currency, and take it out of the cart.

    The cart is locked, so that two windows place it once: the later one finds it changed, or its quote used, even
    when the same things are in it again. Raises as `place` does, and NothingWanted.
    """
    locked = Cart.objects.select_for_update().filter(shopper=shopper).first()
    used = Checkout.objects.filter(quote=quote.code, shopper=shopper).first() if quote else None
    if used:
        raise QuoteUsed(used)
    asked = {"coupons": details.get("coupons", ()), "user": details.get("user")}
    sections = cart.contents(shopper, at=at, destination=contact.destination, **asked)
    section = next((section for section in sections if section.currency == currency), None)
    if not locked or not section or not section.bought:
        raise NothingWanted
    if quote and quote.code != cart.quote_code(locked, currency):
        raise QuoteChanged(differences(quote, section.quote), currency)
    lines = [(row.variant.code, row.quantity) for row in section.bought]
    checkout = place(shopper=shopper, contact=contact, at=at, lines=lines, quote=quote, **details)
    cart.take_out(locked, [row.variant for row in section.bought], at=at)
    return checkout


def _offered(offers: Iterable[Offer], variants: Mapping[str, Variant]) -> list[Pick]:
    """Return what is offered as picks from the shelf; an offer holds whether or not its variant is on sale."""
    picks = [Pick(variants[each.variant], each.quantity) for offer in offers for each in offer.lines]
    return [pick for pick in picks if pick.variant.available < pick.quantity]


def _refuse_surprises(priced: Quote, shown: Sealed | None) -> None:
    """Raise where what would be placed is not what was shown, or not what was asked for."""
    if priced.not_served:
        raise NotServed(priced.not_served)
    if shown is None and priced.refused:
        raise CouponsRefused(priced.refused)
    found = differences(shown, priced) if shown else []
    if found:
        raise QuoteChanged(found, priced.currency)


def _drafts(priced: Quote, message: str, messages: Mapping[str, str]) -> list[Draft]:
    """Return one draft per merchant of a quote."""
    gifts = quoting.given(priced)
    return [
        Draft(
            parcel.merchant, parcel.items, parcel.shipping, parcel.shipping_subsidy,
            message=messages.get(parcel.merchant.slug, message), given=gifts[parcel.merchant],
        )
        for parcel in priced.parcels
    ]  # fmt: skip


def _drafted(offer: Offer, variants: Mapping[str, Variant]) -> Draft:
    items = [Item(variants[q.variant], q.quantity, q.unit_price, agreed=q.discount) for q in offer.lines]
    return Draft(items[0].variant.merchant, items, offer.shipping, fee=offer.fee, offer=offer.code)


def _refuse_nonsense(drafts: Sequence[Draft]) -> None:
    if not drafts:
        raise NothingWanted
    merchants = [draft.merchant for draft in drafts]
    if len(set(merchants)) < len(merchants):
        raise OfferClash
    currencies = {merchant.currency for merchant in merchants}
    if len(currencies) > 1:
        raise MixedCurrencies(currencies)


def write(checkout: Checkout, drafts: Sequence[Draft]) -> Checkout:
    """Count the uses of promotions, write checkout, orders and lines, and hold the stock, in the caller's transaction.

    Raises as `place` does.
    """
    expires_at = checkout.placed_at + settings.ORDER_EXPIRES_AFTER
    orders = [_order(checkout, draft, expires_at) for draft in drafts]
    checkout.total = sum((order.total for order in orders), ZERO)
    pairs = [(order, item) for order, draft in zip(orders, drafts, strict=True) for item in draft.items]
    rates = _own_rates(drafts, at=checkout.placed_at)
    lines = [_line(order, item, rates.get(order.merchant_id)) for order, item in pairs]
    _claim(checkout, orders, drafts)
    held = [
        stock.Wanted(order.code, item.variant, item.quantity, item.flash_item, checkout.shopper)
        for order, item in pairs
    ]
    with _used_once():
        steps = [_inserting(checkout, orders, lines), *_linking(checkout)]
        stock.hold_all(held, at=checkout.placed_at, expires_at=expires_at, before=steps)
    _insert_discounts(lines, [item for _, item in pairs])
    checkout.placed = orders
    return checkout


def _claim(checkout: Checkout, orders: Sequence[Order], drafts: Sequence[Draft]) -> None:
    """Count a use of every promotion that gives something; raises QuoteChanged where one is used up by now."""
    given = [
        (order, promotion, amount)
        for order, draft in zip(orders, drafts, strict=True)
        for promotion, amount in draft.given.items()
    ]
    wanted_uses = [
        uses.Wanted(promotion.pk, order.merchant_id, order.code, amount) for order, promotion, amount in given
    ]
    if not wanted_uses:
        return
    try:
        uses.claim(wanted_uses, basket=checkout.code, shopper=checkout.shopper, at=checkout.placed_at)
    except uses.UsedUp as error:
        gone = {promotion.code: ZERO for _, promotion, _ in given if promotion.pk in error.promotions}
        for _, promotion, amount in given:
            if promotion.code in gone:
                gone[promotion.code] += amount
        lost = [Difference(What.DISCOUNT, code, amount, ZERO) for code, amount in gone.items()]
        raise QuoteChanged(lost, checkout.currency) from error


def _order(checkout: Checkout, draft: Draft, expires_at: datetime) -> Order:
    subtotal = sum((item.gross for item in draft.items), ZERO)
    discount = sum((item.discount for item in draft.items), ZERO)
    return Order(
        merchant=draft.merchant, checkout=checkout, shopper=checkout.shopper, offer=draft.offer,
        currency=checkout.currency, subtotal=subtotal, discount=discount,
        subsidy=sum((item.subsidy for item in draft.items), ZERO),
        shipping=draft.shipping, shipping_subsidy=draft.shipping_subsidy, tax=draft.fee, message=draft.message,
        presale=draft.presale, deposit=draft.deposit,
        total=subtotal - discount + draft.shipping + draft.fee, placed_at=checkout.placed_at, expires_at=expires_at,
    )  # fmt: skip


def _line(order: Order, item: Item, own_rate: Decimal | None) -> OrderLine:
    """Return a line to write; it bears the merchant's own commission rate, else that of its category."""
    variant = item.variant
    rate = commission_rate(variant.product) if own_rate is None else own_rate
    return OrderLine(
        merchant_id=order.merchant_id, order=order, variant=variant, product=variant.product,
        title=variant.product.title, title_en=variant.product.title_en, options=variant.options,
        options_en=variant.options_en, list_price=item.list_price, cost=variant.cost,
        unit_price=item.unit_price, quantity=item.quantity, discount=item.discount, subsidy=item.subsidy,
        total=item.total, commission_rate=rate,
    )  # fmt: skip


def _own_rates(drafts: Sequence[Draft], *, at: datetime) -> Mapping[int, Decimal]:
    """Return the commission rates agreed with these merchants, by their keys; without a query where there are none."""
    is_agreed = wanted.any_of((item.variant for draft in drafts for item in draft.items), "has_own_rate")
    return own_rates([draft.merchant for draft in drafts], at=at) if is_agreed else {}


@contextmanager
def _used_once() -> Iterator[None]:
    """Raise OfferUsed or QuoteUsed where another checkout has used the offer or the quote."""
    try:
        yield
    except IntegrityError as error:
        if "offer" in str(error):
            raise OfferUsed from error
        if "checkout_quote_once" in str(error):
            raise QuoteUsed from error
        raise


def _inserting(checkout: Checkout, orders: Sequence[Order], lines: Sequence[OrderLine]) -> sql.Step:
    """Return the step that writes the rows and the first move of each order; they know their keys from then on."""
    rows = {"checkout": sql.document(checkout), "orders": sql.document(*orders), "lines": sql.document(*lines)}

    def heed(keys: str) -> None:
        sql.know(json.loads(keys), checkout, *orders, *lines)
        for order in orders:
            order.checkout = checkout
        for line in lines:
            line.order_id = line.order.pk

    return sql.Step(INSERT, rows | {"by": checkout.user_id}, heed)


INSERT = sql.Part(
    f"""
checkout# AS (
    INSERT INTO orders_checkout ({sql.columns(Checkout)})
    SELECT {sql.columns(Checkout)} FROM jsonb_populate_recordset(NULL::orders_checkout, %(checkout#)s)
    RETURNING id, code
), placed# AS (
    INSERT INTO orders_order (checkout_id, {sql.columns(Order, besides=["checkout_id"])})
    SELECT c.id, {sql.columns(Order, besides=["checkout_id"], of="o")}
    FROM checkout# c, jsonb_populate_recordset(NULL::orders_order, %(orders#)s) WITH ORDINALITY o ORDER BY o.ordinality
    RETURNING id, code, merchant_id, placed_at
), lines# AS (
    INSERT INTO orders_orderline (order_id, {sql.columns(OrderLine, besides=["order_id"])})
    SELECT p.id, {sql.columns(OrderLine, besides=["order_id"], of="l")}
    FROM placed# p JOIN jsonb_populate_recordset(NULL::orders_orderline, %(lines#)s) WITH ORDINALITY l
        ON l.merchant_id = p.merchant_id
    ORDER BY l.ordinality
    RETURNING id, code
), moves# AS (
    INSERT INTO orders_ordermove (order_id, number, source, target, by_id, note, at)
    SELECT id, 1, '', 'placed', %(by#)s, '', placed_at FROM placed#
)""",
    """(
    SELECT jsonb_object_agg(code, id) FROM (
        SELECT code, id FROM checkout# UNION ALL SELECT code, id FROM placed# UNION ALL SELECT code, id FROM lines#
    ) w
)""",
)  # an order is that of its merchant: there is one in a checkout


def _linking(checkout: Checkout) -> list[sql.Step]:
    """Return the step by which the device is known to be the buyer's, where the buyer is logged in."""
    if checkout.user is None:
        return []
    return [linking(checkout.shopper, checkout.user, evidence=Link.Evidence.CHECKOUT, at=checkout.placed_at)]


def _insert_discounts(lines: Sequence[OrderLine], items: Sequence[Item]) -> None:
    parts = [
        LineDiscount(line=line, promotion=part.promotion, amount=part.amount, is_subsidy=part.is_subsidy)
        for line, item in zip(lines, items, strict=True)
        for part in item.discounts
    ]
    if parts:
        LineDiscount.objects.bulk_create(parts)
