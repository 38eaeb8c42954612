"""The money of an order as its merchant reads it: what reduced it and who bears that, what was paid, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from chengfeng.money import ZERO

from .. import reductions
from ..models import Order, Payment
from ..reductions import Reduction


@dataclass(frozen=True, slots=True)
class Money:
    """The sums of an order; `list_value` is what the goods would have cost without a lower price."""

    list_value: Decimal
    reductions: Sequence[Reduction]
    paid: Decimal
    commission: Decimal | None
    net: Decimal | None

    @property
    def is_settled(self) -> bool:
        return self.net is not None


def of(order: Order, lines: Sequence) -> Money:
    """Return the money of an order, by two queries for discounts and settlements and one for what was paid."""
    settled = order.settlements.aggregate(commission=Sum("commission"), net=Sum("net"))
    captured = order.payment_shares.filter(payment__state=Payment.State.CAPTURED)
    paid = captured.aggregate(sum=Sum(F("amount") - F("surplus")))["sum"] or ZERO
    return Money(
        list_value=sum(((line.list_price or line.unit_price) * line.quantity for line in lines), ZERO),
        reductions=reductions.of(order),
        paid=paid,
        commission=settled["commission"],
        net=settled["net"],
    )
