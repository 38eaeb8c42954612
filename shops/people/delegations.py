"""Delegations: rights that a merchant lends to a key-account manager or an agency, for at most a year."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from ..tenancy import Access, own
from . import audit
from .models import AuditEntry, Delegation, Membership, User
from .rights import LENDABLE, Right

LONGEST = timedelta(days=366)
INSTANT = timedelta(microseconds=1)


class DelegationRefused(Exception):
    """The delegation cannot be granted; its message is for the person who tried."""


@transaction.atomic
def grant(access: Access, *, email: str, rights: Iterable[Right], expires_at: datetime, at: datetime) -> Delegation:
    """Lend rights to the person of that address until `expires_at`.

    Raises DelegationRefused when nobody has the address, the person is a member, the time is past or more than a
    year off, or a right is not the grantor's to lend.
    """
    delegate = User.objects.filter(email=email.lower(), is_active=True).first()
    if delegate is None:
        raise DelegationRefused(_("Nobody with an account here has this address."))
    if own(Membership, access.merchant).filter(user=delegate, revoked_at=None).exists():
        raise DelegationRefused(_("This person is a member; change the role instead."))
    rights = _lendable(access, rights)
    if not at < expires_at <= at + LONGEST:
        raise DelegationRefused(_("A delegation ends within a year."))
    kind = Delegation.Kind.KA if delegate.is_ka_manager else Delegation.Kind.AGENCY
    delegation = Delegation.objects.create(
        merchant=access.merchant, delegate=delegate, kind=kind, rights=rights, granted_by=access.user,
        starts_at=at, expires_at=expires_at,
    )  # fmt: skip
    _record(access, "delegation.grant", delegation, at=at, rights=rights, expires_at=expires_at.isoformat())
    return delegation


def _lendable(access: Access, rights: Iterable[Right]) -> list[Right]:
    wanted = sorted(set(rights))
    if not wanted or not access.rights.issuperset(wanted) or not set(wanted).issubset(LENDABLE):
        raise DelegationRefused(_("Lend at least one right, and only such as you hold and may lend."))
    return wanted


@transaction.atomic
def revoke(access: Access, delegation: Delegation, *, at: datetime) -> bool:
    """End a delegation at once; return whether it was alive.

    What the delegate did until now has committed or is refused: the row is held first, and the recorded end lies
    after the last action done under it.
    """
    if not Delegation.objects.select_for_update(no_key=True).filter(pk=delegation.pk, revoked_at=None).exists():
        return False
    last = AuditEntry.objects.filter(delegation=delegation).aggregate(at=Max("at"))["at"]
    ended_at = max(at, last + INSTANT) if last else at
    Delegation.objects.filter(pk=delegation.pk).update(revoked_at=ended_at)
    _record(access, "delegation.revoke", delegation, at=at)
    return True


def _record(access: Access, verb: str, delegation: Delegation, *, at: datetime, **details) -> None:
    audit.record(access, verb, target=delegation.code, at=at, delegate=delegation.delegate.code, **details)
