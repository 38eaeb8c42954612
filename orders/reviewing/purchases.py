"""Lines of a shopper's orders as purchases to be reviewed."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from shops.reviews.writing import Purchase

from ..models import Order, OrderLine
from ..moves import OrderState


class NotDelivered(Exception):
    """What has not come yet cannot be reviewed."""


def line_of(orders: QuerySet[Order], code: str) -> OrderLine:
    """Return the line of that code in some of the shopper's own orders; raises Http404 when it is in none."""
    lines = OrderLine.objects.filter(order__in=orders.order_by())
    return get_object_or_404(lines.select_related("order__checkout", "variant", "product", "merchant"), code=code)


def purchase(line: OrderLine) -> Purchase:
    """Return a line as the purchase that a review speaks of. Raises NotDelivered."""
    order = line.order
    if order.state != OrderState.DELIVERED:
        raise NotDelivered
    return Purchase(line.code, line.variant, order.shopper, order.checkout.recipient, order.delivered_at)
