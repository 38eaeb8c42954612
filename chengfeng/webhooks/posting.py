"""Posting one message to one address: ten seconds in all, no redirects, and no more of the answer than is shown."""

import asyncio
import logging
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import httpx
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import addresses

logger = logging.getLogger(__name__)

DEADLINE = 10.0  # seconds, from the name to the last byte
READ_AT_MOST = 16 * 2**10  # bytes of an answer
SHOWN = 1000  # characters of it
AGENT = "Chengfeng-Webhooks/1"


class Trouble(models.TextChoices):
    """Why there is no status."""

    FORBIDDEN = "forbidden", _("The address is not a public one")
    UNKNOWN = "unknown", _("There is no such host")
    UNREACHABLE = "unreachable", _("Nothing answers there")
    TLS = "tls", _("The certificate is not valid for this host")
    TIMEOUT = "timeout", _("No whole answer within 10 seconds")
    BROKEN = "broken", _("The answer is not HTTP")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of a message: a status with the beginning of the body, or the trouble; after so many milliseconds."""

    status: int | None = None
    trouble: str = ""
    body: str = ""
    milliseconds: int = 0
    retry_after: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the other side wants no message ever again."""
        return self.status == httpx.codes.GONE


async def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Sequence[addresses.Network] = (),
    tls: ssl.SSLContext | None = None,
    deadline: float = DEADLINE,
) -> Answer:
    """Post a body once and return what came of it; nothing that the other side does raises.

    `allowed` are networks that may be called besides the public ones, and without TLS.
    """
    begun, found = time.monotonic(), {}
    try:
        async with asyncio.timeout(deadline):
            found = await _exchange(url, body, headers, Pinned(allowed, tls or trusted()))
    except Exception as error:  # whatever it is, it must not stop the messages to others
        found = {"trouble": _trouble(error)}
    return Answer(**found, milliseconds=round((time.monotonic() - begun) * 1000))


class Pinned(httpx.AsyncBaseTransport):
    """Resolves the host of a request once and connects to exactly the address that was judged.

    Host header and certificate stay those of the host, so a name that changes what it leads to gains nothing.
    """

    def __init__(self, allowed: Sequence[addresses.Network], tls: ssl.SSLContext) -> None:
        self.allowed = allowed
        self.inner = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url, host = request.url, request.url.raw_host.decode("ascii")
        is_secure = url.scheme == "https"
        port = url.port or (443 if is_secure else 80)
        address = await addresses.judged(host, port, allowed=self.allowed, is_secure=is_secure)
        request.url = url.copy_with(host=str(address))
        request.extensions = {**request.extensions, "sni_hostname": host}
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


@cache
def trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted; reading them costs as much as many messages."""
    return httpx.create_ssl_context(trust_env=False)


async def _exchange(url: str, body: bytes, headers: Mapping[str, str], transport: Pinned) -> dict:
    sent = {"content-type": "application/json", "user-agent": AGENT, "accept-encoding": "identity", **headers}
    async with (
        httpx.AsyncClient(transport=transport, timeout=None, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=sent, follow_redirects=False) as response,
    ):
        beginning = await _beginning(response)
        return {
            "status": response.status_code,
            "body": beginning.decode(errors="replace").replace("\0", "")[:SHOWN],
            "retry_after": _retry_after(response.headers.get("retry-after", "")),
        }


async def _beginning(response: httpx.Response) -> bytes:
    """Return what is read of an answer's body, as it was sent; the rest stays unread."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= READ_AT_MOST:
            break
    return read[:READ_AT_MOST]


def _retry_after(header: str) -> timedelta | None:
    """Return for how long the other side wants to be left alone, where it says so in seconds."""
    is_number = header.isascii() and header.isdecimal() and len(header) < 8
    return timedelta(seconds=int(header)) if is_number else None


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.TIMEOUT
    if isinstance(error, addresses.Forbidden):
        return Trouble.FORBIDDEN
    if isinstance(error, OSError | ValueError):
        return Trouble.UNKNOWN
    if _is_of_tls(error):
        return Trouble.TLS
    if isinstance(error, httpx.NetworkError):
        return Trouble.UNREACHABLE
    if not isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        logger.error("a webhook could not be sent", exc_info=error)
    return Trouble.BROKEN


def _is_of_tls(error: BaseException | None) -> bool:
    while error and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None
