"""The outbox: facts written with their cause, then told outside the transaction, at least once."""

import json
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from . import sql, wake
from .models import OutboxMessage

logger = logging.getLogger(__name__)

BACKOFF = [5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600]  # seconds before each further attempt


def publish(topic: str, *, key: str, payload: dict, at: datetime) -> None:
    """Write a message inside the caller's transaction; the same topic and key again changes nothing."""
    sql.together(publishing(topic, key=key, payload=payload, at=at))


def publishing(topic: str, *, key: str, payload: dict, at: datetime) -> sql.Step:
    """Return the step that writes a message, to be run with its cause; see `publish`."""
    params = {"topic": topic, "key": key, "payload": json.dumps(payload), "at": at}
    return sql.Step(PUBLISH, params, lambda published: transaction.on_commit(wake.somebody))


PUBLISH = sql.Part(
    """
published# AS (
    INSERT INTO chengfeng_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)
    VALUES (%(topic#)s, %(key#)s, %(payload#)s, statement_timestamp(), %(at#)s, 0, '')
    ON CONFLICT (topic, key) DO NOTHING RETURNING id
)""",
    "(SELECT count(*) FROM published#)",
)


def relay(*, at: datetime, limit: int = 100) -> int:
    """Deliver messages that are due, one transaction each; return how many were tried."""
    return next((tried for tried in range(limit) if not _relay_one(at)), limit)


def _relay_one(at: datetime) -> bool:
    with transaction.atomic():
        message = _due(at).select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if message is None:
            return False
        try:
            deliver(message)
        except Exception as error:
            logger.warning("outbox %s failed", message, exc_info=True)
            _postpone(message, error, at)
        else:
            message.delivered_at = at
        message.save()
        return True


def _due(at: datetime):
    return OutboxMessage.objects.filter(delivered_at=None, dead_at=None, due_at__lte=at)


def deliver(message: OutboxMessage) -> None:
    """Hand the message to every consumer that the settings name for its topic; each must bear repeats.

    One that fails is undone and keeps the others from nothing; then the first failure is raised.
    """
    failures = [_failure(path, message) for path in settings.OUTBOX_CONSUMERS.get(message.topic, ())]
    for failure in filter(None, failures):
        raise failure


def _failure(path: str, message: OutboxMessage) -> Exception | None:
    try:
        with transaction.atomic():
            import_string(path)(message)
    except Exception as error:
        return error
    return None


def _postpone(message: OutboxMessage, error: Exception, at: datetime) -> None:
    message.last_error = f"{type(error).__name__}: {error}"
    if message.attempts >= len(BACKOFF):
        message.dead_at = at
    else:
        message.due_at = at + timedelta(seconds=BACKOFF[message.attempts])
    message.attempts += 1


def revive(message: OutboxMessage, *, at: datetime) -> None:
    """Give a dead letter a new life from its first attempt."""
    OutboxMessage.objects.filter(pk=message.pk, dead_at__isnull=False).update(dead_at=None, attempts=0, due_at=at)
    wake.somebody()
