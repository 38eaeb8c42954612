"""Fanning out: what the outbox tells becomes a message to each endpoint of the merchant that wants to know."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from chengfeng import clock, codes, wake
from chengfeng.models import OutboxMessage

from .events import EVENTS, TEST
from .models import HookEndpoint, HookMessage

LANE = "webhooks"


def fan_out(message: OutboxMessage) -> None:
    """Write the messages of an event (an outbox consumer); a repeat writes none. Nothing is sent here."""
    event, now = EVENTS[message.topic], clock.now()
    wanting = list(_wanting(message, at=now))
    data = event.data(message.payload) if wanting else {}
    written = HookMessage.objects.bulk_create(
        [
            HookMessage(
                merchant_id=endpoint.merchant_id, endpoint=endpoint, event=event.name, key=message.key,
                version=event.version, data=data, happened_at=message.created_at, created_at=now,
                **_standing(endpoint, now),
            )
            for endpoint in wanting
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if written:
        wake_lane()


def tell_test(endpoint: HookEndpoint, *, at: datetime) -> HookMessage:
    """Write a message of no event to an active endpoint, to see whether it arrives."""
    message = HookMessage.objects.create(
        merchant_id=endpoint.merchant_id, endpoint=endpoint, event=TEST, key=codes.new_code("tst"),
        data={"merchant": endpoint.merchant.code, "endpoint": endpoint.code}, happened_at=at, created_at=at, due_at=at,
    )  # fmt: skip
    wake_lane()
    return message


def _wanting(message: OutboxMessage, *, at: datetime) -> QuerySet[HookEndpoint]:
    """Return the endpoints that are told; those switched off long ago are not even written to any more."""
    lately = Q(disabled_at=None) | Q(disabled_at__gt=at - settings.WEBHOOKS_KEPT)
    merchant = message.payload.get("merchant", "")
    return HookEndpoint.objects.filter(
        lately, merchant__code=merchant, deleted_at=None, events__contains=[message.topic]
    ).order_by("pk")


def _standing(endpoint: HookEndpoint, at: datetime) -> dict:
    if endpoint.state == HookEndpoint.State.ACTIVE:
        return {"state": HookMessage.State.WAITING, "due_at": at}
    return {"state": HookMessage.State.HELD}


def wake_lane() -> None:
    """Have what is due sent once the transaction is through."""
    transaction.on_commit(lambda: wake.somebody(LANE))
