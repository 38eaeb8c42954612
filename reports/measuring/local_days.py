"""Days as engines count them – from 1970 on – and as people name them."""

from datetime import date, timedelta

FIRST_DAY = date(1970, 1, 1)


def day_of(number: int | None) -> date | None:
    return None if number is None else FIRST_DAY + timedelta(days=number)


def number_of(day: date) -> int:
    return (day - FIRST_DAY).days


def moved(code: str, number: int, other: date, days: date) -> int:
    """Return the day, week or month of a period that stands where this one stands in the other period."""
    if code == "day":
        return number + (days - other).days
    if code == "week":
        weeks = (number - (number_of(other) - other.weekday())) // 7
        return number_of(days) - days.weekday() + 7 * weeks
    then = day_of(number)
    months = (then.year - other.year) * 12 + then.month - other.month + days.month - 1
    return number_of(date(days.year + months // 12, months % 12 + 1, 1))
