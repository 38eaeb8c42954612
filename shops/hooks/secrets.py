"""Secrets of endpoints: derived from the site's own secret, so that no table, backup or log holds them."""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from chengfeng.webhooks import signing

from .models import HookEndpoint

OVERLAP = timedelta(hours=24)  # for which the secret before signs as well


def secret_of(endpoint: HookEndpoint, *, generation: int | None = None) -> str:
    """Return the secret that signs now, or that of an earlier generation, as `whsec_…`."""
    value = f"{endpoint.code}:{generation or endpoint.generation}"
    return signing.written(salted_hmac("shops.hooks", value, algorithm="sha256").digest())


def signing_secrets(endpoint: HookEndpoint, *, at: datetime) -> list[str]:
    """Return the secrets that sign at that instant, the newest first."""
    newest = [secret_of(endpoint)]
    if endpoint.rotated_at is None or at >= endpoint.rotated_at + OVERLAP:
        return newest
    return [*newest, secret_of(endpoint, generation=endpoint.generation - 1)]
