"""Restates sales when a device is linked to a person: touches on it may be theirs by now, or somebody else's."""

from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

from chengfeng import clock, sql
from chengfeng.models import OutboxMessage

from ..models import Credit
from .restating import in_batches


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
    return in_batches(sales, reason=Credit.Reason.LINKED, cause=cause, at=at)


SALES = """
SELECT id FROM ads_conversion
WHERE at >= %(since)s AND shopper IN (SELECT %(shopper)s UNION SELECT shopper FROM shops_link WHERE person = %(person)s)
ORDER BY id
"""
