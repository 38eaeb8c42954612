"""Checkout: from what somebody wants to one order per merchant, prices frozen and stock held until it is paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from chengfeng.money import ZERO
from shops.catalogue import stock
from shops.models import Merchant, User, Variant

from . import cart, shipping
from .models import Cart, CartLine, Checkout, Order, OrderLine, OrderMove
from .moves import OrderState
from .offers import Offer
from .sellable import is_on_sale


class CheckoutRefused(Exception):
    """What is wanted makes no checkout; nothing was placed."""


class NothingWanted(CheckoutRefused):
    """There is nothing to buy."""


class UnknownVariant(CheckoutRefused):
    """There is no variant of this code."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


class MixedCurrencies(CheckoutRefused):
    """One checkout is paid in one currency; `currencies` are those that were wanted."""

    def __init__(self, currencies: Iterable[str]):
        self.currencies = sorted(currencies)
        super().__init__(", ".join(self.currencies))


class OfferClash(CheckoutRefused):
    """An offer must be everything that the checkout buys of its merchant, and of nobody else."""


class OfferUsed(CheckoutRefused):
    """Another checkout has used the offer."""


class CartChanged(CheckoutRefused):
    """The cart is not what the shopper was shown."""


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


@dataclass(frozen=True, slots=True)
class Item:
    """Units of one variant at the price they are sold for."""

    variant: Variant
    quantity: int
    unit_price: Decimal
    discount: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True, slots=True)
class Draft:
    """An order in the making, of one merchant."""

    merchant: Merchant
    items: Sequence[Item]
    shipping: Decimal
    fee: Decimal = ZERO
    offer: str | None = None


@transaction.atomic(savepoint=False)
def place(
    *,
    shopper: UUID,
    contact: Contact,
    at: datetime,
    lines: Sequence[tuple[str, int]] = (),
    offers: Sequence[Offer] = (),
    user: User | None = None,
    language: str = "",
    external_reference: str = "",
) -> Checkout:
    """Place what is wanted, all of it or nothing: `lines` are (variant code, units), once each.

    Raises a CheckoutRefused, or OutOfStock with every line that cannot be had, those no longer on sale among them;
    either ends the transaction it is called in.
    """
    variants = _variants([code for code, _ in lines] + [quoted.variant for offer in offers for quoted in offer.lines])
    _refuse_missing(variants, lines, offers)
    drafts = _drafts([(variants[code], quantity) for code, quantity in lines])
    drafts += [_drafted(offer, variants) for offer in offers]
    _refuse_nonsense(drafts)
    checkout = Checkout(
        shopper=shopper, user=user, language=language, external_reference=external_reference, placed_at=at,
        currency=drafts[0].merchant.currency, **asdict(contact),
    )  # fmt: skip
    return _write(checkout, sorted(drafts, key=lambda draft: draft.merchant.pk))


@transaction.atomic
def place_cart(*, shopper: UUID, currency: str, contact: Contact, at: datetime, total: Decimal, **details) -> Checkout:
    """Place what can be bought of the shopper's cart in that currency, and take it out of the cart.

    `total` is what the shopper was shown. The cart is locked, so that two windows place it once: the later one finds
    it empty. Raises as `place` does, NothingWanted and CartChanged.
    """
    list(Cart.objects.select_for_update().filter(shopper=shopper))
    section = next((section for section in cart.contents(shopper) if section.currency == currency), None)
    if not section or not section.bought:
        raise NothingWanted
    if section.total != total:
        raise CartChanged
    lines = [(row.variant.code, row.quantity) for row in section.bought]
    checkout = place(shopper=shopper, contact=contact, at=at, lines=lines, **details)
    bought = [row.variant.pk for row in section.bought]
    CartLine.objects.filter(cart__shopper=shopper, variant__in=bought).delete()
    return checkout


def _variants(codes: Sequence[str]) -> Mapping[str, Variant]:
    """Return the variants by code with product and merchant; raises UnknownVariant."""
    found = Variant.objects.select_related("product", "merchant").in_bulk(codes, field_name="code")
    missing = next((code for code in codes if code not in found), None)
    if missing:
        raise UnknownVariant(missing)
    return found


def _refuse_missing(variants: Mapping[str, Variant], lines: Iterable[tuple[str, int]], offers: Iterable[Offer]) -> None:
    """Raise OutOfStock for what is not on sale, or was sold out when the variants were read.

    It spares those who come too late the way to the lock; whether there is enough, the hold alone decides.
    """
    wanted = [(variants[code], quantity, is_on_sale(variants[code])) for code, quantity in lines]
    wanted += [(variants[quoted.variant], quoted.quantity, True) for offer in offers for quoted in offer.lines]
    free = [(variant, quantity, variant.available if is_open else 0) for variant, quantity, is_open in wanted]
    missing = [(variant, available) for variant, quantity, available in free if available < quantity]
    if missing:
        raise stock.OutOfStock(missing)


def _drafts(lines: Sequence[tuple[Variant, int]]) -> list[Draft]:
    """Return one draft per merchant at today's prices."""
    items: dict[Merchant, list[Item]] = {}
    for variant, quantity in lines:
        items.setdefault(variant.merchant, []).append(Item(variant, quantity, variant.price))
    return [Draft(merchant, of, _shipping(merchant, of)) for merchant, of in items.items()]


def _shipping(merchant: Merchant, items: Sequence[Item]) -> Decimal:
    is_service = all(item.variant.product.is_service for item in items)
    value = sum((item.total for item in items), ZERO)
    return shipping.cost(value=value, currency=merchant.currency, is_service=is_service)


def _drafted(offer: Offer, variants: Mapping[str, Variant]) -> Draft:
    items = [Item(variants[q.variant], q.quantity, q.unit_price, q.discount) for q in offer.lines]
    return Draft(items[0].variant.merchant, items, offer.shipping, offer.fee, offer.code)


def _refuse_nonsense(drafts: Sequence[Draft]) -> None:
    if not drafts:
        raise NothingWanted
    merchants = [draft.merchant for draft in drafts]
    if len(set(merchants)) < len(merchants):
        raise OfferClash
    currencies = {merchant.currency for merchant in merchants}
    if len(currencies) > 1:
        raise MixedCurrencies(currencies)


def _write(checkout: Checkout, drafts: Sequence[Draft]) -> Checkout:
    """Write checkout, orders and lines, and hold the stock."""
    expires_at = checkout.placed_at + settings.ORDER_EXPIRES_AFTER
    orders = [_order(checkout, draft, expires_at) for draft in drafts]
    checkout.total = sum((order.total for order in orders), ZERO)
    checkout.save()
    _insert(orders)
    OrderLine.objects.bulk_create(
        _line(order, item) for order, draft in zip(orders, drafts, strict=True) for item in draft.items
    )
    OrderMove.objects.bulk_create(
        OrderMove(order=order, number=1, target=OrderState.PLACED, by=checkout.user, at=order.placed_at)
        for order in orders
    )
    wanted = [
        stock.Wanted(order.code, item.variant, item.quantity)
        for order, draft in zip(orders, drafts, strict=True)
        for item in draft.items
    ]
    stock.hold_all(wanted, at=checkout.placed_at, expires_at=expires_at)
    checkout.placed = orders
    return checkout


def _order(checkout: Checkout, draft: Draft, expires_at: datetime) -> Order:
    subtotal = sum((item.unit_price * item.quantity for item in draft.items), ZERO)
    discount = sum((item.discount for item in draft.items), ZERO)
    return Order(
        merchant=draft.merchant, checkout=checkout, shopper=checkout.shopper, offer=draft.offer,
        currency=checkout.currency, subtotal=subtotal, discount=discount, shipping=draft.shipping, tax=draft.fee,
        total=subtotal - discount + draft.shipping + draft.fee, placed_at=checkout.placed_at, expires_at=expires_at,
    )  # fmt: skip


def _line(order: Order, item: Item) -> OrderLine:
    variant = item.variant
    return OrderLine(
        merchant_id=order.merchant_id, order=order, variant=variant, product=variant.product,
        title=variant.product.title, title_en=variant.product.title_en, options=variant.options,
        options_en=variant.options_en,
        unit_price=item.unit_price, quantity=item.quantity, discount=item.discount, total=item.total,
    )  # fmt: skip


def _insert(orders: Sequence[Order]) -> None:
    try:
        Order.objects.bulk_create(orders)
    except IntegrityError as error:
        if "offer" in str(error):
            raise OfferUsed from error
        raise
