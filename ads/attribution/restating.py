"""Restates credits when touches are found invalid, or come late: what was credited goes to the next eligible touch."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chengfeng import sql

from ..models import ConversionLine, Credit, SaleClaim
from .posting import bring_up_to_date
from .presets import DEFAULT
from .touching import kinds_of

BATCH = 500
WRITING = timedelta(minutes=2)  # from when an event was received until a sale can see it, at most


class Key(NamedTuple):
    """What tells the touch of an event apart."""

    day: date
    token: UUID
    kind: str


def restate(found: Collection[Key], *, at: datetime) -> list[Credit]:
    """Take the credits of touches away, whose events are invalid by now, and credit the next eligible ones.

    What is posted are differences, at the time of the conversion: reports of its day are made anew, for money that was
    never owed to the ad must not stay there.
    """
    if not found:
        return []
    touched = {"token__in": {key.token for key in found}, "event_day__in": {key.day for key in found}}
    credited = Credit.objects.filter(**touched).values("line__conversion")
    claimed = SaleClaim.objects.filter(**touched).values("conversion")
    lines = ConversionLine.objects.filter(conversion__in=credited.union(claimed)).values_list("pk", flat=True)
    cause = min(key.token for key in found).hex
    return bring_up_to_date(list(lines), reason=Credit.Reason.INVALID, cause=cause, at=at)


def credit_late(*, since: datetime, at: datetime) -> int:
    """Credit touches that were written after the sale that they led to; return how many credits that posted.

    `since` is from when on reports are looked at.
    """
    sales = [pk for (pk,) in sql.rows(LATE, {"since": since, "first_day": since.date(), "writing": WRITING})]
    posted = 0
    for start in range(0, len(sales), BATCH):
        lines = ConversionLine.objects.filter(conversion__in=sales[start : start + BATCH])
        found = bring_up_to_date(
            list(lines.values_list("pk", flat=True)), reason=Credit.Reason.LATE, cause=f"{at:%Y%m%d%H%M%S}", at=at
        )
        posted += len(found)
    return posted


LATE = f"""
WITH late AS (
    SELECT e.shopper, e.merchant_id, e.at, e.received_at + %(writing)s AS written_at FROM ads_event e
    WHERE e.received_at >= %(since)s AND e.day >= %(first_day)s::date - 3 AND e.is_valid AND ({kinds_of(DEFAULT)})
), theirs AS (
    SELECT shopper AS device, merchant_id, at, written_at FROM late
    UNION
    SELECT other.shopper, l.merchant_id, l.at, l.written_at FROM late l
    JOIN shops_link mine ON mine.shopper = l.shopper JOIN shops_link other ON other.person = mine.person
)
SELECT DISTINCT c.id FROM theirs t
JOIN ads_conversion c ON c.shopper = t.device AND c.merchant_id = t.merchant_id AND c.at BETWEEN t.at AND t.written_at
ORDER BY c.id
"""
