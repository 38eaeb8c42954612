"""Shoppers with an account and two devices: an ad is met on one, the thing bought on the other; the site learns later.

They browse on the first without logging in. What they buy after a while they buy on the second, logged in; some days
later they log in on the first, too, and only then can the sale be owed to the ad.
"""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password

from shops.identity.linking import link
from shops.models import Link, User

from .. import people
from ..shoppers import Purchase
from ..truth import Person
from . import chance

ONE_IN = 6  # shoppers has both
SECOND = 0.7  # of their purchases are made on the second device
DAYS = (1, 9)  # between the first purchase there and the log-in on the first device


def owns(person: Person) -> bool:
    """Whether a shopper has an account and a second device."""
    return person.number % ONE_IN == 0


def second(person: Person) -> uuid.UUID:
    return uuid.uuid5(person.shopper, "second device")


def at_hand(purchase: Purchase) -> Purchase:
    """Return the purchase as made with the device at hand; on the second one the shopper logs in for it."""
    person = purchase.person
    if not owns(person) or chance.of(purchase.key, "device").random() > SECOND:
        return purchase
    device = second(person)
    link(device, _account(person), evidence=Link.Evidence.LOGIN, at=purchase.at - timedelta(minutes=1))
    return replace(purchase, person=replace(person, shopper=device))


def log_in_late(shoppers: list[Person], day: date, *, now: datetime) -> int:
    """Let those log in on their first device who have bought on the second some days ago; return how many."""
    moments = dict(Link.objects.filter(number=1).values_list("shopper", "at"))
    late = [(person, moments[second(person)]) for person in shoppers if owns(person) and second(person) in moments]
    return sum(
        link(person.shopper, _account(person), evidence=Link.Evidence.LOGIN, at=evening(person, day))
        for person, since in late
        if person.shopper not in moments
        and day >= chance.day_of(since) + _patience(person)
        and evening(person, day) <= now
    )


def evening(person: Person, day: date) -> datetime:
    return chance.midnight(day) + timedelta(hours=20, seconds=person.number % 3000)


def _patience(person: Person) -> timedelta:
    return timedelta(days=chance.of(person.number, "logs in late").randint(*DAYS))


def _account(person: Person) -> User:
    fields = {"name": person.name, "password": _password()}
    return User.objects.get_or_create(email=f"shopper{person.number}@example.org", defaults=fields)[0]


@cache
def _password() -> str:
    """Return the demo's password as it is kept, made once for all of them, for it takes a while."""
    return make_password(people.PASSWORD)
