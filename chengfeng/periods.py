"""Half-open periods of time, and the days of a shop in its own time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """The instants `start <= t < end`; both aware."""

    start: datetime
    end: datetime

    def __post_init__(self):
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs aware instants")
        if self.end < self.start:
            raise ValueError("a period ends after it starts")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def local_date(instant: datetime, time_zone: str) -> date:
    """Return the calendar day of `instant` in `time_zone` (an IANA name)."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def midnight(day: date, time_zone: str) -> datetime:
    """Return the first instant of `day` in `time_zone`, in UTC; right on days when clocks change."""
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def day_period(day: date, time_zone: str) -> Period:
    """Return the period of one local day (23, 24 or 25 hours long)."""
    return Period(midnight(day, time_zone), midnight(day + timedelta(days=1), time_zone))


def days_period(first: date, last: date, time_zone: str) -> Period:
    """Return the period from the start of `first` to the end of `last`, both local days included."""
    return Period(midnight(first, time_zone), midnight(last + timedelta(days=1), time_zone))


def each_day(first: date, last: date) -> Iterator[date]:
    """Yield every day from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
