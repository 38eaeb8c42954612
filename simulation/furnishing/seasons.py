"""Promotion seasons that lie in the days lived through, named by the operator as they usually are."""

from datetime import datetime

from reports.season import keeping
from reports.season.models import Season
from reports.season.occasions import OCCASIONS, usual
from shops.models import User


def name(operator: User, *, opening: datetime, now: datetime) -> None:
    """Name every season of the ready list that begins after the opening and has begun by now."""
    for year in range(opening.year, now.year + 1):
        for occasion in OCCASIONS:
            season = Season(**usual(occasion, year))
            if opening.date() <= season.first <= now.date():
                keeping.keep(season, by=operator, at=opening)
