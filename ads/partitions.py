"""Day partitions of what comes in masses: made ahead by a job or when an event asks for one, dropped when due."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.db import OperationalError, connection, transaction

from chengfeng import sql
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import each_day

BEHIND, AHEAD = timedelta(days=2), timedelta(days=7)
LOCK = 0x61647061  # one maker of partitions at a time
AT_ONCE = 60
TABLES = ("ads_event", "ads_behaviour", "ads_auctionrecord")
KEPT = {  # the days before today that are needed, and one for the clocks
    "ads_behaviour": timedelta(days=31),
    "ads_auctionrecord": timedelta(days=31),
}

_known: set[date] = set()


def run(job: Job, report: Report) -> dict:
    """Make the partitions of the days around the job's day, and drop those of days that are kept no longer."""
    today = job.due_at.date()
    return {"made": ensure(today - BEHIND, today + AHEAD), "dropped": forget(today)}


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


def forget(today: date) -> int:
    """Drop what is kept no longer as of `today`; return how many partitions that were.

    Nobody waits for it: a partition that is busy for half a second stays until the next run.
    """
    days = _days()
    due = [(table, day) for table, kept in KEPT.items() for day in sorted(days[table]) if day < today - kept]
    return sum(_drop(f"{table}_{day:%Y%m%d}", of=table) for table, day in due)


def _drop(name: str, *, of: str) -> bool:
    try:
        with transaction.atomic():
            sql.run("SET LOCAL lock_timeout = '500ms'")
            sql.run(f"ALTER TABLE {of} DETACH PARTITION {name}")
            sql.run(f"DROP TABLE {name}")
    except OperationalError:
        return False
    return True


def of(table: str) -> list[str]:
    """Return the names of a table's partitions, the earliest day first."""
    return sorted(name for _, name in sql.rows(PARTITIONS, [[table]]))


def existing() -> set[date]:
    """Return the days that have a partition of every table."""
    return set.intersection(*_days().values())


def _days() -> dict[str, set[date]]:
    """Return the days of each table that have a partition."""
    days = {table: set() for table in TABLES}
    for table, name in sql.rows(PARTITIONS, [list(TABLES)]):
        days[table].add(date.fromisoformat(name.removeprefix(f"{table}_")))
    return days


PARTITIONS = """
SELECT inhparent::regclass::text, inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ANY(%s::regclass[])
"""


@transaction.atomic
def _make(days: Sequence[date]) -> None:
    """Create and attach; attaching, unlike creating in place, blocks neither readers nor writers."""
    sql.hold(LOCK, 0)
    for table, made in _days().items():
        for day in sorted(set(days) - made):
            name = f"{table}_{day:%Y%m%d}"
            bounds = f"FROM ('{day}') TO ('{day + timedelta(1)}')"
            sql.run(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
            sql.run(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {bounds}")
