"""Sending what is due: claimed under a lease, posted outside any transaction, its outcome written down.

Messages are sent at least once. A worker that dies leaves an attempt without an end, and the message is claimed again,
under the same id, once its lease is over. Order is not promised: a message that waits lets later ones pass.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from chengfeng import clock, sql
from chengfeng.webhooks import signing
from chengfeng.webhooks.posting import Answer
from chengfeng.webhooks.sender import Sender

from ..tenancy import Access
from . import keeping
from .models import HookAttempt, HookEndpoint, HookMessage
from .retrying import WAITS, wait_after
from .secrets import signing_secrets

LEASE = timedelta(seconds=20)  # twice what a message may take
SHARES = {False: 32, True: 16}  # messages on their way at once, by whether their endpoint fails
WORKING = {False: 32}
AT_ONCE = 4  # to one endpoint
LOOK_EVERY = 0.5  # seconds, while messages are on their way
SHIFT = 20.0  # seconds: in every other one nothing is claimed for endpoints that fail, so that a worker comes to rest

State = HookMessage.State


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker alone may send for now, as its attempt of that number."""

    message: HookMessage
    number: int
    was_failing: bool


def run() -> int:
    """Send what is due, and what becomes due meanwhile; return the number of attempts.

    An endpoint that hangs keeps at most AT_ONCE places, and from its first failure on none of those that work.
    """
    made, begun = 0, time.monotonic()
    under_way: dict[Future[Answer], Claim] = {}
    with Sender() as sender:
        while True:
            shares = WORKING if (time.monotonic() - begun) // SHIFT % 2 else SHARES
            under_way |= {_post(sender, each): each for each in _claims(shares, list(under_way.values()))}
            if not under_way:
                return made
            done, _ = wait(under_way, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in done:
                settle(under_way.pop(future), future.result(), at=clock.now())
            made += len(done)


def _claims(shares: Mapping[bool, int], under_way: Sequence[Claim]) -> Iterator[Claim]:
    """Claim as much as there is room for, beside what is on its way."""
    busy = sorted({each.message.endpoint_id for each in under_way})
    for is_failing, share in shares.items():
        room = share - sum(each.was_failing == is_failing for each in under_way)
        if room > 0:
            yield from claim(at=clock.now(), room=room, is_failing=is_failing, busy=busy)


@transaction.atomic
def claim(*, at: datetime, room: int, is_failing: bool = False, busy: Sequence[int] = ()) -> list[Claim]:
    """Claim up to `room` due messages, AT_ONCE of an endpoint, and write down that they are attempted.

    Another worker finds them due again when the lease is over, unless their outcome is known by then.
    """
    params = {
        "at": at, "room": room, "is_failing": is_failing, "busy": list(busy), "at_once": AT_ONCE,
        "lease_ends": at + LEASE,
    }  # fmt: skip
    keys = [key for (key,) in sql.rows(CLAIM, params)]
    messages = HookMessage.objects.filter(pk__in=keys).select_related("endpoint__merchant").order_by("pk")
    claims = [Claim(message, message.attempts_made, is_failing) for message in messages] if keys else []
    HookAttempt.objects.bulk_create(
        HookAttempt(message=each.message, number=each.number, started_at=at) for each in claims
    )
    return claims


CLAIM = """
UPDATE shops_hookmessage AS claimed SET due_at = %(lease_ends)s, attempts_made = attempts_made + 1
FROM (
    SELECT due.id FROM shops_hookendpoint e CROSS JOIN LATERAL (
        SELECT m.id, m.due_at FROM shops_hookmessage m
        WHERE m.endpoint_id = e.id AND m.state = 'waiting' AND m.due_at <= %(at)s
        ORDER BY m.due_at LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE e.state = 'active' AND (e.failing_since IS NOT NULL) = %(is_failing)s AND e.id <> ALL (%(busy)s::bigint[])
    ORDER BY due.due_at LIMIT %(room)s
) AS chosen WHERE claimed.id = chosen.id RETURNING claimed.id
"""


def _post(sender: Sender, claim: Claim) -> Future[Answer]:
    message = claim.message
    body, now = body_of(message), clock.now()
    secrets = signing_secrets(message.endpoint, at=now)
    headers = signing.headers(code=message.code, body=body, secrets=secrets, at=now)
    allowed = settings.WEBHOOK_NETWORKS
    return sender.post(message.endpoint.url, body=body.encode(), headers=headers, allowed=allowed)


def body_of(message: HookMessage, *, indent: int | None = None) -> str:
    """Return the JSON that is sent, the same at every attempt; indented for people to read."""
    content = {
        "type": message.event,
        "version": message.version,
        "timestamp": message.happened_at.isoformat(),
        "data": message.data,
    }
    separators = None if indent else (",", ":")
    return json.dumps(content, ensure_ascii=False, separators=separators, indent=indent)


def settle(claim: Claim, answer: Answer, *, at: datetime) -> None:
    """Write down what came of an attempt, and what follows from it for the message and the endpoint."""
    with transaction.atomic():
        HookAttempt.objects.filter(message=claim.message, number=claim.number).update(
            ended_at=at, status=answer.status, trouble=answer.trouble, milliseconds=answer.milliseconds,
            answer=answer.body,
        )  # fmt: skip
        (_accepted if answer.is_accepted else _refused)(claim, answer, at)
    if reason := _reason_to_disable(claim, answer, at):
        endpoint = claim.message.endpoint
        keeping.disable(Access(endpoint.merchant, frozenset()), endpoint, at=at, reason=reason)


def _accepted(claim: Claim, answer: Answer, at: datetime) -> None:
    """Whatever has happened to the message meanwhile, it has arrived."""
    HookEndpoint.objects.filter(pk=claim.message.endpoint_id, failing_since__isnull=False).update(failing_since=None)
    arrived = {"state": State.DELIVERED, "due_at": None, "delivered_at": at}
    HookMessage.objects.filter(pk=claim.message.pk).exclude(state=State.DELIVERED).update(**arrived)


def _refused(claim: Claim, answer: Answer, at: datetime) -> None:
    """Let the message wait for its next attempt or give it up, unless it is another's by now."""
    HookEndpoint.objects.filter(pk=claim.message.endpoint_id, failing_since=None).update(failing_since=at)
    ours = HookMessage.objects.filter(pk=claim.message.pk, state=State.WAITING, attempts_made=claim.number)
    delay = wait_after(claim.message.retries, answer)
    if delay is None:
        ours.update(state=State.DEAD, due_at=None)
    else:
        ours.update(due_at=at + delay, retries=claim.message.retries + 1)


def _reason_to_disable(claim: Claim, answer: Answer, at: datetime) -> HookEndpoint.Reason | None:
    """Return why an endpoint is to be told nothing more: it said so, or it failed for days while messages died."""
    if answer.is_gone:
        return HookEndpoint.Reason.GONE
    if answer.is_accepted or claim.message.retries < len(WAITS):
        return None
    failing = HookEndpoint.objects.filter(
        pk=claim.message.endpoint_id, failing_since__lte=at - settings.WEBHOOK_DISABLED_AFTER
    )
    return HookEndpoint.Reason.FAILING if failing.exists() else None
