"""Slows down guessing: how often an address at a place may fail to log in within a quarter of an hour."""

from contextlib import suppress
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest

MOST = 8
WINDOW_SECONDS = 15 * 60


def too_many(request: HttpRequest) -> bool:
    """Whether this place has failed too often with this e-mail lately."""
    return cache.get(_key(request), 0) >= MOST


def failed(request: HttpRequest) -> None:
    """Count a failure; the window begins with the first."""
    cache.add(_key(request), 0, WINDOW_SECONDS)
    with suppress(ValueError):  # the window may end between the two
        cache.incr(_key(request))


def forget(request: HttpRequest) -> None:
    cache.delete(_key(request))


def _key(request: HttpRequest) -> str:
    who = f"{request.META.get('REMOTE_ADDR', '')} {request.POST.get('username', '').strip().lower()}"
    return f"login:{sha256(who.encode()).hexdigest()}"
