"""Signatures by Standard Webhooks: HMAC-SHA256 over id, time and body, one for each secret that counts."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"


def written(key: bytes) -> str:
    """Return a secret of 24 to 64 bytes as people copy it: `whsec_…`."""
    return PREFIX + b64encode(key).decode()


def headers(*, code: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Return the headers that say which message this is, when it was sent, and that it is ours.

    Several secrets give several signatures, any of which proves it: so one can replace another.
    """
    sent_at = at.astimezone(UTC)
    return {
        "webhook-id": code,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(code, sent_at, body) for secret in secrets),
    }
