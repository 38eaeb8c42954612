"""Which checkouts and orders a shopper may see: those of the same browser, and those of the same account."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .models import Checkout, Order
from .moves import OrderState


def checkouts(request: HttpRequest) -> QuerySet[Checkout]:
    return Checkout.objects.filter(_mine(request, ""))


def orders(request: HttpRequest) -> QuerySet[Order]:
    return Order.objects.filter(_mine(request, "checkout__")).select_related("merchant", "checkout", "presale")


def _mine(request: HttpRequest, prefix: str) -> Q:
    mine = Q(**{f"{prefix}shopper": request.shopper})
    return mine | Q(**{f"{prefix}user": request.user}) if request.user.is_authenticated else mine


def can_be_paid(order: Order, *, at: datetime) -> bool:
    """Whether the shopper can pay for it then: all of it, a deposit, or the balance in its time."""
    if order.state == OrderState.DEPOSIT:
        return order.presale.balance_from <= at < order.expires_at
    return order.state == OrderState.PLACED


def last_unpaid(request: HttpRequest) -> Checkout | None:
    """Return the shopper's latest checkout that still awaits payment."""
    waiting = checkouts(request).filter(orders__state=OrderState.PLACED).distinct()
    return waiting.order_by("-placed_at", "-pk").first()
