"""Where the rows of a log are: files of days that are closed, and what PostgreSQL must be asked for besides."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from . import files
from .logs import TICK, Bounds, Log, utc_day
from .models import HistoryDay


@dataclass(frozen=True, slots=True)
class Cover:
    """Files, which may hold more than was asked for, and the bounds of the rows that are in none."""

    files: list[Path]
    gaps: list[Bounds]


def cover(log: Log, bounds: Bounds) -> Cover:
    """Return where the rows within bounds are: each of them in one place.

    The manifest is read first, so a day that is closed meanwhile is read from PostgreSQL as if it were open.
    """
    if bounds.is_empty:
        return Cover([], [])
    days = HistoryDay.objects.filter(log=log.name, schema=log.schema).order_by("day")
    if bounds.since:
        days = days.filter(day__gte=utc_day(bounds.since))
    if bounds.until:
        days = days.filter(day__lte=utc_day(bounds.until - TICK))
    written = list(days.values_list("day", "rows"))
    return Cover([files.path(log, day) for day, rows in written if rows], _gaps([day for day, _ in written], bounds))


def _gaps(days: list, bounds: Bounds) -> list[Bounds]:
    """Return what of the bounds lies in none of the days, which are in order."""
    gaps, reached = [], bounds.since
    for day in map(Bounds.of, days):
        if reached is None or reached < day.since:
            gaps.append(replace(bounds, since=reached, until=day.since))
        reached = _later(reached, day.until)
    if bounds.until is None or reached is None or reached < bounds.until:
        gaps.append(replace(bounds, since=reached))
    return gaps


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
