"""Which device belongs to whom, and when: derived from the links, never stored.

A link owns its device from its moment until the next one of the device; the first owns what the device did in the 30
days before it, too. So an interval begins with `since` and ends before `until`. A device that was kept apart from the
start always belonged to itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chengfeng import sql

INTERVALS = """
SELECT shopper, person, number,
    CASE WHEN number > 1 THEN at WHEN person = shopper THEN '-infinity' ELSE at - interval '30 days' END AS since,
    coalesce(lead(at) OVER (PARTITION BY shopper ORDER BY number), 'infinity') AS until
FROM shops_link
"""  # may be followed by WHERE on shopper alone: an interval ends where the next one of its device begins

DEVICES = f"""
SELECT i.shopper, nullif(i.since, '-infinity'), nullif(i.until, 'infinity') FROM (
    {INTERVALS} WHERE shopper IN (SELECT shopper FROM shops_link WHERE person = %(person)s)
) i WHERE i.person = %(person)s AND i.since < i.until ORDER BY i.since, i.shopper
"""


def owner_at(shopper: str, at: str) -> str:
    """Return the expression of whose a device was at a moment, both given as expressions; its own where nobody's."""
    return f"""coalesce((
        SELECT l.person FROM shops_link l
        WHERE l.shopper = {shopper} AND (l.at <= {at} OR l.number = 1 AND l.at - interval '30 days' <= {at})
        ORDER BY l.number DESC LIMIT 1
    ), {shopper})"""


OWNER = f"SELECT {owner_at('%(shopper)s', '%(at)s')}"


@dataclass(frozen=True, slots=True)
class Interval:
    """The time in which a device belonged to somebody: half-open, without an end while it still does."""

    shopper: UUID
    since: datetime | None
    until: datetime | None


def person_at(shopper: UUID, at: datetime) -> UUID:
    """Return whose the device was at that moment; the device's own id where it was nobody's."""
    return sql.row(OWNER, {"shopper": shopper, "at": at})[0]


def devices_of(person: UUID) -> Sequence[Interval]:
    """Return the intervals in which devices belonged to a person, the earliest first."""
    return [Interval(*found) for found in sql.rows(DEVICES, {"person": person})]
