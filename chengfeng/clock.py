"""The clock that views read and verbs are given, so that a simulation can live through ninety days in minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpResponseBadRequest
from django.utils import timezone

HEADER = "X-Simulated-Time"
SALT = "chengfeng.clock"

_frozen: ContextVar[datetime | None] = ContextVar("chengfeng.clock", default=None)


class _Simulated:
    """How far a simulation has come in this process."""

    latest: datetime | None = None

    def reach(self, instant: datetime) -> None:
        self.latest = max(instant, self.latest or instant)


_simulated = _Simulated()


def now() -> datetime:
    """Return the aware instant at which the current request happens."""
    return _frozen.get() or timezone.now()


def latest() -> datetime:
    """Return the aware instant of what happens beside requests: in a simulation the latest that any of them named."""
    return _simulated.latest or timezone.now()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let everything inside happen at `instant` (aware)."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)


def stamp(instant: datetime) -> str:
    """Return the signed header value by which a simulated client says when its request happens."""
    return signing.dumps(instant.isoformat(), salt=SALT)


class SimulatedTimeMiddleware:
    """Honour the signed time header; installed only while `CHENGFENG_SIMULATION` is set."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        header = request.headers.get(HEADER)
        if not (header and settings.SIMULATION):
            return self.get_response(request)
        try:
            instant = datetime.fromisoformat(signing.loads(header, salt=SALT))
        except signing.BadSignature:
            return HttpResponseBadRequest(f"{HEADER} is not signed by this site\n")
        _simulated.reach(instant)
        with at(instant):
            return self.get_response(request)
