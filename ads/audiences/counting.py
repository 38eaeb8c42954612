"""The job that finds out who is in each audience: every few minutes where ads use it, every hour elsewhere."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from chengfeng import sql
from chengfeng.jobs import Report
from chengfeng.models import Job

from ..models import Audience, GroupAudience
from .people import definition_of, statement

LOCK = 0x61756469  # one count of an audience at a time
SELDOM = timedelta(hours=1)


def run(job: Job, report: Report) -> dict:
    """Count the audience that the job names, else all that are due."""
    named = job.params.get("audience")
    audiences = Audience.objects.filter(pk=named) if named else due(at=job.due_at)
    wanted = list(audiences.order_by("pk").values_list("pk", flat=True))
    counted = 0
    for done, audience in enumerate(wanted):
        report(done, len(wanted))
        counted += recount(audience, at=job.due_at)
    return {"counted": counted}


def due(*, at: datetime) -> QuerySet[Audience]:
    """Return the audiences to be counted at `at`."""
    used = Exists(GroupAudience.objects.filter(audience=OuterRef("pk")))
    waiting = Q(counted_at=None) | Q(used, counted_at__lt=at) | Q(counted_at__lte=at - SELDOM)
    return Audience.objects.filter(waiting, state=Audience.State.ACTIVE)


@transaction.atomic
def recount(audience: int, *, at: datetime) -> bool:
    """Let the members of an audience be who belongs to it as of `at`; return whether it was not yet counted so late.

    It waits for another count of the same audience to end.
    """
    sql.hold(LOCK, audience)
    found = Audience.objects.filter(Q(counted_at=None) | Q(counted_at__lt=at), state=Audience.State.ACTIVE)
    counted = found.filter(pk=audience).first()
    if counted is None:
        return False
    people, params = statement(definition_of(counted), at=at)
    size, moved = sql.row(RECOUNT.format(people), {**params, "audience": audience})
    changed_at = at if moved else F("changed_at")
    Audience.objects.filter(pk=audience).update(size=size, counted_at=at, changed_at=changed_at)
    return True


RECOUNT = """
WITH people AS MATERIALIZED ({}), gone AS (
    DELETE FROM ads_audiencemember m
    WHERE m.audience_id = %(audience)s AND NOT EXISTS (SELECT FROM people p WHERE p.shopper = m.shopper)
    RETURNING 1
), come AS (
    INSERT INTO ads_audiencemember (audience_id, shopper) SELECT %(audience)s, shopper FROM people ORDER BY shopper
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM gone) + (SELECT count(*) FROM come)
"""
