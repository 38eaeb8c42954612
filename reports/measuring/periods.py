"""The days that a report is of: named ones, days of one's own choice, and what they are compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

LONGEST = 3 * 366
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Local days of a shop, both included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Days":
        """As many days, ending where these start."""
        return Days(self.first - self.length * DAY, self.first - DAY)

    @property
    def year_before(self) -> "Days":
        """The same days of the calendar a year before; 29 February is taken for the 28th."""
        return Days(_year_before(self.first), _year_before(self.last))

    def document(self) -> dict[str, str]:
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def is_too_long(days: Days) -> bool:
    return days.length > LONGEST


def _last(number: int) -> Callable[[date], Days]:
    return lambda today: Days(today - (number - 1) * DAY, today)


def _week(today: date) -> Days:
    return Days(today - today.weekday() * DAY, today)


def _last_week(today: date) -> Days:
    monday = today - today.weekday() * DAY
    return Days(monday - 7 * DAY, monday - DAY)


def _month(today: date) -> Days:
    return Days(today.replace(day=1), today)


def _last_month(today: date) -> Days:
    last = today.replace(day=1) - DAY
    return Days(last.replace(day=1), last)


NAMED: dict[str, Callable[[date], Days]] = {
    "today": _last(1),
    "yesterday": lambda today: Days(today - DAY, today - DAY),
    "last_7_days": _last(7),
    "last_14_days": _last(14),
    "last_28_days": _last(28),
    "last_30_days": _last(30),
    "last_90_days": _last(90),
    "last_365_days": _last(365),
    "this_week": _week,
    "last_week": _last_week,
    "this_month": _month,
    "last_month": _last_month,
    "this_year": lambda today: Days(today.replace(month=1, day=1), today),
}
LABELS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "last_7_days": _("Last 7 days"),
    "last_14_days": _("Last 14 days"),
    "last_28_days": _("Last 28 days"),
    "last_30_days": _("Last 30 days"),
    "last_90_days": _("Last 90 days"),
    "last_365_days": _("Last 365 days"),
    "this_week": _("This week"),
    "last_week": _("Last week"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_year": _("This year"),
}


def resolve(period: str | Days, *, today: date) -> Days:
    """Return the days of a period; the last of named ones is today."""
    return period if isinstance(period, Days) else NAMED[period](today)


def compared(days: Days, compare: str | Days | None) -> Days | None:
    """Return the days to compare with, or None."""
    if compare == "before":
        return days.before
    return days.year_before if compare == "year" else compare
