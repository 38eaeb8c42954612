"""Invitations: a secret link to one e-mail address, good once and for seven days."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengfeng import outbox
from chengfeng.constraints import refusals

from ..tenancy import Access, own
from . import audit
from .models import Invitation, Membership, User
from .rights import Role

LIFETIME = timedelta(days=7)
TOPIC = "invitation.open"
CONSTRAINTS = {"invitation_one_open": _("This address has an open invitation; send that one again.")}


class InvitationRefused(Exception):
    """The invitation cannot be made or taken; its message is for the person who tried."""


def secret_of(invitation: Invitation) -> str:
    """Return the secret of the link: derived, so that neither table nor outbox holds it; renewal changes it."""
    value = f"{invitation.code}:{invitation.expires_at.timestamp()}"
    return salted_hmac("shops.invitation", value, algorithm="sha256").hexdigest()


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(access: Access, *, email: str, role: Role, at: datetime) -> Invitation:
    """Invite an address to a role and mail it the link.

    Raises InvitationRefused when the person belongs to the merchant already or has an open invitation.
    """
    email = email.lower()
    if own(Membership, access.merchant).filter(user__email=email, revoked_at=None).exists():
        raise InvitationRefused(_("This person belongs to the merchant already."))
    own(Invitation, access.merchant).filter(email=email, accepted_at=None, revoked_at=None, expires_at__lte=at).update(
        revoked_at=at
    )
    invitation = Invitation(
        merchant=access.merchant, email=email, role=role, invited_by=access.user, created_at=at,
        expires_at=at + LIFETIME,
    )  # fmt: skip
    invitation.digest = digest(secret_of(invitation))
    with refusals(CONSTRAINTS, InvitationRefused):
        invitation.save()
    _send(invitation, at=at)
    audit.record(access, "invitation.create", target=invitation.code, at=at, email=email, role=role)
    return invitation


@transaction.atomic
def resend(access: Access, invitation: Invitation, *, at: datetime) -> bool:
    """Mail an open invitation anew: a new link for seven more days, the old one is dead. Return whether it was open."""
    invitation.expires_at = at + LIFETIME
    renewed = {"expires_at": invitation.expires_at, "digest": digest(secret_of(invitation))}
    if not _open(invitation).update(**renewed):
        return False
    _send(invitation, at=at)
    audit.record(access, "invitation.resend", target=invitation.code, at=at, email=invitation.email)
    return True


@transaction.atomic
def revoke(access: Access, invitation: Invitation, *, at: datetime) -> bool:
    """Close an open invitation; return whether it was open."""
    if not _open(invitation).update(revoked_at=at):
        return False
    audit.record(access, "invitation.revoke", target=invitation.code, at=at, email=invitation.email)
    return True


def _open(invitation: Invitation):
    return Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)


def _send(invitation: Invitation, *, at: datetime) -> None:
    payload = {"invitation": invitation.code, "language": get_language()}
    key = f"{invitation.code}:{int(invitation.expires_at.timestamp())}"
    outbox.publish(TOPIC, key=key, payload=payload, at=at)


def find(secret: str) -> Invitation | None:
    """Return the invitation of a link, whatever became of it, or None."""
    known = Invitation.objects.select_related("merchant", "invited_by")
    return known.filter(digest=digest(secret)).first()


def is_open(invitation: Invitation, *, at: datetime) -> bool:
    return invitation.accepted_at is None and invitation.revoked_at is None and at < invitation.expires_at


@transaction.atomic
def accept(invitation: Invitation, *, user: User, at: datetime) -> Membership:
    """Take an open invitation and return the membership it gives.

    Raises InvitationRefused when it is no longer open, is for another address, or the person is in already.
    """
    if user.email.lower() != invitation.email:
        raise InvitationRefused(_("This invitation is for another address."))
    if not _open(invitation).filter(expires_at__gt=at).update(accepted_at=at):
        raise InvitationRefused(_("This invitation is no longer open."))
    terms = {"role": invitation.role, "created_at": at}
    membership, is_new = Membership.objects.get_or_create(
        merchant=invitation.merchant, user=user, revoked_at=None, defaults=terms
    )
    if not is_new:
        raise InvitationRefused(_("You belong to this merchant already."))
    access = Access(invitation.merchant, frozenset(), user, membership=membership)
    audit.record(access, "invitation.accept", target=invitation.code, at=at, role=invitation.role)
    return membership


def register(invitation: Invitation, *, name: str, password: str, at: datetime) -> User:
    """Make the account of the invited address and return the person; taking the invitation is the next step.

    Raises InvitationRefused when it is no longer open or the address has an account already.
    """
    if not is_open(invitation, at=at):
        raise InvitationRefused(_("This invitation is no longer open."))
    try:
        with transaction.atomic():
            return User.objects.create_user(invitation.email, password, name=name)
    except IntegrityError as error:
        raise InvitationRefused(_("This address has an account already; log in first.")) from error
