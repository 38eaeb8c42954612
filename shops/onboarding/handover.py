"""The hand-over of a brand: its contact is invited as owner and, on accepting, holds the shop; the manager looks on."""

from datetime import datetime, timedelta

from django.db import transaction

from ..people import audit, delegations, invitations
from ..people.models import Invitation, Membership, Merchant, User
from ..people.rights import RIGHTS, VIEWS, Role
from ..tenancy import Access, live_delegations, own
from .brands import NotReady, is_ready_to_open
from .models import Brand

LOOKS_ON_FOR = timedelta(days=365)


@transaction.atomic
def offer(brand: Brand, access: Access, *, at: datetime) -> Invitation:
    """Invite the contact to own the shop.

    Raises NotReady while steps that come first are open, InvitationRefused when an invitation is open already.
    """
    if not is_ready_to_open(brand):
        raise NotReady
    invitation = invitations.invite(access, email=brand.contact_email, role=Role.OWNER, at=at)
    audit.record(access, "brand.offer", target=brand.code, at=at, email=invitation.email)
    return invitation


def offered(brand: Brand) -> Invitation | None:
    """Return the invitation by which the brand is on offer, expired or not, or None."""
    return own(Invitation, brand.merchant).filter(role=Role.OWNER, accepted_at=None, revoked_at=None).last()


@transaction.atomic
def accept(invitation: Invitation, *, user: User, at: datetime) -> Membership:
    """Take an invitation; a brand's new owner thereby receives the shop. See `invitations.accept` for refusals.

    Merchant and delegations are held before the trail is written, as the lock order wants.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=invitation.merchant_id)
    brand = Brand.objects.filter(merchant=merchant, handed_over_at=None).select_related("manager").first()
    if brand is None or invitation.role != Role.OWNER:
        return invitations.accept(invitation, user=user, at=at)
    lent = live_delegations(at=at).filter(merchant=merchant, delegate=brand.manager)
    held = list(lent.select_for_update(of=("self",), no_key=True).order_by("pk"))
    membership = invitations.accept(invitation, user=user, at=at)
    Brand.objects.filter(pk=brand.pk).update(handed_over_at=at)
    Merchant.objects.filter(pk=merchant.pk, state=Merchant.State.ONBOARDING).update(state=Merchant.State.OPEN)
    owner = Access(merchant, RIGHTS[Role.OWNER], user, membership=membership)
    for delegation in held:
        delegations.revoke(owner, delegation, at=at)
    if brand.manager.is_active:
        looks_on_until = at + LOOKS_ON_FOR
        delegations.grant(owner, email=brand.manager.email, rights=VIEWS, expires_at=looks_on_until, at=at)
    audit.record(owner, "brand.hand_over", target=brand.code, at=at, manager=brand.manager.code)
    return membership


@transaction.atomic
def join(invitation: Invitation, *, name: str, password: str, at: datetime) -> User:
    """Make an account for somebody new and take the invitation; all or nothing. See `accept` for refusals."""
    user = invitations.register(invitation, name=name, password=password, at=at)
    accept(invitation, user=user, at=at)
    return user
