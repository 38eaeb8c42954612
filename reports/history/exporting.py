"""The job that writes closed days into files: whatever is missing, day by day, from where it was stopped."""

from collections.abc import Callable
from datetime import date, datetime

import psycopg
from django.conf import settings

from chengfeng import clock
from chengfeng.jobs import Report
from chengfeng.models import Job

from ..attending import attended
from . import closing
from .logs import LOGS, Log
from .writing import Busy, only_writer, record_quiet, write_day


def run(job: Job, report: Report) -> dict:
    """Write what is missing; the job kind `export_history`. While months are lived through, nothing is closed yet."""
    return {} if settings.SIMULATION else export(at=clock.now(), report=report)


def export(*, at: datetime, report: Report | None = None) -> dict[str, int]:
    """Write every closed day that has no file, and those that have got other rows since; return how many.

    It may be killed at any moment and run again; where another writes, nothing is left to do here.
    """
    try:
        with only_writer() as using:
            return {"days": _export(closing.last_closed(at=at), at=at, using=using, report=report or _silent)}
    except Busy:
        return {"days": 0}


def _export(through: date, *, at: datetime, using: psycopg.Connection, report: Report) -> int:
    found = [_due(log, through, at=at, using=using, beat=lambda: report(0, None)) for log in LOGS.values()]
    due = sorted(((day, number) for number, days in enumerate(found) for day in days))
    logs = list(LOGS.values())
    for done, (day, number) in enumerate(due):
        report(done, len(due))
        write_day(logs[number], day, at=at, using=using, beat=lambda done=done: report(done, len(due)))
    report(len(due), len(due))
    return len(due)


def _due(log: Log, through: date, *, at: datetime, using: psycopg.Connection, beat: Callable[[], None]) -> list[date]:
    """Return the days of a log that are to be written; missing ones without rows are entered at once."""
    known = closing.known(log)
    rows = attended(lambda: closing.look(log, known, through=through, using=using), beat=beat, stop=using.cancel)
    record_quiet(log, [day for day in rows if day not in known and not rows[day]], at=at)
    return [day for day in rows if rows[day] != known.get(day, 0)]


def _silent(progress: int, total: int | None) -> None:
    """Report to nobody."""
