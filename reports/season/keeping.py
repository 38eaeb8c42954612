"""Seasons are named, changed and removed by operators, and found by everybody."""

from datetime import date, datetime

from django.db.models import Q

from shops.models import User

from ..measuring.periods import Days
from .models import Season


def keep(season: Season, *, by: User, at: datetime) -> Season:
    """Write a season that was checked, new or changed."""
    season.made_by, season.updated_at = by, at
    season.save()
    return season


def remove(season: Season) -> None:
    """Remove a season; it is a name for days, so nothing that was sold goes with it."""
    season.delete()


def current(*, today: date) -> Season | None:
    """Return the season that runs or was last, else the next."""
    begun = Season.objects.filter(first__lte=today).order_by("-first", "-pk").first()
    return begun or Season.objects.order_by("first", "pk").first()


def listed() -> list[Season]:
    return list(Season.objects.order_by("-last", "-pk"))


def find(code: str) -> Season | None:
    return Season.objects.filter(code=code).first()


def year_before(season: Season) -> Season | None:
    """Return the season of the same occasion in the year before."""
    return Season.objects.filter(Q(occasion=season.occasion, last__year=season.last.year - 1)).first()


def days_a_year_before(season: Season | None, days: Days) -> tuple[Days, Season | None]:
    """Return the days of that season, or the same days of the calendar where no season is named so."""
    before = year_before(season) if season else None
    return (before.days, before) if before else (days.year_before, None)
