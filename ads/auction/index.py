"""The index: all that a decision needs, in memory; never changed once made, only replaced."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from .moments import Moment
from .numbers import micros
from .odds import Odds
from .roster import Roster
from .standings import Goods, Money

MOST_MOMENTS = 8


class Memberships(Protocol):
    """Who is in which audience and bought what."""

    def of(self, shopper: UUID) -> frozenset[int]:
        """Return the audiences that a shopper is in."""

    def bought(self, shopper: UUID, merchant: int, days: int, *, on: date | None = None) -> bool:
        """Whether a shopper bought from a merchant in the days up to a day."""


class Index:
    """A roster with its predictions and standings; moments are made when they are asked for, or ahead of time."""

    def __init__(
        self,
        roster: Roster,
        odds: Odds,
        money: Money,
        goods: Goods,
        memberships: Memberships,
        *,
        read_at: float = 0.0,
    ):
        self.roster, self.odds, self.money, self.goods, self.memberships = roster, odds, money, goods, memberships
        self.read_at = read_at
        self.throttled = {
            campaign: share
            for campaign, share in zip(roster.campaigns.tolist(), money.participation.tolist(), strict=True)
            if share < 1
        }
        self._latest: Moment | None = None
        self._moments: dict[int, Moment] = {}

    def __len__(self) -> int:
        return len(self.roster)

    @property
    def versions(self) -> Mapping[str, int]:
        """Versions of the predictions by kind."""
        return self.odds.predictor.versions

    def moment(self, at: datetime) -> Moment:
        """Return the moment that an instant falls into."""
        now, latest = micros(at), self._latest
        if latest is not None and latest.span.since <= now < latest.span.until:
            return latest
        span = self.roster.span(now)
        found = self._moments.get(span.since)
        if found is None:
            if len(self._moments) >= MOST_MOMENTS:
                self._moments.clear()
            found = self._moments[span.since] = Moment(self.roster, self.odds, self.money, self.goods, span)
        self._latest = found
        return found

    def warm(self, asked: Moment | None, *, at: datetime) -> None:
        """Sort ahead of decisions what they need at an instant, and what an earlier index was asked for."""
        moments = [self.moment(at)] if asked is None else [self.moment(at), self.moment(asked.at)]
        for moment in moments:
            for placement, match, key in list(asked.rankings) if asked else ():
                if not isinstance(key, str | tuple) and (key is None or key in self.roster.by_category):
                    moment.ranking(placement, match, key)

    @property
    def asked(self) -> Moment | None:
        """The moment that was last asked for."""
        return self._latest
