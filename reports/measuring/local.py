"""Moments as days and hours of a shop: the shop's clock as expressions, right over every change of its zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import ibis
from ibis.expr.types import IntegerValue

from .local_days import FIRST_DAY

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1) // MICROSECOND
DAY = 24 * HOUR
THURSDAY = 3  # the weekday of the first day, Monday being 0


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def clock(moment: IntegerValue, merchant: IntegerValue, zones: Mapping[int, str], since: date, until: date):
    """Return a moment as microseconds of the clock of its merchant's zone, between two days."""
    by_zone: dict[str, list[int]] = {}
    for pk, zone in zones.items():
        by_zone.setdefault(zone, []).append(pk)
    read = [(merchants, _shifted(moment, zone, since, until)) for zone, merchants in by_zone.items()]
    if len(read) == 1:
        return read[0][1]
    return ibis.cases(*[(merchant.isin(merchants), shifted) for merchants, shifted in read], else_=moment)


def _shifted(moment: IntegerValue, zone: str, since: date, until: date) -> IntegerValue:
    changes = offsets(zone, since, until)
    if len(changes) == 1:
        return moment + changes[0][1]
    ends = [(moment < start, offset) for (start, _), (_, offset) in zip(changes[1:], changes, strict=False)]
    return moment + ibis.cases(*ends, else_=changes[-1][1])


def offsets(zone: str, since: date, until: date) -> list[tuple[int, int]]:
    """Return from which moment on which offset holds, from two days before `since` to two days after `until`."""
    at = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=2)
    end = datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=3)
    changes = [(micros(at), _offset(at, zone))]
    while at < end:
        after = at + timedelta(hours=1)
        if _offset(after, zone) != changes[-1][1]:
            start = _change(at, after, zone)
            changes.append((micros(start), _offset(start, zone)))
        at = after
    return changes


def _change(low: datetime, high: datetime, zone: str) -> datetime:
    """Return the first second after `low` with the offset of `high`."""
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (low, middle) if _offset(middle, zone) == _offset(high, zone) else (middle, high)
    return high


def _offset(moment: datetime, zone: str) -> int:
    return moment.astimezone(ZoneInfo(zone)).utcoffset() // MICROSECOND


def whole(number: IntegerValue, by: int) -> IntegerValue:
    """Return the whole part of a quotient, exactly; numbers are not negative."""
    return ((number - number % by).cast("float64") / float(by)).round().cast("int64")


def day(local: IntegerValue) -> IntegerValue:
    """Return the day as a number since 1970."""
    return whole(local, DAY)


def hour(local: IntegerValue) -> IntegerValue:
    return whole(local % DAY, HOUR)


def weekday(local: IntegerValue) -> IntegerValue:
    """Return 1 for Monday to 7."""
    return (day(local) + THURSDAY) % 7 + 1


def week(local: IntegerValue) -> IntegerValue:
    """Return the Monday as a number of days since 1970."""
    return day(local) - (day(local) + THURSDAY) % 7


def month(local: IntegerValue, since: date, until: date) -> IntegerValue:
    """Return the first day of the month as a number of days since 1970."""
    starts, first = [], since.replace(day=1)
    while first <= until + timedelta(days=2):
        starts.append((first - FIRST_DAY).days)
        first = (first + timedelta(days=32)).replace(day=1)
    days = day(local)
    return ibis.cases(*[(days < after, start) for start, after in pairwise(starts)], else_=starts[-1])
