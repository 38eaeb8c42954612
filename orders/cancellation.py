"""Cancellation: an order that was not shipped is called off, its goods go back, its money too."""

from datetime import datetime

from django.db import transaction

from shops.catalogue import stock
from shops.models import User
from shops.promotions import uses

from .models import Checkout, Order, Refund
from .moves import CancelReason, OrderState, move
from .payment import give_back_captured
from .refunds import Left, Part, left_by_line, left_of_shipping, write
from .vouchers.matching import match


@transaction.atomic
def cancel(order: Order, *, reason: CancelReason, at: datetime, by: User | None = None) -> list[Refund]:
    """Cancel an order that is unpaid, or paid and not shipped; return its pending refunds, to be carried out.

    An order cancelled already stays as it is. Raises WrongState when it was shipped.
    """
    Checkout.objects.select_for_update(no_key=True).get(pk=order.checkout_id)
    order = Order.objects.select_for_update(of=("self",), no_key=True).select_related("merchant").get(pk=order.pk)
    if order.state == OrderState.CANCELLED:
        return []
    was_paid = order.state == OrderState.PAID
    move(order, OrderState.CANCELLED, at=at, by=by, cancel_reason=reason)
    uses.release(cause=order.code, at=at)
    if was_paid:
        return _undo_sale(order, at=at, by=by)
    stock.release(cause=order.code, at=at)
    give_back_captured(order, at=at)
    return []


def _undo_sale(order: Order, *, at: datetime, by: User | None) -> list[Refund]:
    """Put the goods back on the shelf and refund all that was not refunded yet."""
    lefts = left_by_line(order)
    parts = [Part(left.line, left.quantity, left.amount, left.quantity) for left in lefts if left.amount]
    shipping = left_of_shipping(order)
    parts += [Part(None, 0, shipping)] if shipping else []
    refunds = write(order, parts, reason=f"cancelled:{order.cancel_reason}", by=by, at=at)
    _put_back(order, lefts, at=at)
    if any(left.line.product.is_service for left in lefts):
        match(order, at=at)
    return refunds


def _put_back(order: Order, lefts: list[Left], *, at: datetime) -> None:
    """Put back the units that no refund has dealt with."""
    for left in sorted(lefts, key=lambda left: left.line.variant_id):
        if left.quantity:
            stock.put_back(variant=left.line.variant, quantity=left.quantity, cause=f"{order.code}:cancel", at=at)
