"""What a web request tells about the visitor who sends events."""

from functools import partial

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .validity import Visitor

PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Moz")


def visitor_of(request: HttpRequest) -> Visitor:
    """Return the visitor behind a request; who is logged in is looked up only when a rule asks.

    It asks the session itself: an API view for shoppers has no user, though its browser may well have one.
    """
    headers = request.headers
    ahead = any("prefetch" in headers.get(name, "") for name in PREFETCH_HEADERS)
    return Visitor(
        agent=headers.get("User-Agent", ""), is_prefetch=ahead, address=address_of(request), shopper=request.shopper,
        user=SimpleLazyObject(partial(get_user, request)),
    )  # fmt: skip


def address_of(request: HttpRequest) -> str:
    """Return the client's address: what the outermost of our own proxies saw, or the peer where there is none."""
    proxies = settings.PROXIES
    if not proxies:
        return request.META.get("REMOTE_ADDR", "")
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return seen[-proxies] if len(seen) >= proxies else ""
