"""Expiry: orders not paid in time are cancelled as of that time, and their stock goes back to the others."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from chengfeng import clock
from chengfeng.models import Job
from shops.catalogue import stock
from shops.promotions import uses

from .models import Checkout, Order
from .moves import CancelReason, OrderState, WrongState, move
from .payment import give_back_captured

LIMIT = 1000


def run(job: Job, report: Callable) -> dict:
    """The recurring job `release_holds`."""
    return {"expired": expire_due(at=clock.now())}


def expire_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Cancel up to `limit` orders that should have been paid, or their balance, before `at`; return how many were."""
    due = Order.objects.filter(state__in=[OrderState.PLACED, OrderState.DEPOSIT], expires_at__lte=at)
    return sum(expire(order) for order in due.order_by("expires_at", "pk")[:limit])


@transaction.atomic
def expire(order: Order) -> bool:
    """Cancel an unpaid order as of its expiry; return False when it was paid, prolonged or cancelled meanwhile."""
    Checkout.objects.select_for_update(no_key=True).get(pk=order.checkout_id)
    if not Order.objects.filter(pk=order.pk, expires_at=order.expires_at).exists():
        return False
    has_deposit = order.state == OrderState.DEPOSIT
    reason = CancelReason.BALANCE_UNPAID if has_deposit else CancelReason.UNPAID
    try:
        move(order, OrderState.CANCELLED, at=order.expires_at, cancel_reason=reason)
    except WrongState:
        return False
    uses.release(cause=order.code, at=order.expires_at)
    stock.release(cause=order.code, at=order.expires_at)
    give_back_captured(order, at=order.expires_at)
    return True
