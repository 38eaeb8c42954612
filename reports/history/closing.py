"""Which days of which log are over, which of them have no file yet, and which have rows that came after all.

A day (UTC) is closed when it has been over for ten minutes and no transaction is open that began in it. Rows are
recorded at the moment that counts for their cause; what was due while no worker ran – an order that expired, say – is
recorded at its due time, and so on a day that may be closed. Such days are found by counting, and written anew.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from chengfeng import sql

from .logs import DAY, LOGS, Bounds, Log
from .models import HistoryDay

MARGIN = timedelta(minutes=10)
AGAIN = timedelta(days=8)  # for which closed days are counted again


def last_closed(*, at: datetime) -> date:
    """Return the last day that is closed."""
    (oldest,) = sql.row(OLDEST_TRANSACTION)
    settled = min(at - MARGIN, oldest or at)
    return settled.astimezone(UTC).date() - DAY


OLDEST_TRANSACTION = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def missing(log: Log, *, through: date) -> list[date]:
    """Return the days of a log up to `through` that are in no file of its schema, the oldest first."""
    first = beginning(log)
    if first is None:
        return []
    written = set(written_days(log))
    days = [first + DAY * n for n in range((through - first).days + 1)]
    return [day for day in days if day not in written]


def written_days(log: Log) -> list[date]:
    """Return the days that are in a file, or known to have no rows, in order."""
    return list(
        HistoryDay.objects.filter(log=log.name, schema=log.schema).order_by("day").values_list("day", flat=True)
    )


def beginning(log: Log) -> date | None:
    """Return the first day on which something was recorded, or None where nothing ever was."""
    known = HistoryDay.objects.filter(log=log.name, schema=log.schema).order_by("day").first()
    earliest = _earliest(log, before=Bounds.of(known.day).since if known else None)
    return earliest or (known.day if known else None)


def _earliest(log: Log, *, before: datetime | None) -> date | None:
    starts = ", ".join(
        f"(SELECT min({part.at}) FROM {part.table} WHERE {part.at} < %(before)s::timestamptz)" for part in log.parts
    )
    (earliest,) = sql.row(f"SELECT least({starts})", {"before": before or "infinity"})
    return earliest.astimezone(UTC).date() if earliest else None


def changed(log: Log, *, through: date) -> list[date]:
    """Return the days closed of late whose rows are not as many as were written."""
    first = through - AGAIN + DAY
    known = HistoryDay.objects.filter(log=log.name, schema=log.schema, day__range=(first, through))
    if not known:
        return []
    counted = counts(log, first=first, last=through)
    return [each.day for each in known.order_by("day") if counted.get(each.day, 0) != each.rows]


def counts(log: Log, *, first: date, last: date) -> Mapping[date, int]:
    """Return how many rows PostgreSQL has of each day, `last` included; days without any are left out."""
    bounds = Bounds(since=Bounds.of(first).since, until=Bounds.of(last).until)
    query = f"SELECT recorded / 86400000000, count(*) FROM ({log.query()}) AS log GROUP BY 1"
    return {date(1970, 1, 1) + DAY * number: rows for number, rows in sql.rows(query, bounds.params())}


def all_missing(*, through: date) -> list[tuple[Log, date]]:
    """Return what is to be written: the oldest days of all logs first."""
    found = [(log, day) for log in LOGS.values() for day in missing(log, through=through)]
    return sorted(found, key=lambda each: (each[1], list(LOGS).index(each[0].name)))
