"""Day partitions of the events: made ahead by a job, and at once when an event's day has none."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import each_day

BEHIND, AHEAD = timedelta(days=2), timedelta(days=7)
LOCK = 0x61647061  # one maker of partitions at a time
AT_ONCE = 60

_known: set[date] = set()


def run(job: Job, report: Report) -> dict:
    """Make the partitions of the days around the job's day."""
    today = job.due_at.date()
    return {"made": ensure(today - BEHIND, today + AHEAD)}


def ensure(first: date, last: date) -> int:
    """Make every missing partition from `first` to `last`, both included; return how many were missing."""
    return ensure_days(set(each_day(first, last)))


def ensure_days(days: Collection[date]) -> int:
    """Make the missing partitions of these days (UTC); return how many there were. Free once a process knows them.

    Call it outside the transaction that writes the events: it commits for itself, unless it runs inside another.
    """
    unknown = set(days) - _known
    if not unknown:
        return 0
    missing = sorted(unknown - existing())
    for start in range(0, len(missing), AT_ONCE):
        _make(missing[start : start + AT_ONCE])
    if not connection.in_atomic_block:
        _known.update(unknown)
    return len(missing)


def existing() -> set[date]:
    """Return the days that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ads_event'::regclass")
        return {date.fromisoformat(name.removeprefix("ads_event_")) for (name,) in cursor.fetchall()}


@transaction.atomic
def _make(days: Sequence[date]) -> None:
    """Create and attach; attaching, unlike creating in place, blocks neither readers nor writers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for day in sorted(set(days) - existing()):
            name = f"ads_event_{day:%Y%m%d}"
            cursor.execute(f"CREATE TABLE {name} (LIKE ads_event INCLUDING ALL)")
            cursor.execute(
                f"ALTER TABLE ads_event ATTACH PARTITION {name} FOR VALUES FROM ('{day}') TO ('{day + timedelta(1)}')"
            )
