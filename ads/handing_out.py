"""What the ads room hands out to a person who asks what is known of them."""

from collections.abc import Sequence
from uuid import UUID

from shops.models import User

from .models import Behaviour, Event, OptOut


def noted(user: User, devices: Sequence[UUID]) -> dict:
    """Return what was noted for audiences, and on which devices personalised ads are switched off."""
    found = Behaviour.objects.filter(shopper__in=devices).order_by("at", "product")
    return {
        "switched_off_on": list(OptOut.objects.filter(shopper__in=devices).values_list("shopper", flat=True)),
        "behaviours": list(found.values("at", "kind", "product__title")),
    }


def events(user: User, devices: Sequence[UUID]) -> list[dict]:
    """Return which ads were shown and clicked, as far as events are kept."""
    found = Event.objects.filter(shopper__in=devices).order_by("at", "token")
    return list(found.values("at", "kind", "placement", "product__title"))
