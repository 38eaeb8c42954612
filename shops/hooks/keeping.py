"""Keeping endpoints: made, changed, switched off and on, given another secret, deleted; each step on record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from chengfeng import outbox, sql

from ..people.audit import record
from ..people.models import Merchant
from ..tenancy import Access, own
from .models import HookEndpoint, HookMessage

State, Reason = HookEndpoint.State, HookEndpoint.Reason
AT_MOST = 20  # endpoints of one merchant
LOCK_CLASS = 0x686F6F  # "hoo": one advisory lock per merchant keeps that number
TOPIC = "webhook.disabled"


class TooMany(Exception):
    """The merchant has as many endpoints as there may be."""


class EndpointConflict(Exception):
    """Somebody else has changed the endpoint since it was read. Nothing was changed."""


def endpoints(merchant: Merchant) -> QuerySet[HookEndpoint]:
    """Return the merchant's endpoints in the order in which they were made."""
    mine = own(HookEndpoint, merchant).filter(deleted_at=None).order_by("pk")
    return mine.select_related("merchant", "created_by", "created_with")


@transaction.atomic
def create(access: Access, *, values: Mapping[str, Any], at: datetime) -> HookEndpoint:
    """Make an endpoint of `url`, `events` and `description`; raises TooMany."""
    sql.hold(LOCK_CLASS, access.merchant.pk)
    if endpoints(access.merchant).count() >= AT_MOST:
        raise TooMany
    made = HookEndpoint.objects.create(
        merchant=access.merchant, created_by=access.user, created_with=access.token, created_at=at, **values
    )
    record(access, "webhook.create", target=made.code, at=at, url=made.url, events=made.events)
    return made


@transaction.atomic
def edit(
    access: Access, endpoint: HookEndpoint, *, version: int, values: Mapping[str, Any], at: datetime
) -> HookEndpoint:
    """Change an endpoint; messages on their way follow its new address. Raises EndpointConflict."""
    read = endpoints(access.merchant).filter(pk=endpoint.pk, version=version)
    if not read.update(**values, version=version + 1):
        raise EndpointConflict
    record(access, "webhook.edit", target=endpoint.code, at=at, **values)
    return endpoints(access.merchant).get(pk=endpoint.pk)


@transaction.atomic
def enable(access: Access, endpoint: HookEndpoint, *, at: datetime) -> bool:
    """Switch an endpoint on again; what was held back stays so until it is sent again. Return whether it was off."""
    off = endpoints(access.merchant).filter(pk=endpoint.pk, state=State.DISABLED)
    fresh = {"disabled_at": None, "disabled_for": "", "failing_since": None}
    if not off.update(state=State.ACTIVE, version=F("version") + 1, **fresh):
        return False
    record(access, "webhook.enable", target=endpoint.code, at=at)
    return True


@transaction.atomic
def disable(access: Access, endpoint: HookEndpoint, *, at: datetime, reason: Reason = Reason.BY_HAND) -> bool:
    """Switch an endpoint off and hold back what waits for it; return whether it was on.

    Those who may change it are told by mail, unless one of them did it.
    """
    on = endpoints(access.merchant).filter(pk=endpoint.pk, state=State.ACTIVE)
    if not on.update(state=State.DISABLED, disabled_at=at, disabled_for=reason, version=F("version") + 1):
        return False
    _hold_back(endpoint)
    if reason != Reason.BY_HAND:
        payload = {"merchant": access.merchant.code, "endpoint": endpoint.code}
        outbox.publish(TOPIC, key=f"{endpoint.code}:{at.isoformat()}", payload=payload, at=at)
    record(access, "webhook.disable", target=endpoint.code, at=at, reason=reason)
    return True


@transaction.atomic
def delete(access: Access, endpoint: HookEndpoint, *, at: datetime) -> bool:
    """Delete an endpoint; its log stays for as long as that of any other. Return whether it was there."""
    if not endpoints(access.merchant).filter(pk=endpoint.pk).update(deleted_at=at):
        return False
    _hold_back(endpoint)
    record(access, "webhook.delete", target=endpoint.code, at=at, url=endpoint.url)
    return True


@transaction.atomic
def rotate(access: Access, endpoint: HookEndpoint, *, at: datetime) -> HookEndpoint:
    """Give an endpoint another secret; the one before signs as well for `secrets.OVERLAP`."""
    mine = endpoints(access.merchant).filter(pk=endpoint.pk)
    mine.update(generation=F("generation") + 1, rotated_at=at, version=F("version") + 1)
    record(access, "webhook.rotate", target=endpoint.code, at=at)
    return mine.get()


def _hold_back(endpoint: HookEndpoint) -> None:
    waiting = HookMessage.objects.filter(endpoint=endpoint, state=HookMessage.State.WAITING)
    waiting.update(state=HookMessage.State.HELD, due_at=None)
