"""Signatures of webhook messages: HMAC-SHA256 over time and raw body, checked in constant time."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from . import Forged

TIMESTAMP = "Webhook-Timestamp"
SIGNATURE = "Webhook-Signature"
TOLERANCE = timedelta(minutes=5)


def sign(body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers that prove who sent the body, and when."""
    timestamp = str(int(at.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: f"v1={_mac(body, timestamp, secret)}"}


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], at: datetime) -> None:
    """Raise Forged unless one of the secrets signed the body within five minutes of `at`."""
    timestamp = headers.get(TIMESTAMP, "")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        raise Forged(f"{TIMESTAMP} is missing or not a number of seconds")
    if abs(at.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise Forged(f"{TIMESTAMP} is more than five minutes away")
    given = [part.strip().removeprefix("v1=").encode() for part in headers.get(SIGNATURE, "").split(",")]
    wanted = [_mac(body, timestamp, secret).encode() for secret in secrets]
    matches = [hmac.compare_digest(one, other) for one in given[:4] for other in wanted]
    if not any(matches):
        raise Forged(f"{SIGNATURE} is not ours")


def _mac(body: bytes, timestamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()
