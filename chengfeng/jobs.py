"""Background jobs as rows: enqueue, claim under a lease, run, retry, cancel; Celery only wakes the workers."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from . import sql, wake
from .models import Job, Schedule

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
ATTEMPTS = 3

Report = Callable[[int, int | None], None]


class Cancelled(Exception):
    """Somebody cancelled the job while it ran."""


class Refused(Exception):
    """The job cannot succeed; its message is for the person who asked, and it is not tried again."""


def enqueue(kind: str, *, at: datetime, owner: str = "", requested_by: str = "", **params) -> Job:
    """Write a job of a kind named in settings.JOBS, due at `at`, and wake a worker after the commit."""
    if kind not in settings.JOBS:
        raise ValueError(f"no job kind {kind!r}")
    job = Job.objects.create(kind=kind, owner=owner, requested_by=requested_by, params=params, due_at=at)
    transaction.on_commit(wake.somebody)
    return job


def run_due(*, at: datetime) -> bool:
    """Run one job that is due, if there is one; return whether there was."""
    job = _claim(at)
    if job is None:
        return False
    try:
        result = import_string(settings.JOBS[job.kind])(job, partial(_report, job))
    except Cancelled:
        return True
    except Refused as error:
        _end(job, Job.State.FAILED, error=str(error))
    except Exception as error:
        logger.exception("job %s failed", job)
        _retry(job, error)
    else:
        _end(job, Job.State.DONE, result=result or {})
    return True


def _claim(at: datetime) -> Job | None:
    """Take the next due job, or one whose worker died, under a fresh lease; a long one only while few of them run."""
    with transaction.atomic():
        job = _next(at)
        if job and job.kind in settings.LONG_JOBS and _run_enough(at):
            job = _next(at, but=settings.LONG_JOBS)
        if job is None:
            return None
        job.state, job.leased_until, job.attempts = Job.State.RUNNING, at + LEASE, job.attempts + 1
        if job.attempts > ATTEMPTS:
            job.state, job.finished_at, job.error = Job.State.FAILED, at, "the worker died each time"
        job.save()
    return job if job.state == Job.State.RUNNING else _claim(at)


def _next(at: datetime, *, but: Collection[str] = ()) -> Job | None:
    waiting = Q(state=Job.State.QUEUED, due_at__lte=at) | Q(state=Job.State.RUNNING, leased_until__lt=at)
    known = Job.objects.select_for_update(skip_locked=True).filter(waiting).exclude(kind__in=but)
    return known.order_by("due_at", "pk").first()


def _run_enough(at: datetime) -> bool:
    """Whether as many long jobs run as may at once; who asks next waits until this claim is known."""
    sql.run("SELECT pg_advisory_xact_lock(hashtext('long jobs'))")
    running = Job.objects.filter(kind__in=settings.LONG_JOBS, state=Job.State.RUNNING, leased_until__gte=at)
    return running.count() >= settings.LONG_JOBS_AT_ONCE


def _report(job: Job, progress: int, total: int | None = None) -> None:
    """Store progress and renew the lease; raises Cancelled when the job is no longer ours to run."""
    fields = {"progress": progress, "leased_until": timezone.now() + LEASE}
    if total is not None:
        fields["total"] = total
    if not _ours(job).update(**fields):
        raise Cancelled


def _ours(job: Job):
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _end(job: Job, state: Job.State, **fields) -> None:
    _ours(job).update(state=state, finished_at=timezone.now(), **fields)


def finish(job: Job, *, at: datetime, result: dict | None = None) -> None:
    """Call a job done in the transaction of its effect, so that neither is without the other.

    Raises Cancelled when the job is no longer ours to run.
    """
    if not _ours(job).update(state=Job.State.DONE, finished_at=at, result=result or {}):
        raise Cancelled


def _retry(job: Job, error: Exception) -> None:
    message = f"{type(error).__name__}: {error}"
    if job.attempts >= ATTEMPTS:
        _end(job, Job.State.FAILED, error=message)
    else:
        due = timezone.now() + timedelta(seconds=5 * 2**job.attempts)
        _ours(job).update(state=Job.State.QUEUED, error=message, due_at=due, leased_until=None)


def cancel(job: Job, *, at: datetime) -> bool:
    """Cancel a job that is not over; the worker notices at its next report. Return whether it was cancelled."""
    alive = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return bool(alive.update(state=Job.State.CANCELLED, finished_at=at))


def retry(job: Job, *, at: datetime) -> bool:
    """Queue a failed job anew from its first attempt; return whether it had failed."""
    failed = Job.objects.filter(pk=job.pk, state=Job.State.FAILED)
    fresh = {"attempts": 0, "error": "", "due_at": at, "leased_until": None, "finished_at": None}
    if not failed.update(state=Job.State.QUEUED, **fresh):
        return False
    wake.somebody()
    return True


def run_schedules(*, at: datetime) -> int:
    """Enqueue every recurring job that is due; return how many."""
    due = [kind for kind in settings.SCHEDULES if _take_turn(kind, at)]
    for kind in due:
        enqueue(kind, at=at)
    return len(due)


def _take_turn(kind: str, at: datetime) -> bool:
    """Move a due schedule to its next time by a guarded update, so that one sweeper of many wins."""
    every = settings.SCHEDULES[kind]
    Schedule.objects.bulk_create([Schedule(kind=kind, every_seconds=every, next_at=at)], ignore_conflicts=True)
    due = Schedule.objects.filter(kind=kind, next_at__lte=at)
    return bool(due.update(every_seconds=every, next_at=at + timedelta(seconds=every))) and not _is_waiting(kind)


def _is_waiting(kind: str) -> bool:
    return Job.objects.filter(kind=kind, state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists()


def forget_finished(*, before: datetime) -> int:
    """Delete the rows of recurring jobs that finished before `before`."""
    return Job.objects.filter(kind__in=settings.SCHEDULES, finished_at__lt=before).delete()[0]
