"""The cart: what a shopper means to buy, and what has become of it since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Least

from chengfeng.money import ZERO
from shops.models import Merchant, Product, Variant

from . import shipping
from .models import Cart, CartLine
from .sellable import is_on_sale

MAX_LINES = 100
MAX_UNITS = 999


class CartFull(Exception):
    """A cart holds at most MAX_LINES different things."""


@dataclass(frozen=True)
class Row:
    """A line of a cart as it stands now; `was` is the unit price when it was put in."""

    variant: Variant
    quantity: int
    was: Decimal

    @property
    def price(self) -> Decimal:
        return self.variant.price

    @property
    def product(self) -> Product:
        return self.variant.product

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity

    @property
    def has_new_price(self) -> bool:
        return self.price != self.was

    @cached_property
    def available(self) -> int:
        """Units that could be bought now."""
        return self.variant.available if is_on_sale(self.variant) else 0

    @property
    def can_be_bought(self) -> bool:
        return self.quantity <= self.available


@dataclass(frozen=True)
class Parcel:
    """What is in a cart of one merchant."""

    merchant: Merchant
    rows: list[Row]

    @cached_property
    def bought(self) -> list[Row]:
        return [row for row in self.rows if row.can_be_bought]

    @cached_property
    def subtotal(self) -> Decimal:
        return sum((row.total for row in self.bought), ZERO)

    @cached_property
    def shipping(self) -> Decimal:
        is_service = all(row.product.is_service for row in self.bought)
        return shipping.cost(value=self.subtotal, currency=self.merchant.currency, is_service=is_service)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping


@dataclass(frozen=True)
class Section:
    """What is in a cart in one currency: it can be bought in one checkout."""

    currency: str
    parcels: list[Parcel]

    @cached_property
    def bought(self) -> list[Row]:
        return [row for parcel in self.parcels for row in parcel.bought]

    @property
    def subtotal(self) -> Decimal:
        return sum((parcel.subtotal for parcel in self.parcels), ZERO)

    @property
    def shipping(self) -> Decimal:
        return sum((parcel.shipping for parcel in self.parcels), ZERO)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping

    @property
    def needs_address(self) -> bool:
        return not all(row.product.is_service for row in self.bought)


def contents(shopper: UUID) -> list[Section]:
    """Return the shopper's cart by currency and merchant, in one query; empty when there is nothing in it."""
    lines = CartLine.objects.filter(cart__shopper=shopper)
    return sections(lines.select_related("variant__product", "variant__merchant"))


def sections(lines: QuerySet[CartLine]) -> list[Section]:
    """Group cart lines by currency and merchant; wants variants loaded with product and merchant."""
    rows = [Row(line.variant, line.quantity, line.price) for line in lines]
    rows.sort(key=lambda row: (row.variant.merchant.currency, row.variant.merchant_id))
    return [Section(currency, parcels(of)) for currency, of in groupby(rows, lambda row: row.variant.merchant.currency)]


def parcels(rows: Iterable[Row]) -> list[Parcel]:
    """Group rows that stand in the order of their merchants."""
    return [Parcel(merchant, list(of)) for merchant, of in groupby(rows, lambda row: row.variant.merchant)]


def count(shopper: UUID) -> int:
    """Return how many different things are in the cart."""
    return CartLine.objects.filter(cart__shopper=shopper).count()


@transaction.atomic
def put(*, shopper: UUID, variant: Variant, quantity: int, at: datetime) -> None:
    """Let exactly that many units (0 to 999) be in the cart; the price is noted anew. Raises CartFull."""
    if quantity == 0:
        CartLine.objects.filter(cart__shopper=shopper, variant=variant).delete()
        return
    cart = _cart(shopper, at)
    line = CartLine(cart=cart, variant=variant, quantity=quantity, price=variant.price, added_at=at)
    CartLine.objects.bulk_create(
        [line], update_conflicts=True, unique_fields=["cart", "variant"], update_fields=["quantity", "price"]
    )
    _refuse_too_many(cart)


@transaction.atomic
def add(*, shopper: UUID, variant: Variant, quantity: int, at: datetime) -> None:
    """Put that many more units into the cart, up to 999 of one thing. Raises CartFull."""
    cart = _cart(shopper, at)
    line = CartLine(cart=cart, variant=variant, quantity=quantity, price=variant.price, added_at=at)
    more = Least(F("quantity") + quantity, MAX_UNITS)
    if not cart.lines.filter(variant=variant).update(quantity=more, price=variant.price):
        CartLine.objects.bulk_create([line], ignore_conflicts=True)
        _refuse_too_many(cart)


def _cart(shopper: UUID, at: datetime) -> Cart:
    """Return the shopper's cart, locked until the transaction ends."""
    Cart.objects.bulk_create(
        [Cart(shopper=shopper, updated_at=at)],
        update_conflicts=True,
        unique_fields=["shopper"],
        update_fields=["updated_at"],
    )
    return Cart.objects.get(shopper=shopper)


def _refuse_too_many(cart: Cart) -> None:
    if cart.lines.count() > MAX_LINES:
        raise CartFull
