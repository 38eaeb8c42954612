"""Picking: which units of which goods chosen orders still want, by order and by SKU."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from shops.models import Variant

from ..models import Order, OrderLine
from ..units import STANDING
from .attention import TO_SHIP


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one variant, and the orders that want how many of them."""

    variant: Variant
    title: OrderLine
    units: int
    orders: Sequence[tuple[Order, int]]


def with_lines(orders: QuerySet[Order]) -> list[Order]:
    """Return the orders with their buyers and goods; each line knows how many units are `open`, to be sent."""
    given_up = Coalesce(Sum("refund_lines__unshipped", filter=Q(refund_lines__refund__state__in=STANDING)), 0)
    goods = OrderLine.objects.filter(product__is_service=False).select_related("variant", "product")
    lines = Prefetch("lines", goods.annotate(given_up=given_up).order_by("pk"), to_attr="goods")
    found = list(orders.select_related("checkout", "merchant").prefetch_related(lines))
    for order in found:
        for line in order.goods:
            line.open = max(line.quantity - line.shipped - line.given_up, 0) if order.state in TO_SHIP else 0
    return found


def picked(orders: Sequence[Order]) -> list[Pick]:
    """Return what the orders still want, by SKU."""
    wanted: dict[int, list[tuple[Order, OrderLine]]] = {}
    for order in orders:
        for line in order.goods:
            if line.open:
                wanted.setdefault(line.variant_id, []).append((order, line))
    picks = [
        Pick(
            pairs[0][1].variant,
            pairs[0][1],
            sum(line.open for _, line in pairs),
            [(order, line.open) for order, line in pairs],
        )
        for pairs in wanted.values()
    ]
    return sorted(picks, key=lambda pick: pick.variant.sku)
