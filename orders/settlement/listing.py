"""Finding settlements, waiting orders and payouts: by words, kind and days."""

from datetime import date

from django.db.models import Q, QuerySet

from chengfeng.periods import days_period, midnight
from shops.models import Merchant
from shops.tenancy import own

from ..models import Order
from ..moves import CancelReason, OrderState
from .models import Payout, Settlement, Statement
from .statements import Current


def settlements(
    merchant: Merchant,
    *,
    statement: Statement | Current | None = None,
    q: str = "",
    kind: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Settlement]:
    """Return the merchant's settlements, the latest first, of a statement, of a kind and of local days."""
    found = own(Settlement, merchant).select_related("order", "transfer", "statement").order_by("-settled_at", "-pk")
    if statement is not None:
        found = found.filter(statement=getattr(statement, "pk", None), currency=statement.currency)
    if kind:
        found = found.filter(kind=kind)
    if first:
        found = found.filter(settled_at__gte=midnight(first, merchant.time_zone))
    if last:
        found = found.filter(settled_at__lt=days_period(last, last, merchant.time_zone).end)
    if q:
        words = Q(order__code__iexact=q) | Q(code__iexact=q) | Q(order__checkout__external_reference__iexact=q)
        found = found.filter(words | Q(transfer__code__iexact=q))
    return found


def waiting(merchant: Merchant, *, q: str = "") -> QuerySet[Order]:
    """Return the orders that came to their end and wait to be settled, those that arrived first at the head."""
    lapsed = Q(cancel_reason=CancelReason.BALANCE_UNPAID, deposit_at__isnull=False)
    found = own(Order, merchant).filter(Q(state=OrderState.DELIVERED) | lapsed, settled_at=None)
    if q:
        found = found.filter(Q(code__iexact=q) | Q(checkout__external_reference__iexact=q))
    return found.prefetch_related("lines").order_by("delivered_at", "pk")


def payouts(merchant: Merchant) -> QuerySet[Payout]:
    """Return the payouts that left, the latest first."""
    sent = own(Payout, merchant).filter(sent_at__isnull=False)
    return sent.select_related("bank_account", "transfer", "came_back", "statement").order_by("-sent_at", "-pk")
