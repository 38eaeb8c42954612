"""Forgetting: the log of deliveries is kept for a while and then deleted."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chengfeng import clock, sql
from chengfeng.jobs import Report
from chengfeng.models import Job

SLICE = 5000


def run(job: Job, report: Report) -> dict:
    """The recurring job `forget_webhooks`."""
    return {"forgotten": forget(before=clock.now() - settings.WEBHOOKS_KEPT)}


def forget(*, before: datetime) -> int:
    """Delete the messages written before an instant with their attempts, in slices; return how many there were."""
    total = 0
    while number := _forget_some(before):
        total += number
    return total


@transaction.atomic
def _forget_some(before: datetime) -> int:
    keys = [key for (key,) in sql.rows(OLDEST, {"before": before, "slice": SLICE})]
    sql.run("DELETE FROM shops_hookattempt WHERE message_id = ANY (%(keys)s)", {"keys": keys})
    return sql.run("DELETE FROM shops_hookmessage WHERE id = ANY (%(keys)s)", {"keys": keys})


OLDEST = """
SELECT id FROM shops_hookmessage WHERE created_at < %(before)s ORDER BY created_at LIMIT %(slice)s
FOR UPDATE SKIP LOCKED
"""
