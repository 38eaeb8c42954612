"""The states of an order and the table of moves allowed between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderState(models.TextChoices):
    PLACED = "placed", _("Awaiting payment")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class CancelReason(models.TextChoices):
    UNPAID = "unpaid", _("Not paid in time")
    SHOPPER = "shopper", _("By the shopper")
    MERCHANT = "merchant", _("By the merchant")
    UNAVAILABLE = "unavailable", _("Goods unavailable")


MOVES: dict[OrderState | str, frozenset[OrderState]] = {
    "": frozenset({OrderState.PLACED}),
    OrderState.PLACED: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.PAID: frozenset({OrderState.SHIPPED, OrderState.CANCELLED}),
    OrderState.SHIPPED: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}
