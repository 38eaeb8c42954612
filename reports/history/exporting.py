"""The job that writes closed days into files: whatever is missing, day by day, from where it was stopped."""

from datetime import date, datetime

from django.conf import settings

from chengfeng import clock
from chengfeng.jobs import Report
from chengfeng.models import Job

from . import closing
from .logs import LOGS, Log
from .writing import Busy, only_writer, write_day


def run(job: Job, report: Report) -> dict:
    """Write what is missing; the job kind `export_history`. While months are lived through, nothing is closed yet."""
    return {} if settings.SIMULATION else export(at=clock.now(), report=report)


def export(*, at: datetime, report: Report | None = None) -> dict[str, int]:
    """Write every closed day that has no file, and those that have got other rows since; return how many.

    It may be killed at any moment and run again; where another writes, nothing is left to do here.
    """
    report = report or _silent
    through = closing.last_closed(at=at)
    try:
        with only_writer() as using:
            due = [*_changed(through), *closing.all_missing(through=through)]
            for done, (log, day) in enumerate(due):
                report(done, len(due))
                write_day(log, day, at=at, using=using, beat=lambda done=done: report(done, len(due)))
            report(len(due), len(due))
            return {"days": len(due)}
    except Busy:
        return {"days": 0}


def _changed(through: date) -> list[tuple[Log, date]]:
    return [(log, day) for log in LOGS.values() for day in closing.changed(log, through=through)]


def _silent(progress: int, total: int | None) -> None:
    """Report to nobody."""
