"""A merchant's standing with the platform: suspended by an operator, and opened again."""

from datetime import datetime

from django.db import transaction

from ..tenancy import Access
from . import audit
from .models import Merchant, User


def suspend(merchant: Merchant, *, by: User, at: datetime) -> bool:
    """Take an open shop from sight; its people look on and serve its orders. Return whether it was open."""
    return _move(merchant, Merchant.State.OPEN, Merchant.State.SUSPENDED, "merchant.suspend", by=by, at=at)


def reopen(merchant: Merchant, *, by: User, at: datetime) -> bool:
    """Show a suspended shop again; return whether it was suspended."""
    return _move(merchant, Merchant.State.SUSPENDED, Merchant.State.OPEN, "merchant.open", by=by, at=at)


@transaction.atomic
def _move(merchant: Merchant, source: str, target: str, verb: str, *, by: User, at: datetime) -> bool:
    if not Merchant.objects.filter(pk=merchant.pk, state=source).update(state=target):
        return False
    audit.record(Access(merchant, frozenset(), by), verb, target=merchant.code, at=at)
    return True
