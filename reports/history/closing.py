"""Which days of which log are over, which of them have no file yet, and which have rows that came after all.

A day (UTC) is closed when it has been over for ten minutes and no transaction is open that began in it. Rows are
recorded at the moment that counts for their cause; what was due while no worker ran – an order that expired, say – is
recorded at its due time, and so on a day that may be closed. Such days are found by counting, and written anew, in the
logs where that can happen: what browsers and tills report is recorded when it comes.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

import psycopg

from chengfeng import sql

from .logs import DAY, Bounds, Log, utc_day
from .models import HistoryDay

MARGIN = timedelta(minutes=10)
AGAIN = timedelta(days=8)  # for which closed days are counted again


def last_closed(*, at: datetime) -> date:
    """Return the last day that is closed."""
    (oldest,) = sql.row(OLDEST_TRANSACTION)
    settled = min(at - MARGIN, oldest or at)
    return utc_day(settled) - DAY


OLDEST_TRANSACTION = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def known(log: Log) -> dict[date, int]:
    """Return the days that the manifest has of a log, in order, with their rows."""
    days = HistoryDay.objects.filter(log=log.name, schema=log.schema).order_by("day")
    return dict(days.values_list("day", "rows"))


def look(log: Log, known: Mapping[date, int], *, through: date, using: psycopg.Connection) -> dict[date, int]:
    """Return how many rows PostgreSQL has of each day that may have to be written: missing ones, and late ones."""
    days = missing(log, known, through=through, using=using)
    if log.may_be_late:
        days = sorted({*days, *(day for day in known if through - AGAIN < day <= through)})
    counted = counts(log, first=days[0], last=days[-1], using=using) if days else {}
    return {day: counted.get(day, 0) for day in days}


def missing(log: Log, known: Collection[date], *, through: date, using: psycopg.Connection) -> list[date]:
    """Return the days of a log up to `through` that the manifest has not, the oldest first."""
    first = min(known, default=None)
    begun = _earliest(log, before=first, using=using) or first
    days = [] if begun is None else [begun + DAY * n for n in range((through - begun).days + 1)]
    return [day for day in days if day not in known]


def _earliest(log: Log, *, before: date | None, using: psycopg.Connection) -> date | None:
    """Return the first day on which something was recorded, if there is one before a day."""
    starts = ", ".join(f"(SELECT min({part.at}) FROM {part.table} WHERE {part.at} < %(before)s)" for part in log.parts)
    bound = Bounds.of(before).since if before else "infinity"
    (earliest,) = using.execute(f"SELECT least({starts})", {"before": bound}).fetchone()
    return utc_day(earliest) if earliest else None


def counts(log: Log, *, first: date, last: date, using: psycopg.Connection) -> dict[date, int]:
    """Return how many rows PostgreSQL has of each day, `last` included; days without any are left out."""
    bounds = Bounds(since=Bounds.of(first).since, until=Bounds.of(last).until)
    query = f"SELECT recorded / 86400000000, count(*) FROM ({log.query()}) AS log GROUP BY 1"
    found = using.execute(query, bounds.params()).fetchall()
    return {date(1970, 1, 1) + DAY * number: rows for number, rows in found}
