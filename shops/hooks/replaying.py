"""Sending again: one message, or all that an endpoint did not take; and a test message."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from ..people.audit import record
from ..tenancy import Access, own
from . import fanning
from .models import HookEndpoint, HookMessage

State = HookMessage.State


class SwitchedOff(Exception):
    """The endpoint is switched off; nothing is sent to it."""


def failed(endpoint: HookEndpoint, *, since: datetime | None = None) -> QuerySet[HookMessage]:
    """Return the messages of an endpoint, of events since an instant, that were given up or held back."""
    lost = HookMessage.objects.filter(endpoint=endpoint, state__in=[State.DEAD, State.HELD])
    return lost.filter(happened_at__gte=since) if since else lost


@transaction.atomic
def replay(access: Access, message: HookMessage, *, at: datetime) -> bool:
    """Send a message again under the same id, from the beginning of the schedule; raises SwitchedOff.

    Return whether anything changed: one that waits already is sent when it is due.
    """
    _require_active(access, message.endpoint)
    over = HookMessage.objects.filter(pk=message.pk).exclude(state=State.WAITING)
    if not _again(over, at):
        return False
    record(access, "webhook.replay", target=message.endpoint.code, at=at, message=message.code)
    return True


@transaction.atomic
def replay_failed(access: Access, endpoint: HookEndpoint, *, since: datetime | None = None, at: datetime) -> int:
    """Send all again that failed since an instant, or at all; return how many. Raises SwitchedOff."""
    _require_active(access, endpoint)
    number = _again(failed(endpoint, since=since), at)
    if number:
        record(access, "webhook.replay", target=endpoint.code, at=at, messages=number)
    return number


@transaction.atomic
def test(access: Access, endpoint: HookEndpoint, *, at: datetime) -> HookMessage:
    """Send a message of no event; raises SwitchedOff."""
    _require_active(access, endpoint)
    message = fanning.tell_test(endpoint, at=at)
    record(access, "webhook.test", target=endpoint.code, at=at, message=message.code)
    return message


def _require_active(access: Access, endpoint: HookEndpoint) -> None:
    """Keep the endpoint from being switched off until the transaction ends."""
    active = own(HookEndpoint, access.merchant).filter(pk=endpoint.pk, state=HookEndpoint.State.ACTIVE, deleted_at=None)
    if not active.select_for_update(of=("self",), no_key=True).exists():
        raise SwitchedOff


def _again(messages: QuerySet[HookMessage], at: datetime) -> int:
    number = messages.update(state=State.WAITING, due_at=at, retries=0)
    if number:
        fanning.wake_lane()
    return number
