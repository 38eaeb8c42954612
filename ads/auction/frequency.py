"""How often each shopper has seen what today, as far as this process knows: its own decisions, and others' impressions.

A process counts what it decides at once; what others served it learns from their impressions. Token ids tell them
apart, for those of one process begin alike. So a cap may be exceeded by what other processes decide until the first of
them is reported and read here, at the next refresh; and after a start by what was seen more than an hour before.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from uuid import UUID

from django.conf import settings

from chengfeng import sql
from chengfeng.periods import local_date

from .. import tokens

MOST_DAYS = 2  # remembered: around midnight both are asked for
MOST_SHOPPERS = 50_000  # remembered; the longest unseen are forgotten first
MOST_VIEWS = 400  # of one shopper and day, the latest
LOOK_BACK = timedelta(hours=1)  # what a new process reads at first
OVERLAP = timedelta(seconds=5)  # rows become visible a little after the instant that they bear


class Frequency:
    """Views by shopper and day of the platform: each ad's number, and its campaign's with a minus sign."""

    def __init__(self):
        self._days: dict[date, dict[UUID, list[int]]] = {}
        self._changing = Lock()
        self._seen: set[UUID] = set()
        self._read_to: datetime | None = None

    def of(self, shopper: UUID, at: datetime) -> Sequence[int]:
        """Return what a shopper has seen on the day of an instant."""
        return tuple(self._days.get(_day(at), {}).get(shopper, ()))

    def add(self, shopper: UUID, at: datetime, shown: Sequence[tuple[int, int]]) -> None:
        """Remember that ads, given with their campaigns, were shown to a shopper."""
        day = _day(at)
        with self._changing:
            if day not in self._days:
                self._days = dict([*self._days.items(), (day, {})][-MOST_DAYS:])
            people = self._days[day]
            views = people.pop(shopper, [])
            if not views and len(people) >= MOST_SHOPPERS:
                del people[next(iter(people))]
            for ad, campaign in shown:
                views += (ad, -campaign)
            people[shopper] = views[-MOST_VIEWS:]

    def catch_up(self, *, at: datetime) -> None:
        """Count the impressions that other processes served and that have arrived since the last call."""
        since = (self._read_to or at - LOOK_BACK) - OVERLAP
        low, high = tokens.own_range()
        rows = sql.rows(ARRIVED, {"since": since, "day": since.astimezone(UTC).date(), "low": low, "high": high})
        for token, shopper, ad, campaign, decided_at in rows:
            if token not in self._seen:
                self.add(shopper, decided_at, [(ad, campaign)])
        self._seen, self._read_to = {row[0] for row in rows}, at


ARRIVED = """
SELECT token, shopper, ad_id, campaign_id, decided_at FROM ads_event
WHERE received_at >= %(since)s AND day >= %(day)s AND kind = 'impression' AND NOT token BETWEEN %(low)s AND %(high)s
"""


def _day(at: datetime) -> date:
    return local_date(at, settings.PLATFORM_TIME_ZONE)
