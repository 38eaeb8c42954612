"""What a shopper may still ask for: which units of an order, for how much, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from chengfeng.money import ZERO
from shops.models import Variant

from ..models import Order, OrderLine
from ..moves import OrderState
from ..refunds import Left, left_by_line, left_of_shipping
from .models import Case
from .moves import OPEN

Kind = Case.Kind
UNDER_WAY = (OrderState.PAID, OrderState.PARTLY, OrderState.SHIPPED)


@dataclass(frozen=True, slots=True)
class Claimable:
    """The units of a line that no open case is about and no refund took: all of them, and those that have left."""

    left: Left
    units: int
    out: int

    @property
    def line(self) -> OrderLine:
        return self.left.line

    def of(self, kind: Kind) -> int:
        """Return how many units a case of that kind may be about; services do not come back."""
        if kind == Kind.REFUND:
            return self.units
        return 0 if self.line.product.is_service else self.out

    def cost(self, units: int) -> Decimal:
        return self.left.share(units)


def claimable(order: Order) -> Mapping[str, Claimable]:
    """Return, by line code, what can still be asked for; the order should be locked by whoever acts on it."""
    claimed = _claimed(order)
    return {
        left.line.code: Claimable(
            left,
            max(left.quantity - claimed.get(left.line.pk, 0), 0),
            max(left.quantity - left.unshipped - claimed.get(left.line.pk, 0), 0),
        )
        for left in left_by_line(order)
    }


def _claimed(order: Order) -> Mapping[int, int]:
    """Return the units of each line (its key) that open cases are about."""
    is_open = Q(case_lines__case__state__in=OPEN)
    lines = order.lines.annotate(claimed=Coalesce(Sum("case_lines__quantity", filter=is_open), 0))
    return dict(lines.values_list("pk", "claimed"))


def is_whole(order: Order, units: Mapping[str, int], known: Mapping[str, Claimable]) -> bool:
    """Whether these units are all that is left of an order of which nothing has left the house."""
    left = {code: one.left.quantity for code, one in known.items() if one.left.quantity}
    return order.state == OrderState.PAID and left == dict(units)


def worth(order: Order, units: Mapping[str, int], known: Mapping[str, Claimable]) -> Decimal:
    """Return the most that can be asked for these units: what they cost, and shipping where nothing is left to send."""
    goods = sum((known[code].cost(number) for code, number in units.items()), ZERO)
    return goods + (left_of_shipping(order) if is_whole(order, units, known) else ZERO)


def kinds(order: Order, *, at: datetime) -> list[Kind]:
    """Return what can be asked for now, by how far the order has got and how long ago it arrived."""
    if order.state in UNDER_WAY:
        has_left = order.state != OrderState.PAID
        return [Kind.REFUND, *((Kind.RETURN, Kind.EXCHANGE) if has_left else ())]
    if order.state != OrderState.DELIVERED:
        return []
    windows = {
        Kind.REFUND: settings.CASE_RETURN_WINDOW,
        Kind.RETURN: settings.CASE_RETURN_WINDOW,
        Kind.EXCHANGE: settings.CASE_EXCHANGE_WINDOW,
    }
    return [kind for kind, window in windows.items() if at < order.delivered_at + window]


def replacements(line: OrderLine) -> QuerySet[Variant]:
    """Return what may be sent in exchange: the same thing, or another variant of it at the same price."""
    same = Q(pk=line.variant_id) | Q(price=line.variant.price, is_active=True)
    return Variant.objects.filter(same, product=line.product_id).order_by("pk")
