"""How a merchant finds orders: by words, state and days."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from chengfeng.periods import days_period, midnight
from shops.models import Merchant
from shops.tenancy import own

from .models import Order, OrderLine, Shipment
from .moves import OrderState


def find(
    merchant: Merchant, *, q: str = "", first: date | None = None, last: date | None = None, **_others
) -> QuerySet[Order]:
    """Return the merchant's orders that match the words and were placed on the local days, both included."""
    orders = own(Order, merchant)
    if first:
        orders = orders.filter(placed_at__gte=midnight(first, merchant.time_zone))
    if last:
        orders = orders.filter(placed_at__lt=days_period(last, last, merchant.time_zone).end)
    return orders.filter(matches(q)) if q else orders


def matches(words: str) -> Q:
    """Return the condition that an order's code, buyer, goods or parcels have the words in them."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    goods = lines.filter(Q(variant__sku__iexact=words) | Q(title__icontains=words) | Q(title_en__icontains=words))
    parcels = Shipment.objects.filter(order=OuterRef("pk"), tracking__iexact=words)
    buyer = (
        Q(checkout__email__icontains=words)
        | Q(checkout__recipient__icontains=words)
        | Q(checkout__phone__icontains=words)
        | Q(checkout__external_reference__iexact=words)
    )
    return Q(code__iexact=words) | buyer | Exists(goods) | Exists(parcels)


def by_state(orders: QuerySet[Order]) -> list[tuple[str, str, int]]:
    """Return (state, its name, number of orders) of every state."""
    counts = dict(orders.order_by().values_list("state").annotate(Count("pk")))
    return [(state.value, state.label, counts.get(state, 0)) for state in OrderState]
