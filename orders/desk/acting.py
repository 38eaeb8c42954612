"""Acting on an order by name: the deed and its record in one transaction."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from shops.people.audit import record
from shops.tenancy import Access

from ..models import Order
from ..moves import WrongState


def act(access: Access, order: Order, verb: str, do: Callable, *, at: datetime, **details) -> WrongState | None:
    """Do something to an order and record who did; return the rule that forbade it, or None when it is done."""
    try:
        with transaction.atomic():
            do(order, at=at, by=access.user)
            record(access, verb, target=order.code, at=at, **details)
    except WrongState as refusal:
        return refusal
    return None
