"""Which devices people use: a browser, known by its shopper id, in which somebody logged in."""

from datetime import datetime

from django.http import HttpRequest

from ..identity.linking import link
from .models import Device


def remember(request: HttpRequest, *, evidence: str, at: datetime) -> None:
    """Keep that the person came in on this device, which is theirs from then on, and let it keep its shopper id."""
    request.keeps_shopper = True
    link(request.shopper, request.user, evidence=evidence, at=at)
    Device.objects.get_or_create(user=request.user, shopper=request.shopper, defaults={"first_at": at})
