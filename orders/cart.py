"""The cart: what a shopper means to buy, and what has become of it since."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Least

from chengfeng import sql
from chengfeng.codes import new_code
from shops.delivery.rates import Destination
from shops.models import Merchant, Product, User, Variant

from . import quoting, wanted
from .models import Cart, CartLine
from .quoting import Quote
from .wanted import Pick

MAX_LINES = 100
MAX_UNITS = 999


class CartFull(Exception):
    """A cart holds at most MAX_LINES different things."""


@dataclass(frozen=True)
class Row:
    """A line of a cart as it stands now; `was` is the unit price when it was put in."""

    pick: Pick
    was: Decimal

    @property
    def variant(self) -> Variant:
        return self.pick.variant

    @property
    def quantity(self) -> int:
        return self.pick.quantity

    @property
    def price(self) -> Decimal:
        return self.pick.unit_price

    @property
    def list_price(self) -> Decimal | None:
        return self.pick.list_price

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
        return self.pick.available

    @property
    def can_be_bought(self) -> bool:
        return self.quantity <= self.available


@dataclass(frozen=True)
class Parcel:
    """What is in a cart of one merchant; `quote` is what it costs, where any of it can be bought."""

    merchant: Merchant
    rows: Sequence[Row]
    quote: quoting.Parcel | None = None

    @cached_property
    def bought(self) -> list[Row]:
        return [row for row in self.rows if row.can_be_bought]


@dataclass(frozen=True)
class Section:
    """What is in a cart in one currency: it can be bought in one checkout, at its quote."""

    currency: str
    parcels: Sequence[Parcel] = ()
    quote: Quote = field(default_factory=lambda: Quote("", ()))

    @cached_property
    def bought(self) -> list[Row]:
        return [row for parcel in self.parcels for row in parcel.bought]

    @property
    def total(self) -> Decimal:
        return self.quote.total

    @property
    def needs_address(self) -> bool:
        return not all(row.product.is_service for row in self.bought)


def contents(
    shopper: UUID,
    *,
    at: datetime,
    user: User | None = None,
    coupons: Sequence[str] | None = (),
    destination: Destination | None = None,
) -> list[Section]:
    """Return the shopper's cart by currency and merchant with what it costs; empty when there is nothing in it.

    It takes one query where neither promotions nor flash sales run and no merchant has shipping templates.
    `coupons` and `destination` are as in `quoting.quote`.
    """
    rows = _rows(CartLine.objects.filter(cart__shopper=shopper), at)
    of_currency = groupby(rows, lambda row: row.variant.merchant.currency)
    asked = {"shopper": shopper, "at": at, "user": user, "coupons": coupons, "destination": destination}
    return [_section(currency, list(of), asked) for currency, of in of_currency]


def _rows(lines: QuerySet[CartLine], at: datetime) -> list[Row]:
    """Return cart lines in the order of currency and merchant."""
    found = list(
        lines.select_related("variant__product__category", "variant__merchant").annotate(**wanted.seen("variant__"))
    )
    for line in found:
        for name in wanted.SEEN:
            setattr(line.variant, name, getattr(line, name))
    picks = wanted.pick([(line.variant, line.quantity) for line in found], at=at)
    rows = [Row(pick, line.price) for pick, line in zip(picks, found, strict=True)]
    return sorted(rows, key=lambda row: (row.variant.merchant.currency, row.variant.merchant_id))


def _section(currency: str, rows: Sequence[Row], asked: dict) -> Section:
    """Return the rows of one currency by merchant, with the quote of what can be bought."""
    bought = [row.pick for row in rows if row.can_be_bought]
    quote = quoting.of_picks(bought, **asked) if bought else Quote(currency, ())
    priced = {parcel.merchant: parcel for parcel in quote.parcels}
    return Section(currency, [Parcel(m, of, priced.get(m)) for m, of in _by_merchant(rows)], quote)


def _by_merchant(rows: Iterable[Row]) -> list[tuple[Merchant, list[Row]]]:
    return [(merchant, list(of)) for merchant, of in groupby(rows, lambda row: row.variant.merchant)]


def quote_code(cart: Cart, currency: str) -> str:
    """Return the code of the quote of a cart as it stands: it can be used once, and for no other contents."""
    return f"{cart.code}:{cart.version}:{currency}"


def find(shopper: UUID) -> Cart | None:
    return Cart.objects.filter(shopper=shopper).first()


def count(shopper: UUID) -> int:
    """Return how many different things are in the cart."""
    return CartLine.objects.filter(cart__shopper=shopper).count()


@transaction.atomic
def put(*, shopper: UUID, variant: Variant, quantity: int, at: datetime) -> None:
    """Let exactly that many units (0 to 999) be in the cart; the price is noted anew. Raises CartFull."""
    cart = _locked(shopper, at)
    if quantity == 0:
        cart.lines.filter(variant=variant).delete()
        return
    line = CartLine(cart=cart, variant=variant, quantity=quantity, price=_price(variant, at), added_at=at)
    CartLine.objects.bulk_create(
        [line], update_conflicts=True, unique_fields=["cart", "variant"], update_fields=["quantity", "price"]
    )
    _refuse_too_many(cart)


@transaction.atomic
def add(*, shopper: UUID, variant: Variant, quantity: int, at: datetime) -> None:
    """Put that many more units into the cart, up to 999 of one thing. Raises CartFull."""
    cart = _locked(shopper, at)
    line = CartLine(cart=cart, variant=variant, quantity=quantity, price=_price(variant, at), added_at=at)
    more = Least(F("quantity") + quantity, MAX_UNITS)
    if not cart.lines.filter(variant=variant).update(quantity=more, price=line.price):
        CartLine.objects.bulk_create([line], ignore_conflicts=True)
        _refuse_too_many(cart)


def take_out(cart: Cart, variants: Collection[Variant], *, at: datetime) -> None:
    """Take what was bought out of a locked cart."""
    cart.lines.filter(variant__in=variants).delete()
    Cart.objects.filter(pk=cart.pk).update(version=F("version") + 1, updated_at=at)


LOCK = """
INSERT INTO orders_cart AS c (code, shopper, version, updated_at) VALUES (%(code)s, %(shopper)s, 1, %(at)s)
ON CONFLICT (shopper) DO UPDATE SET updated_at = excluded.updated_at, version = c.version + 1
RETURNING *
"""


def _locked(shopper: UUID, at: datetime) -> Cart:
    """Return the shopper's cart, a version further and locked until the transaction ends."""
    return sql.instances(Cart, LOCK, {"code": new_code("crt"), "shopper": shopper, "at": at})[0]


def _price(variant: Variant, at: datetime) -> Decimal:
    return wanted.pick([(variant, 1)], at=at)[0].unit_price


def _refuse_too_many(cart: Cart) -> None:
    """Raise CartFull beyond MAX_LINES; the cart's lock makes the lines wait that others are putting in."""
    if cart.lines.count() > MAX_LINES:
        raise CartFull
