"""Restates sales when a device is linked to a person: touches on it may be theirs by now, or somebody else's."""

from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

from chengfeng import clock, sql
from chengfeng.models import OutboxMessage

from ..models import ConversionLine, Credit
from .posting import bring_up_to_date

BATCH = 500  # conversions in one go


def on_linked(message: OutboxMessage) -> None:
    """Restate what a new link may change; hearing of it twice posts nothing new."""
    told = message.payload
    restate_of(
        person=UUID(told["person"]), shopper=UUID(told["shopper"]), since=parse_datetime(told["since"]),
        cause=message.key, at=clock.now(),
    )  # fmt: skip


def restate_of(*, person: UUID, shopper: UUID, since: datetime, cause: str, at: datetime) -> int:
    """Bring the sales of a person, and those on a device of theirs, up to date; return how many credits that posted.

    `since` is from when on the device is theirs: no touch of it, and so no sale, changes before.
    """
    sales = [pk for (pk,) in sql.rows(SALES, {"person": person, "shopper": shopper, "since": since})]
    batches = [sales[start : start + BATCH] for start in range(0, len(sales), BATCH)]
    posted = [bring_up_to_date(_lines(batch), reason=Credit.Reason.LINKED, cause=cause, at=at) for batch in batches]
    return sum(map(len, posted))


def _lines(sales: list[int]) -> list[int]:
    return list(ConversionLine.objects.filter(conversion__in=sales).values_list("pk", flat=True))


SALES = """
SELECT id FROM ads_conversion
WHERE at >= %(since)s AND shopper IN (SELECT %(shopper)s UNION SELECT shopper FROM shops_link WHERE person = %(person)s)
ORDER BY id
"""
