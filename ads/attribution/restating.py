"""Restates sales when touches are found invalid, or come late: what was credited goes to the next eligible touch."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chengfeng import sql

from ..models import ConversionLine, Credit
from .posting import bring_up_to_date
from .presets import DEFAULT
from .touching import kinds_of

BATCH = 500  # sales in one go
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
    days, tokens, kinds = map(list, zip(*found, strict=True))
    events = {"days": days, "tokens": tokens, "kinds": kinds, "first": min(days), "last": max(days)}
    sales = _sales(FOUND, events | {"window": DEFAULT.window})
    return bring_up_to_date(lines_of(sales), reason=Credit.Reason.INVALID, cause=min(tokens).hex, at=at)


def credit_late(*, since: datetime, at: datetime) -> int:
    """Credit touches that were written after the sale that they led to; return how many credits that posted.

    `since` is from when on reports are looked at.
    """
    sales = _sales(LATE, {"since": since, "first": since.date(), "writing": WRITING})
    return in_batches(sales, reason=Credit.Reason.LATE, cause=f"{at:%Y%m%d%H%M%S}", at=at)


def in_batches(sales: Sequence[int], *, reason: str, cause: str, at: datetime) -> int:
    """Bring sales up to date, each batch in a transaction of its own; return how many credits that posted."""
    batches = [sales[start : start + BATCH] for start in range(0, len(sales), BATCH)]
    posted = [bring_up_to_date(lines_of(batch), reason=reason, cause=cause, at=at) for batch in batches]
    return sum(map(len, posted))


def lines_of(sales: Sequence[int]) -> list[int]:
    return list(ConversionLine.objects.filter(conversion__in=sales).values_list("pk", flat=True))


def _sales(events: str, params: Mapping) -> list[int]:
    """Return the conversions that events may be owed, by whomever of those who ever had the device."""
    return [pk for (pk,) in sql.rows(SALES.format(events=events), params)]


FOUND = f"""
SELECT e.shopper, e.merchant_id, e.at AS since, e.at + %(window)s AS until
FROM unnest(%(days)s::date[], %(tokens)s::uuid[], %(kinds)s::text[]) AS f (day, token, kind)
JOIN ads_event e ON e.day = f.day AND e.token = f.token AND e.kind = f.kind
WHERE e.day BETWEEN %(first)s AND %(last)s AND ({kinds_of(DEFAULT)})
"""
LATE = f"""
SELECT e.shopper, e.merchant_id, e.at AS since, e.received_at + %(writing)s AS until FROM ads_event e
WHERE e.received_at >= %(since)s AND e.day >= %(first)s::date - 3 AND e.is_valid AND ({kinds_of(DEFAULT)})
"""
SALES = """
WITH touched AS ({events}), theirs AS (
    SELECT * FROM touched
    UNION
    SELECT other.shopper, t.merchant_id, t.since, t.until FROM touched t
    JOIN shops_link mine ON mine.shopper = t.shopper JOIN shops_link other ON other.person = mine.person
)
SELECT DISTINCT c.id FROM theirs t
JOIN ads_conversion c ON c.shopper = t.shopper AND c.merchant_id = t.merchant_id AND c.at BETWEEN t.since AND t.until
ORDER BY c.id
"""
