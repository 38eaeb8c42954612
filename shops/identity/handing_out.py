"""Hands out to people what is known of them, as one document; each room adds what it knows."""

from django.conf import settings
from django.utils.module_loading import import_string

from ..people.models import User
from ..reviews.models import Review
from .erasing import devices_of
from .owning import devices_of as intervals_of


def all_of(user: User) -> dict:
    """Return what is known of a person, in plain data, by the names in `settings.PERSONAL_DATA`."""
    known = devices_of(user)
    return {name: import_string(part)(user, known) for name, part in settings.PERSONAL_DATA.items()}


def account(user: User, known: list) -> dict:
    return {
        "code": user.code,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "created_at": user.created_at,
        "last_login": user.last_login,
    }


def devices(user: User, known: list) -> list[dict]:
    """Return in which times which devices were taken to be the person's."""
    return [{"device": each.shopper, "since": each.since, "until": each.until} for each in intervals_of(user.person)]


def reviews(user: User, known: list) -> list[dict]:
    found = Review.objects.filter(shopper__in=known).order_by("pk")
    return list(found.values("code", "product__title", "author", "stars", "text", "created_at"))
