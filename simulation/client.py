"""A client of the site: keep-alive HTTP, a simulated time on every request, patience while the site is away."""

import http.client
import json
import threading
import time
from datetime import datetime
from urllib.parse import urlsplit

from chengfeng import clock

PATIENCE = 60.0  # seconds a request is tried again while the site is down
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


class Unexpected(Exception):
    """The site answered something the shopper cannot go on with."""


class Site:
    """The site at one address; safe to use from several threads."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port or 80)
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        body: dict | None = None,
        *,
        at: datetime,
        shopper: str = "",
        token: str = "",
        key: str = "",
        agent: str = BROWSER,
        address: str = "",
        expect: tuple[int, ...] = (200, 201),
    ) -> tuple[int, dict]:
        """Return status and JSON of a call under /api/v1/; raises Unexpected for any status not in `expect`.

        `address` is where the call comes from, as a proxy before the site would say.
        """
        headers = {clock.HEADER: clock.stamp(at), "Content-Type": "application/json", "User-Agent": agent}
        if shopper:
            headers["X-Shopper"] = shopper
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if address:
            headers["X-Forwarded-For"] = address
        if key:
            headers["Idempotency-Key"] = key
        status, content = self._patiently(
            method, f"/api/v1/{path}", json.dumps(body) if body is not None else None, headers
        )
        if status not in expect:
            raise Unexpected(f"{method} {path} → {status}: {content[:500].decode(errors='replace')}")
        return status, json.loads(content) if content else {}

    def _patiently(self, method, path, body, headers) -> tuple[int, bytes]:
        """Send until there is an answer; every write carries a key or is harmless when repeated."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, content = self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self._local.connection = None
                status, content = 503, b"the site is away"
            if status < 500 or time.monotonic() > deadline:
                return status, content
            time.sleep(0.5)

    def _once(self, method, path, body, headers) -> tuple[int, bytes]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(*self._address, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
