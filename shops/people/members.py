"""Members of a merchant: their roles change, they leave, and an owner always stays."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ..tenancy import Access, own
from . import audit
from .models import Membership
from .rights import Role


class LastOwner(Exception):
    """The merchant would be left without an owner; nothing was changed."""

    message = _("A merchant needs at least one owner.")


@transaction.atomic
def change_role(access: Access, membership: Membership, *, role: Role, at: datetime) -> bool:
    """Give a member another role; return whether anything changed. Raises LastOwner."""
    if role != Role.OWNER:
        _keep_an_owner(access, without=membership)
    changed = _alive(membership).exclude(role=role).update(role=role)
    if changed:
        details = {"person": membership.user.code, "before": membership.role, "after": role}
        audit.record(access, "member.change_role", target=membership.user.code, at=at, **details)
    return bool(changed)


@transaction.atomic
def remove(access: Access, membership: Membership, *, at: datetime) -> bool:
    """End a membership at once; return whether it was alive. Raises LastOwner."""
    _keep_an_owner(access, without=membership)
    removed = _alive(membership).update(revoked_at=at)
    if removed:
        audit.record(access, "member.remove", target=membership.user.code, at=at, role=membership.role)
    return bool(removed)


def _alive(membership: Membership):
    return Membership.objects.filter(pk=membership.pk, revoked_at=None)


def _keep_an_owner(access: Access, *, without: Membership) -> None:
    """Hold the merchant's owners in place and raise LastOwner unless one remains besides `without`."""
    owners = own(Membership, access.merchant).filter(role=Role.OWNER, revoked_at=None)
    held = list(owners.select_for_update(of=("self",), no_key=True).select_related("user").order_by("pk"))
    if without in held and not any(owner.user.is_active for owner in held if owner != without):
        raise LastOwner
