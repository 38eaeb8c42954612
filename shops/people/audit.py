"""The audit trail: who did what for a merchant and by which title, numbered without gaps, never changed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q

from chengfeng import sql

from .models import AuditEntry, Delegation, Merchant

if TYPE_CHECKING:
    from ..tenancy import Access

LOCK_CLASS = 0x617564  # "aud": one advisory lock per merchant orders the numbers


@transaction.atomic
def record(access: "Access", verb: str, *, target: str = "", at: datetime, **details) -> AuditEntry:
    """Write the next entry of the merchant's trail in the caller's transaction, as its last step.

    `target` is the code of what it was done to; `details` must be JSON (amounts as strings). The lock that keeps
    the numbers gapless is held until the transaction ends and comes last in the lock order.

    Raises PermissionDenied when the delegation acted under is no longer live.
    """
    if access.delegation:
        _require_live(access.delegation, at)
    return AuditEntry.objects.create(
        merchant=access.merchant, number=_next_number(access.merchant), actor=access.user, token=access.token,
        delegation=access.delegation, verb=verb, target=target, details=details, at=at,
    )  # fmt: skip


def _require_live(delegation: Delegation, at: datetime) -> None:
    """Keep the delegation from being revoked until the action done under it has committed."""
    unrevoked = Q(revoked_at=None) | Q(revoked_at__gt=at)
    live = Delegation.objects.filter(unrevoked, pk=delegation.pk, starts_at__lte=at, expires_at__gt=at)
    if not live.select_for_update(of=("self",), no_key=True).exists():
        raise PermissionDenied


def _next_number(merchant: Merchant) -> int:
    sql.hold(LOCK_CLASS, merchant.pk)
    last = AuditEntry.objects.filter(merchant=merchant).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
