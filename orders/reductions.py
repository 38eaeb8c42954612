"""What reduced the price of an order, by promotion, and who bears it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from shops.models import Promotion

from .models import LineDiscount, Order


@dataclass(frozen=True, slots=True)
class Reduction:
    """What one promotion took off the order."""

    promotion: Promotion
    amount: Decimal
    is_subsidy: bool


def of(order: Order) -> list[Reduction]:
    """Return what promotions took off an order; without a query where nothing was."""
    if not order.discount:
        return []
    taken = LineDiscount.objects.filter(line__order=order).values_list("promotion", "is_subsidy")
    sums = list(taken.annotate(Sum("amount")).order_by("promotion"))
    promotions = Promotion.objects.in_bulk([pk for pk, *_ in sums])
    return [Reduction(promotions[pk], amount, is_subsidy) for pk, is_subsidy, amount in sums]
