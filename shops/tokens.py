"""API tokens of programs: made, shown once, recognised by digest, revoked."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from chengfeng import clock

from .models import ApiToken, Merchant, User
from .people import audit
from .people.rights import Right
from .tenancy import Access, effective

USE_NOTED_EVERY = timedelta(hours=1)


def issue(*, merchant: Merchant, name: str, rights: Iterable[Right], by: User, at: datetime, expires_at=None):
    """Make a token; return its row and the secret, which is never to be seen again."""
    secret = f"cf_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        merchant=merchant, name=name, digest=digest(secret), hint=secret[-4:], rights=sorted(rights),
        created_by=by, created_at=at, expires_at=expires_at,
    )  # fmt: skip
    return token, secret


@transaction.atomic
def hand_out(access: Access, *, name: str, rights: Iterable[Right], at: datetime, expires_at: datetime | None = None):
    """Make a token for the merchant, on record; return its row and the secret.

    Raises PermissionDenied when a right is asked for that its maker does not hold.
    """
    if not access.rights.issuperset(rights):
        raise PermissionDenied
    token, secret = issue(
        merchant=access.merchant, name=name, rights=rights, by=access.user, at=at, expires_at=expires_at
    )
    audit.record(access, "token.create", target=token.code, at=at, name=name, rights=token.rights)
    return token, secret


@transaction.atomic
def revoke(access: Access, token: ApiToken, *, at: datetime) -> bool:
    """End a token at once; return whether it was alive."""
    revoked = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    if revoked:
        audit.record(access, "token.revoke", target=token.code, at=at, name=token.name)
    return bool(revoked)


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def find(secret: str, *, at: datetime) -> ApiToken | None:
    """Return the live token of a secret, or None."""
    alive = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)
    return alive.select_related("merchant").filter(digest=digest(secret)).first()


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Remember that the token is in use, with at most one write an hour."""
    stale = at - USE_NOTED_EVERY
    if token.used_at is None or token.used_at < stale:
        unnoted = Q(used_at=None) | Q(used_at__lt=stale)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(used_at=at)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cf_…`; `request.auth` becomes the Access of the token."""

    def authenticate(self, request):
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = clock.now()
        token = find(secret.strip(), at=now)
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        note_use(token, at=now)
        return None, Access(token.merchant, effective(token.rights, token.merchant), token=token)

    def authenticate_header(self, request):
        return "Bearer"
