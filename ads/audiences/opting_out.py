"""The shopper's word on personalised ads: whoever opts out is forgotten here, noted no more and in no audience."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from shops.identity import linking

from ..models import Audience, AudienceMember, Behaviour, OptOut
from .people import window


@transaction.atomic
def opt_out(shopper: UUID, *, at: datetime) -> bool:
    """Opt a shopper out, forget what was noted and link the device to nobody; return whether that was news.

    Auctions follow within seconds. A count of an audience that is under way may yet list the shopper until the next
    one; auctions know better.
    """
    linking.keep_apart(shopper, at=at)
    _row, is_news = OptOut.objects.get_or_create(shopper=shopper, defaults={"at": at})
    first, last = window(30, today=at.astimezone(UTC).date())
    Behaviour.objects.filter(shopper=shopper, day__range=(first, last)).delete()
    everywhere = Audience.objects.values("pk")
    AudienceMember.objects.filter(shopper=shopper, audience__in=everywhere).delete()
    return is_news


@transaction.atomic
def opt_in(shopper: UUID, *, at: datetime) -> bool:
    """Let a shopper be noted, and the device be linked, again from now on; return whether that was news."""
    linking.allow(shopper, at=at)
    return bool(OptOut.objects.filter(shopper=shopper).delete()[0])


def has_opted_out(shopper: UUID) -> bool:
    return OptOut.objects.filter(shopper=shopper).exists()
