"""The address book: kept by browser without an account, by account with one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from shops.models import User

from .models import Address

MAX = 30
KEPT = ("recipient", "phone", "country", "region", "city", "district", "street", "postal_code")


class BookFull(Exception):
    """An address book holds at most MAX addresses."""


def addresses(shopper: UUID, user: User | None) -> QuerySet[Address]:
    """Return the addresses of an account, or, without one, of the browser; the default comes first."""
    owned = Q(user=user) if user else Q(shopper=shopper, user=None)
    return Address.objects.filter(owned).order_by("-is_default", "-updated_at", "-pk")


def of_browser(shopper: UUID) -> QuerySet[Address]:
    """Return the addresses that were saved in this browser without an account."""
    return addresses(shopper, None)


@transaction.atomic
def save(
    *, shopper: UUID, user: User | None, values: Mapping[str, Any], at: datetime, address: Address | None = None
) -> Address:
    """Add an address, or change `address`; the same one again is the one that is there. Raises BookFull.

    The first becomes the default; another default takes over.
    """
    mine = list(addresses(shopper, user).select_for_update(of=("self",)))
    place = {name: value for name, value in values.items() if name != "is_default"}
    same = next((each for each in mine if all(getattr(each, name) == value for name, value in place.items())), None)
    kept = address or same or Address(shopper=shopper, user=user, created_at=at)
    if kept.pk is None and len(mine) >= MAX:
        raise BookFull
    is_default = values.get("is_default", kept.is_default) or not any(each.is_default for each in mine if each != kept)
    if is_default:
        addresses(shopper, user).exclude(pk=kept.pk).filter(is_default=True).update(is_default=False)
    for name, value in {**place, "is_default": is_default, "updated_at": at}.items():
        setattr(kept, name, value)
    kept.save()
    return kept


@transaction.atomic
def forget(address: Address) -> None:
    """Delete an address; of those that are left the latest becomes the default if that one was. Again is fine."""
    address.delete()
    if address.is_default:
        heir = addresses(address.shopper, address.user).select_for_update(of=("self",)).first()
        if heir:
            Address.objects.filter(pk=heir.pk).update(is_default=True)


@transaction.atomic
def take_over(*, shopper: UUID, user: User, at: datetime) -> int:
    """Put the addresses of a browser into the account of who uses it; return how many.

    The account's default stays; without one the browser's becomes it.
    """
    has_default = addresses(shopper, user).filter(is_default=True).exists()
    found = list(of_browser(shopper).select_for_update(of=("self",))[: max(MAX - addresses(shopper, user).count(), 0)])
    for address in found:
        keeps = address.is_default and not has_default
        Address.objects.filter(pk=address.pk).update(user=user, is_default=keeps, updated_at=at)
    return len(found)
