"""Keeping stores: made, changed with a version, closed for good; their hours are written anew each time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch, QuerySet

from chengfeng.constraints import refusals

from ..people.audit import record
from ..people.models import Merchant
from ..tenancy import Access, own
from .models import Store, StoreHours

Hours = Mapping[int, Sequence[tuple[time, time]]]
CONSTRAINTS = {"store_name_once": "name"}


class StoreConflict(Exception):
    """Somebody else has changed the store since it was read, or it is closed. Nothing was changed."""


class NameTaken(Exception):
    """Another store of the merchant has this name. Nothing was changed."""


def stores(merchant: Merchant) -> QuerySet[Store]:
    """Return the merchant's stores with their hours, by name."""
    in_order = Prefetch("hours", StoreHours.objects.order_by("weekday", "opens"))
    rows = own(Store, merchant).filter(archived_at=None).select_related("merchant")
    return rows.prefetch_related(in_order).order_by("name", "pk")


@transaction.atomic
def create(access: Access, *, values: Mapping[str, Any], hours: Hours, at: datetime) -> Store:
    """Open a store; `hours` are spans by weekday, Monday 0. Raises NameTaken."""
    with refusals(CONSTRAINTS, NameTaken):
        store = Store.objects.create(merchant=access.merchant, created_at=at, **values)
    _write(store, hours)
    record(access, "store.create", target=store.code, at=at, name=store.name)
    return store


@transaction.atomic
def edit(access: Access, store: Store, *, version: int, values: Mapping[str, Any], hours: Hours, at: datetime) -> None:
    """Change a store; bookings that are there stay. Raises StoreConflict or NameTaken."""
    mine = own(Store, access.merchant).filter(pk=store.pk, archived_at=None, version=version)
    with refusals(CONSTRAINTS, NameTaken):
        changed = mine.update(**values, version=F("version") + 1)
    if not changed:
        raise StoreConflict
    store.hours.all().delete()
    _write(store, hours)
    record(access, "store.edit", target=store.code, at=at)


@transaction.atomic
def archive(access: Access, store: Store, *, at: datetime) -> bool:
    """Close a store for good; return whether it was open."""
    closed = own(Store, access.merchant).filter(pk=store.pk, archived_at=None).update(archived_at=at)
    if closed:
        record(access, "store.archive", target=store.code, at=at)
    return bool(closed)


def _write(store: Store, hours: Hours) -> None:
    StoreHours.objects.bulk_create(
        StoreHours(store=store, weekday=weekday, opens=opens, closes=closes)
        for weekday, spans in hours.items()
        for opens, closes in spans
    )
