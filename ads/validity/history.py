"""The valid clicks before a click: what repeats and velocity are judged against."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chengfeng import sql

from .reasons import Reason
from .rules import DAY, LIMITS, OF_NETWORK, REPEAT, TOKEN_LIFE


class Click(NamedTuple):
    """A click as velocity sees it; `network` is None where the address said nothing."""

    shopper: UUID
    ad: int
    campaign: int
    at: datetime
    network: bytes | None = None


class History:
    """The valid clicks of some shoppers and networks on some campaigns, against which further clicks are judged.

    Load it under the lock of those campaigns: then two clicks at once cannot both be the first.
    """

    def __init__(self, clicks: Iterable[Click] = ()):
        self._of_ad: dict[tuple, list[datetime]] = defaultdict(list)
        self._of_person: dict[tuple, list[datetime]] = defaultdict(list)
        self._of_network: dict[tuple, list[datetime]] = defaultdict(list)
        for click in clicks:
            self.add(click)

    @classmethod
    def load(cls, clicks: Collection[Click]) -> "History":
        """Read what may matter for these clicks, in one statement."""
        first, last = min(click.at for click in clicks), max(click.at for click in clicks)
        params = {
            "shoppers": list({click.shopper for click in clicks}),
            "networks": list({click.network for click in clicks if click.network}),
            "campaigns": list({click.campaign for click in clicks}),
            "since": first - DAY, "until": last + REPEAT, "of_network": first - OF_NETWORK[0],
            "first_day": (first - DAY - TOKEN_LIFE).date(), "last_day": (last + REPEAT).date(),
        }  # fmt: skip
        return cls(Click(*row) for row in sql.rows(CLICKS, params))

    def add(self, click: Click) -> None:
        self._of_ad[click.shopper, click.ad].append(click.at)
        self._of_person[click.shopper, click.campaign].append(click.at)
        if click.network:
            self._of_network[click.network, click.campaign].append(click.at)

    def judge(self, click: Click) -> str:
        """Return why a click does not count after those before it, or an empty text."""
        if any(abs(click.at - other) < REPEAT for other in self._of_ad[click.shopper, click.ad]):
            return Reason.REPEATED
        return self.judge_velocity(click)

    def judge_velocity(self, click: Click) -> str:
        """Return whether too many clicks came before, of the person or of the network, or an empty text."""
        mine = self._of_person[click.shopper, click.campaign]
        if any(_within(mine, click.at, span) >= most for span, most in LIMITS):
            return Reason.VELOCITY
        span, most = OF_NETWORK
        if click.network and _within(self._of_network[click.network, click.campaign], click.at, span) >= most:
            return Reason.NETWORK
        return ""


def _within(moments: Iterable[datetime], at: datetime, span) -> int:
    return sum(at - span < other <= at for other in moments)


CLICKS = """
SELECT shopper, ad_id, campaign_id, at, network FROM ads_event
WHERE kind = 'click' AND is_valid AND shopper = ANY(%(shoppers)s) AND campaign_id = ANY(%(campaigns)s)
    AND at BETWEEN %(since)s AND %(until)s AND day BETWEEN %(first_day)s AND %(last_day)s
UNION ALL
SELECT shopper, ad_id, campaign_id, at, network FROM ads_event
WHERE kind = 'click' AND is_valid AND network = ANY(%(networks)s::bytea[]) AND shopper <> ALL(%(shoppers)s)
    AND campaign_id = ANY(%(campaigns)s) AND at BETWEEN %(of_network)s AND %(until)s
    AND day BETWEEN %(first_day)s AND %(last_day)s AND cardinality(%(networks)s::bytea[]) > 0
"""
