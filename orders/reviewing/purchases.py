"""Lines of a shopper's orders as purchases to be reviewed."""

from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.shortcuts import get_object_or_404

from shops.reviews.writing import Purchase

from ..models import Order, OrderLine, Shipment, ShipmentLine
from ..moves import OrderState


class NotDelivered(Exception):
    """What has not come yet cannot be reviewed."""


def line_of(orders: QuerySet[Order], code: str) -> OrderLine:
    """Return the line of that code in some of the shopper's own orders; raises Http404 when it is in none."""
    lines = OrderLine.objects.filter(order__in=orders.order_by())
    return get_object_or_404(lines.select_related("order__checkout", "variant", "product", "merchant"), code=code)


def arrivals(order: Order) -> dict[int, datetime]:
    """Return when each line (pk) of an order came: with the order, or with a parcel of its own before that."""
    if order.state == OrderState.DELIVERED:
        return dict.fromkeys(order.lines.values_list("pk", flat=True), order.delivered_at)
    parcels = ShipmentLine.objects.filter(shipment__order=order).exclude(shipment__kind=Shipment.Kind.REPLACEMENT)
    waiting = Count("pk", filter=Q(shipment__delivered_at=None))
    came = parcels.values_list("line", Max("shipment__delivered_at")).alias(waiting=waiting).filter(waiting=0)
    return dict(came.order_by())


def purchase(line: OrderLine) -> Purchase:
    """Return a line as the purchase that a review speaks of. Raises NotDelivered."""
    order, came = line.order, arrivals(line.order)
    if line.pk not in came:
        raise NotDelivered
    return Purchase(line.code, line.variant, order.shopper, order.checkout.recipient, came[line.pk])
