"""Who is shopping: an opaque signed id in a cookie or a header, with no row behind it until something happens."""

import hmac
import uuid
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest

COOKIE = "shopper"
HEADER = "X-Shopper"
ONE_YEAR = 365 * 24 * 3600


def seal(shopper: uuid.UUID) -> str:
    """Return the signed form of a shopper id, as a cookie or header carries it."""
    return f"{shopper.hex}.{_mac(shopper.hex)}"


def unseal(value: str) -> uuid.UUID | None:
    """Return the shopper id of a signed value, or None when it is not one of ours."""
    text, _, mac = value.partition(".")
    if len(text) != 32 or not hmac.compare_digest(mac.encode(), _mac(text).encode()):
        return None
    return uuid.UUID(text)


def _mac(text: str) -> str:
    return blake2b(text.encode(), key=settings.SECRET_KEY.encode()[:64], person=b"shopper", digest_size=12).hexdigest()


class ShopperMiddleware:
    """Set `request.shopper`, and whether the client brought it; pages hand a newcomer a cookie, the API a header."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        known = unseal(request.headers.get(HEADER) or request.COOKIES.get(COOKIE, ""))
        request.shopper, request.is_known_shopper = known or uuid.uuid4(), known is not None
        response = self.get_response(request)
        if known is None and getattr(request, "keeps_shopper", False):
            response.set_cookie(
                COOKIE, seal(request.shopper), max_age=ONE_YEAR, httponly=True, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response
