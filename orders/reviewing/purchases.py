"""Lines of a shopper's orders as purchases to be reviewed."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from shops.reviews.writing import Purchase

from .. import mine
from ..models import OrderLine
from ..moves import OrderState


class NotDelivered(Exception):
    """What has not come yet cannot be reviewed."""


def line_of(request: HttpRequest, code: str, **order: str) -> OrderLine:
    """Return a line of the shopper's own orders, of one `order` if told; raises Http404 for anybody else's."""
    lines = OrderLine.objects.filter(order__in=mine.orders(request), **order)
    return get_object_or_404(lines.select_related("order__checkout", "variant", "product", "merchant"), code=code)


def purchase(line: OrderLine) -> Purchase:
    """Return a line as the purchase that a review speaks of. Raises NotDelivered."""
    order = line.order
    if order.state != OrderState.DELIVERED:
        raise NotDelivered
    return Purchase(line.code, line.variant, order.shopper, order.checkout.recipient, order.delivered_at)
