"""The roster: every ad that could run as rows, and maps from what a request says to rows; replaced when ads change."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from .. import steering
from ..models import Campaign, Placement
from .candidates import Candidate, Promotion
from .matching import Matcher
from .numbers import NEVER, RATE, micros, whole
from .words import words

PLACEMENTS = tuple(Placement.values)
QUARTER = 15 * 60 * 1_000_000  # every time zone's hours begin with a quarter of an hour of UTC
MOST_QUERIES = 10_000
NO_PROMOTION = -1

NEGATIVE, AUDIENCE, BUYER, CAPPED = 1, 2, 4, 8  # what must be looked at before a row is shown, as bits


class Segment(NamedTuple):
    """Rows that requests reach together; through keywords with the keyword of each and its bid, -1 for none."""

    rows: np.ndarray
    keywords: np.ndarray | None = None
    bids: np.ndarray | None = None


class Reached(NamedTuple):
    """What a search reaches: keys of segments with their match, and the campaigns and groups that exclude it."""

    segments: tuple[tuple[Hashable, str], ...]
    excluded: frozenset[tuple[str, int]]


class Span(NamedTuple):
    """A stretch of time, in microseconds, within which no schedule, hour or day changes."""

    since: int
    until: int


class Roster:
    """Candidates by row. What is called `..._c` has one place per campaign, in the order of `campaigns`.

    Decisions ask of single rows, quickest from lists; arrays of the same are called `..._r`.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        category_path: Mapping[str, tuple[int, ...]] | None = None,
        product_category: Mapping[str, str] | None = None,
    ):
        """Take a category's own id and those above it by slug, and slugs of categories by code of product."""
        self.candidates = candidates
        self.category_path, self.product_category = category_path or {}, product_category or {}
        self.products = {row.product_code: row.product for row in candidates}
        self.ads = np.array([row.ad for row in candidates], dtype=np.int64)
        self.product = [row.product for row in candidates]
        self.merchant = [row.merchant for row in candidates]
        self.campaign = [row.campaign for row in candidates]
        self.guards = [_guards(row) for row in candidates]
        self.caps = [row.frequency_cap or 0 for row in candidates]
        self.product_r, self.merchant_r, self.campaign_r, self.guards_r = np.array(
            [self.product, self.merchant, self.campaign, self.guards], dtype=np.int64
        )
        self._bids()
        self._campaigns()
        self._segments()
        self._reached: dict[str, Reached] = {}

    def __len__(self) -> int:
        return len(self.candidates)

    def span(self, at: int) -> Span:
        """Return the stretch around an instant: within a quarter of an hour, between the starts and ends in it."""
        quarter, later = at - at % QUARTER, bisect_right(self.turns, at)
        before = self.turns[later - 1] if later else quarter
        after = self.turns[later] if later < len(self.turns) else NEVER
        return Span(max(quarter, before), min(quarter + QUARTER, after))

    def reached(self, query: str) -> Reached:
        """Return what a search reaches beyond the ads that run everywhere; remembered."""
        known = self._reached.get(query)
        if known is None:
            if len(self._reached) >= MOST_QUERIES:
                self._reached.clear()
            topics = ((word, "topic") for word in sorted(words(query)) if word in self.topics)
            keywords = ((hit, hit.match) for hit in self.keywords.hits(query))
            known = self._reached[query] = Reached((*keywords, *topics), self.negatives.found(query))
        return known

    def segment(self, key: Hashable) -> Segment:
        """Return the rows of a segment: None is what runs everywhere, a number a category, a word what is called so."""
        if key is None:
            return self.everywhere
        if isinstance(key, int):
            return self.by_category[key]
        return self.topics[key] if isinstance(key, str) else self.by_keyword[key]

    def _bids(self) -> None:
        rows = self.candidates
        self.is_manual = np.array([row.is_manual for row in rows], dtype=bool)
        self.is_viewable = np.array([row.mode == Campaign.BidMode.CPM for row in rows], dtype=bool)
        self.bid = _whole(_bid(row) for row in rows)
        self.rate = _whole(int(row.rate * RATE) for row in rows)
        factors = [[100 + row.modifiers.get(placement, 0) for row in rows] for placement in PLACEMENTS]
        self.factor = np.array(factors, dtype=np.int64).reshape(len(PLACEMENTS), len(rows))
        runs = [[placement in row.placements for row in rows] for placement in PLACEMENTS]
        self.runs_on = np.array(runs, dtype=bool).reshape(len(PLACEMENTS), len(rows))

    def _campaigns(self) -> None:
        first = {row.campaign: row for row in reversed(self.candidates)}
        self.campaigns = np.array(sorted(first), dtype=np.int64)
        self.campaign_at = np.searchsorted(self.campaigns, self.campaign_r)
        rows = [first[campaign] for campaign in self.campaigns.tolist()]
        names = sorted({row.time_zone for row in rows})
        self.zones = [ZoneInfo(name) for name in names]
        self.zone_c = np.array([names.index(row.time_zone) for row in rows], dtype=np.intp)
        self.budget_c = _whole(whole(row.daily_budget) for row in rows)
        self.first_multiplier_c = np.array([_first(row) for row in rows], dtype=float)
        self.starts_c = _whole(micros(row.starts_at) if row.starts_at else 0 for row in rows)
        self.ends_c = _whole(micros(row.ends_at) if row.ends_at else NEVER for row in rows)
        hours = np.frombuffer("".join(row.hours for row in rows).encode(), dtype=np.uint8)
        self.hours_c = (hours == ord("1")).reshape(len(rows), 168)
        self.promotions = [(at, promotion) for at, row in enumerate(rows) for promotion in row.promotions]
        self.turns = np.unique(np.concatenate([self.starts_c, self.ends_c])).tolist()

    def _segments(self) -> None:
        rows = self.candidates
        everywhere = [at for at, row in enumerate(rows) if row.is_untargeted]
        self.everywhere = Segment(_places(everywhere))
        self.by_category = _grouped((category, at) for at, row in enumerate(rows) for category in row.categories)
        self.topics = _grouped((word, at) for at in everywhere for word in words(rows[at].title))
        self.keywords = Matcher(
            (bid.text, bid.match, (at, bid.keyword, -1 if bid.bid is None else whole(bid.bid)))
            for at, row in enumerate(rows)
            for bid in row.keywords
        )
        self.by_keyword = {hit: _entered(entries) for hit, entries in self.keywords.entries.items()}
        self.negatives = Matcher(_negatives(rows))


def promoted(promotions: Sequence[tuple[int, Promotion]], today: Sequence[date], places: int) -> np.ndarray:
    """Return per campaign what bids and budgets are multiplied by on its local day, in per cent: two rows.

    Where promotions overlap, the highest counts.
    """
    percents = np.full((2, places), NO_PROMOTION, dtype=np.int64)
    for at, promotion in promotions:
        if promotion.first_day <= today[at] <= promotion.last_day:
            now = 100 + promotion.bid_percent, 100 + promotion.budget_percent
            percents[:, at] = np.maximum(percents[:, at], now)
    return np.where(percents == NO_PROMOTION, 100, percents)


def local_times(zones: Sequence[ZoneInfo], at: datetime) -> list[datetime]:
    """Return an instant as the clocks of some zones show it."""
    return [at.astimezone(zone) for zone in zones]


def _bid(row: Candidate) -> int:
    """Return what a row bids per event that is charged: for a CPM, per viewable impression."""
    if row.mode == Campaign.BidMode.CPM:
        return whole(row.bid / 1000)
    return whole(row.bid)


def _first(row: Candidate) -> float:
    """Return what a campaign's bids are multiplied by before it is steered."""
    return steering.initial(mode=row.mode, daily_budget=row.daily_budget, rate=row.rate)


def _guards(row: Candidate) -> int:
    negative = NEGATIVE if row.negatives or row.group_negatives else 0
    audience = AUDIENCE if row.audiences or row.left_out else 0
    capped = CAPPED if row.frequency_cap else 0
    return negative | audience | capped | (BUYER if row.exclude_buyers_days else 0)


def _negatives(rows: Sequence[Candidate]) -> set[tuple[str, str, tuple[str, int]]]:
    """Return negatives with whose they are, each once."""
    of_campaigns = {(*negative, ("campaign", row.campaign)) for row in rows for negative in row.negatives}
    return of_campaigns | {(*negative, ("group", row.group)) for row in rows for negative in row.group_negatives}


def _entered(entries: Sequence[tuple[int, int, int]]) -> Segment:
    rows, keywords, bids = np.array(entries, dtype=np.int64).reshape(len(entries), 3).T
    return Segment(rows, keywords, bids)


def _grouped(pairs: Iterable[tuple[Hashable, int]]) -> dict[Hashable, Segment]:
    found = defaultdict(list)
    for key, at in pairs:
        found[key].append(at)
    return {key: Segment(_places(rows)) for key, rows in found.items()}


def _places(numbers: Iterable[int]) -> np.ndarray:
    return np.fromiter(numbers, dtype=np.intp)


def _whole(numbers: Iterable[int]) -> np.ndarray:
    return np.fromiter((min(number, NEVER) for number in numbers), dtype=np.int64)
