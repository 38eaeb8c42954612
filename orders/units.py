"""How far the units of an order have got: which are still to be sent, counting what was refunded before it left."""

from collections.abc import Collection, Mapping

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from .models import Order, OrderLine, Refund

STANDING = (Refund.State.PENDING, Refund.State.DONE)


def counted(order: Order, *, refunds: Collection[str] = STANDING) -> QuerySet[OrderLine]:
    """Return the order's lines, each with `given_up`: its units that refunds in these states took before they left."""
    taken = Q(refund_lines__refund__state__in=refunds)
    given_up = Coalesce(Sum("refund_lines__unshipped", filter=taken), 0)
    return order.lines.select_related("product").annotate(given_up=given_up).order_by("pk")


def to_send(order: Order, *, refunds: Collection[str] = STANDING) -> Mapping[OrderLine, int]:
    """Return the units of each line that have not left and are not given up; lines without such units are left out."""
    left = {line: line.quantity - line.shipped - line.given_up for line in counted(order, refunds=refunds)}
    return {line: units for line, units in left.items() if units > 0}
