"""Who is no new customer: somebody whose order was paid in the last 365 days."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from shops.models import Merchant, User

from .models import Order

MEMORY = timedelta(days=365)


def known_at(merchants: Iterable[Merchant], *, shopper: UUID, user: User | None, at: datetime) -> set[int | None]:
    """Return the merchants, by key, where a shopper or her account has bought; None among them if anywhere at all."""
    bought = _paid(at).filter(shopper=shopper)
    if user is not None:
        bought = bought.union(_paid(at).filter(checkout__user=user))
    found = set(bought)
    return {merchant.pk for merchant in merchants} & found | ({None} if found else set())


def _paid(at: datetime) -> QuerySet:
    return Order.objects.filter(paid_at__gt=at - MEMORY, paid_at__lte=at).values_list("merchant", flat=True)
