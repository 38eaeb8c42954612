"""What a web request tells about the visitor who sends events."""

from django.http import HttpRequest

from .validity import Visitor

PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Moz")


def visitor_of(request: HttpRequest) -> Visitor:
    """Return the visitor behind a request; who is logged in is looked up only when a rule asks."""
    headers = request.headers
    ahead = any("prefetch" in headers.get(name, "") for name in PREFETCH_HEADERS)
    return Visitor(agent=headers.get("User-Agent", ""), is_prefetch=ahead, user=request.user)
