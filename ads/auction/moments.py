"""A moment: a stretch of time in which nothing but money and stock can change, with its rankings, sorted on demand."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from .numbers import CENTS, MOST_VALUE, OFF_TOPIC, PROBABILITY, RATE, RELEVANT
from .odds import Odds
from .rankings import Board, Ranking, rank
from .roster import PLACEMENTS, Roster, Segment, Span, local_times, promoted
from .standings import Goods, Money

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_KEYWORD_BID = -1


class Rules(NamedTuple):
    """The platform's rules for auctions, in whole numbers; see the settings that are called so."""

    reserve: int
    ticks: tuple[int, int]  # of prices per click and per viewable impression
    clearing: str
    attention: float
    ads_per_merchant: int
    frequency_cap: int
    depth: int
    exploration: float


class Offers(NamedTuple):
    """Bids on a placement by row: wanted, affordable (0 where it may not run), and that in the auctions' currency."""

    bid: np.ndarray
    ceiling: np.ndarray
    value: np.ndarray


class Moment:
    """Scores of a roster, valid within a span of time for the standings it was made from."""

    def __init__(self, roster: Roster, odds: Odds, money: Money, goods: Goods, span: Span):
        self.roster, self.odds, self.money, self.goods, self.span = roster, odds, money, goods, span
        self.at = EPOCH + timedelta(microseconds=span.since)
        self.rules = rules()
        self.hour = self.at.astimezone(ZoneInfo(settings.PLATFORM_TIME_ZONE)).hour
        self._place_in_time()
        self._offers: dict[str, Offers] = {}
        self._boards: dict[tuple[str, str], Board] = {}
        self.rankings: dict[tuple[str, str, Hashable], Ranking] = {}

    def ranking(self, placement: str, match: str, key: Hashable) -> Ranking:
        """Return a segment of the roster sorted by score; remembered."""
        known = self.rankings.get((placement, match, key))
        if known is None:
            segment, board = self.roster.segment(key), self.board(placement, match)
            offers = self.keyword_offers(placement, segment)
            scores = offers.value * board.weight[segment.rows]
            known = rank(segment, board, scores=scores, ceilings=offers.ceiling, reserve=self.rules.reserve)
            self.rankings[placement, match, key] = known
        return known

    def board(self, placement: str, match: str) -> Board:
        """Return what rows are scored by; `match` is how they were reached by a search, or "page" without one."""
        known = self._boards.get((placement, match))
        if known is None:
            known = self._boards[placement, match] = self._weigh(placement, match)
        return known

    def offers(self, placement: str) -> Offers:
        """Return what rows bid on a placement by themselves."""
        known = self._offers.get(placement)
        if known is None:
            roster = self.roster
            automatic = np.floor(self.multiplier * self.odds.worth)
            wanted = np.where(roster.is_manual, roster.bid, automatic.clip(max=MOST_VALUE).astype(np.int64))
            known = self._offers[placement] = self._afford(placement, wanted, slice(None))
        return known

    def keyword_offers(self, placement: str, segment: Segment) -> Offers:
        """Return what the rows of a segment bid on a placement: the keyword's own bid in place of the row's."""
        rows, own = segment.rows, self.offers(placement)
        if segment.bids is None or not (segment.bids != NO_KEYWORD_BID).any():
            return Offers(own.bid[rows], own.ceiling[rows], own.value[rows])
        special = self._afford(placement, segment.bids, rows)
        uses = (segment.bids != NO_KEYWORD_BID) & self.roster.is_manual[rows]
        return Offers(*(np.where(uses, one, other[rows]) for one, other in zip(special, own, strict=True)))

    def _afford(self, placement: str, wanted: np.ndarray, rows) -> Offers:
        """Return offers for bids that modifiers and promotions have not yet touched, of the rows given."""
        roster, number = self.roster, PLACEMENTS.index(placement)
        bid = np.minimum(wanted, MOST_VALUE) * roster.factor[number, rows] * self.promotion[rows] // 10_000
        bid = np.where(roster.is_manual[rows], bid, np.minimum(bid, roster.bid[rows]))
        runs = self.runs[rows] & roster.runs_on[number, rows]
        ceiling = np.where(runs, np.maximum(np.minimum(bid, self.limit[rows]), 0), 0)
        rate = roster.rate[rows]
        value = np.minimum(np.minimum(ceiling, MOST_VALUE) * rate // RATE, MOST_VALUE)
        return Offers(bid, ceiling, value)

    def _weigh(self, placement: str, match: str) -> Board:
        quality = OFF_TOPIC if match == "none" else RELEVANT
        clicks = self.odds.clicks(placement, self.hour, "none" if match == "page" else match)
        likely = np.where(self.roster.is_viewable, self.odds.viewable(placement), clicks)
        return Board(match, quality, likely * quality, clicks)

    def _place_in_time(self) -> None:
        """Set by row, for this span of time: what runs, what it multiplies, and the most that its money bears."""
        roster, at = self.roster, self.roster.campaign_at
        local = local_times(roster.zones, self.at)
        hours = np.array([moment.weekday() * 24 + moment.hour for moment in local], dtype=np.intp)[roster.zone_c]
        days = [moment.date() for moment in local]
        today = [days[zone] for zone in roster.zone_c.tolist()] if roster.promotions else ()
        bids, budgets = promoted(roster.promotions, today, len(roster.campaigns))
        ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)[roster.zone_c]
        in_time = (roster.starts_c <= self.span.since) & (self.span.since < roster.ends_c)
        self.in_schedule = (in_time & roster.hours_c[np.arange(len(hours)), hours])[at]
        self.runs = self.in_schedule & (self.goods.state == 0)
        self.promotion = bids[at]
        self.budget_c, self.today_c = roster.budget_c * budgets // 100, ordinals
        self.limit = self.money.limits(ordinals, self.budget_c)[at]
        self.multiplier = self.money.multiplier[at]


def rules() -> Rules:
    """Return the rules of now; the reserve is the platform's per impression, in the unit of scores."""
    return Rules(
        reserve=max(int(settings.AUCTION_RESERVE * CENTS * PROBABILITY * RELEVANT), 1),
        ticks=(int(settings.AUCTION_TICK * CENTS), int(settings.AUCTION_VIEWABLE_TICK * CENTS)),
        clearing=settings.AUCTION_CLEARING,
        attention=settings.AUCTION_ATTENTION,
        ads_per_merchant=settings.AUCTION_ADS_PER_MERCHANT,
        frequency_cap=settings.AUCTION_FREQUENCY_CAP,
        depth=settings.AUCTION_DEPTH,
        exploration=settings.AUCTION_EXPLORATION,
    )
