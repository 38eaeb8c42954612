"""What the orders room hands out to a person who asks what is known of them."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from shops.models import User

from .addresses.book import KEPT
from .models import Address, CartLine, Case, Order, OrderLine

CONTACT = ("email", *KEPT)
SUMS = ("subtotal", "discount", "shipping", "tax", "total", "refunded")


def addresses(user: User, devices: Sequence[UUID]) -> list[dict]:
    found = Address.objects.filter(Q(user=user) | Q(shopper__in=devices, user=None)).order_by("pk")
    return list(found.values("code", *KEPT, "is_default", "created_at"))


def carts(user: User, devices: Sequence[UUID]) -> list[dict]:
    found = CartLine.objects.filter(cart__shopper__in=devices).order_by("pk")
    return list(found.values("variant__code", "variant__product__title", "quantity", "price", "added_at"))


def orders(user: User, devices: Sequence[UUID]) -> list[dict]:
    """Return the orders of the account and of its devices, with goods, address and cases."""
    return [_order(order) for order in _orders_of(user, devices)]


def _orders_of(user: User, devices: Sequence[UUID]) -> QuerySet[Order]:
    mine = Order.objects.filter(Q(checkout__user=user) | Q(checkout__shopper__in=devices))
    return mine.select_related("checkout", "merchant").order_by("pk")


def _order(order: Order) -> dict:
    lines = OrderLine.objects.filter(order=order).order_by("pk")
    return {
        "code": order.code,
        "shop": order.merchant.name,
        "state": order.state,
        "placed_at": order.placed_at,
        "currency": order.currency,
        **{name: getattr(order, name) for name in SUMS},
        "message": order.message,
        "contact": {name: getattr(order.checkout, name) for name in CONTACT},
        "lines": list(lines.values("code", "title", "options", "quantity", "unit_price", "total")),
        "cases": list(Case.objects.filter(order=order).values("code", "kind", "state", "reason", "words", "amount")),
    }
