"""A merchant's audiences: made, changed and archived; what they are made of is counted by a job."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from chengfeng import jobs, sql
from chengfeng.constraints import refusals
from shops.models import Product
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import AdGroup, Audience, AudienceMember, Campaign, GroupAudience
from .counting import LOCK

MOST_AUDIENCES = 200  # of a merchant, the archived ones left out


class NameTaken(Exception):
    """The merchant has another audience of that name."""


class TooMany(Exception):
    """The merchant has MOST_AUDIENCES already."""


class InUse(Exception):
    """Ad groups are shown, or not shown, to the audience: `uses`."""

    def __init__(self, uses: Sequence[GroupAudience]):
        super().__init__(", ".join(str(use.group) for use in uses))
        self.uses = uses


def audiences_of(access: Access) -> QuerySet[Audience]:
    """Return the merchant's audiences that are not archived, newest first."""
    active = own(Audience, access.merchant).filter(state=Audience.State.ACTIVE).select_related("category")
    return active.prefetch_related("products").order_by("-created_at", "-pk")


def uses_of(audiences: Iterable[Audience]) -> dict[int, list[GroupAudience]]:
    """Return by audience which groups use it, archived ones left out."""
    audiences = list(audiences)
    links = GroupAudience.objects.filter(audience__in=audiences).select_related("group__campaign")
    live = links.exclude(group__state=AdGroup.State.ARCHIVED).exclude(group__campaign__state=Campaign.State.ARCHIVED)
    uses = {audience.pk: [] for audience in audiences}
    for link in live.order_by("group__campaign__name", "group__name", "pk"):
        uses[link.audience_id].append(link)
    return uses


def create(access: Access, *, values: Mapping[str, Any], products: Sequence[Product] = (), at: datetime) -> Audience:
    """Make an audience; `values` are name, kinds, days and category. Raises NameTaken or TooMany."""
    if audiences_of(access).count() >= MOST_AUDIENCES:
        raise TooMany
    audience = Audience(merchant=access.merchant, created_by=access.user, created_at=at, **values)
    with _saving():
        audience.save(force_insert=True)
        audience.products.set(products)
        _count_soon(audience, at)
        record(access, "audience.create", target=audience.code, at=at, name=audience.name)
    return audience


def edit(
    access: Access,
    audience: Audience,
    *,
    values: Mapping[str, Any],
    products: Sequence[Product] | None = None,
    at: datetime,
) -> None:
    """Change what is given of an audience; who was in it stays until the count, a moment later. Raises NameTaken."""
    for name, value in values.items():
        setattr(audience, name, value)
    audience.counted_at = audience.size = None
    with _saving():
        audience.save(update_fields=[*values, "counted_at", "size"])
        if products is not None:
            audience.products.set(products)
        _count_soon(audience, at)
        record(access, "audience.edit", target=audience.code, at=at, name=audience.name)


@transaction.atomic
def archive(access: Access, audience: Audience, *, at: datetime) -> bool:
    """Archive an audience and forget who was in it; return whether that was news. Raises InUse.

    It waits for a count of the audience to end, for that holds members while it waits for the audience.
    """
    sql.hold(LOCK, audience.pk)
    locked = Audience.objects.select_for_update().get(pk=audience.pk)  # whoever gives it to a group meanwhile waits
    if locked.state == Audience.State.ARCHIVED:
        return False
    if uses := uses_of([locked])[locked.pk]:
        raise InUse(uses)
    Audience.objects.filter(pk=locked.pk).update(state=Audience.State.ARCHIVED, size=None, counted_at=None)
    AudienceMember.objects.filter(audience=locked).delete()
    record(access, "audience.archive", target=locked.code, at=at, name=locked.name)
    return True


def _count_soon(audience: Audience, at: datetime) -> None:
    jobs.enqueue("count_audiences", at=at, owner=audience.merchant.code, audience=audience.pk)


def _saving() -> AbstractContextManager[None]:
    """One transaction; of its objections, the one to the name becomes NameTaken."""
    return refusals({"audience_name": "name"}, NameTaken)
