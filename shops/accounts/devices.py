"""Which devices people use: a browser, known by its shopper id, in which somebody logged in."""

from datetime import datetime

from django.http import HttpRequest

from .models import Device


def remember(request: HttpRequest, *, at: datetime) -> None:
    """Keep that the person logged in on this device, and let the device keep its shopper id."""
    request.keeps_shopper = True
    Device.objects.get_or_create(user=request.user, shopper=request.shopper, defaults={"first_at": at})
