"""API tokens of programs: made, shown once, recognised by digest, revoked."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db.models import Q
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from chengfeng import clock

from .models import ApiToken, Merchant, User
from .people.rights import Right
from .tenancy import Access


def issue(*, merchant: Merchant, name: str, rights: list[Right], by: User, at: datetime, expires_at=None):
    """Make a token; return its row and the secret, which is never to be seen again."""
    secret = f"cf_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        merchant=merchant, name=name, digest=digest(secret), hint=secret[-4:], rights=sorted(rights),
        created_by=by, created_at=at, expires_at=expires_at,
    )  # fmt: skip
    return token, secret


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def find(secret: str, *, at: datetime) -> ApiToken | None:
    alive = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)
    return alive.select_related("merchant").filter(digest=digest(secret)).first()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cf_…`; `request.auth` becomes the Access of the token."""

    def authenticate(self, request):
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find(secret.strip(), at=clock.now())
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return None, Access(token.merchant, frozenset(token.rights), token=token)

    def authenticate_header(self, request):
        return "Bearer"
