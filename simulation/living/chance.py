"""Chances that hang on a code alone: the same question about the same row has the same answer every time."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def of(code: object, question: str) -> Random:
    """Return the dice for one question about one thing."""
    return Random(f"{code}/{question}")


def day_of(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def moment(day: date, dice: Random, *, first: int, last: int) -> datetime:
    """Return some instant of a day between two hours."""
    return datetime.combine(day, time(first), ZONE) + timedelta(seconds=dice.randrange((last - first) * 3600))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)
