"""Fulfilment: an order goes out, and arrives."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from shops.models import User

from .models import Order, RefundLine, Shipment
from .moves import OrderState, WrongState, move
from .refunds import STANDING


class NothingToShip(WrongState):
    """Every unit of the order was refunded."""

    code = "nothing_to_ship"


@transaction.atomic
def ship(order: Order, *, at: datetime, carrier: str = "", tracking: str = "", by: User | None = None) -> Shipment:
    """Send a paid order on its way, without the units that were refunded before.

    The same parcel again is the first; raises WrongState when the order is not paid, or left with another parcel,
    NothingToShip when all its units were refunded.
    """
    if order.state == OrderState.SHIPPED:
        return _shipped(order, carrier=carrier, tracking=tracking)
    move(order, OrderState.SHIPPED, at=at, by=by)
    refunded = RefundLine.objects.filter(line=OuterRef("pk"), refund__state__in=STANDING).values("line")
    units = Subquery(refunded.annotate(sum=Sum("quantity")).values("sum"))
    order.lines.update(shipped=F("quantity") - Coalesce(units, 0))
    if not order.lines.filter(shipped__gt=0).exists():
        raise NothingToShip(OrderState.PAID, OrderState.SHIPPED)
    return Shipment.objects.create(
        merchant_id=order.merchant_id, order=order, carrier=carrier, tracking=tracking, shipped_at=at
    )


def _shipped(order: Order, **parcel: str) -> Shipment:
    shipment = order.shipments.filter(**parcel).first()
    if shipment is None:
        raise WrongState(order.state, OrderState.SHIPPED)
    return shipment


@transaction.atomic
def deliver(order: Order, *, at: datetime, by: User | None = None) -> None:
    """Note that a shipped order has arrived; again changes nothing. Raises WrongState when it was not shipped."""
    if order.state == OrderState.DELIVERED:
        return
    if order.state != OrderState.SHIPPED:
        raise WrongState(order.state, OrderState.DELIVERED)
    move(order, OrderState.DELIVERED, at=at, by=by)
    order.shipments.filter(delivered_at=None).update(delivered_at=at)
