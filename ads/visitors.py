"""What a web request tells about the visitor who sends events."""

from django.conf import settings
from django.http import HttpRequest

from .validity import Visitor

PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Moz")


def visitor_of(request: HttpRequest) -> Visitor:
    """Return the visitor behind a request; who is logged in is looked up only when a rule asks."""
    headers = request.headers
    ahead = any("prefetch" in headers.get(name, "") for name in PREFETCH_HEADERS)
    return Visitor(
        agent=headers.get("User-Agent", ""), is_prefetch=ahead, user=request.user, address=address_of(request),
        shopper=request.shopper,
    )  # fmt: skip


def address_of(request: HttpRequest) -> str:
    """Return the client's address: what the outermost of our own proxies saw, or the peer where there is none."""
    proxies = settings.PROXIES
    if not proxies:
        return request.META.get("REMOTE_ADDR", "")
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return seen[-proxies] if len(seen) >= proxies else ""
