"""The roster: every ad that could run as rows, and maps from what a request says to rows; replaced when ads change."""

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from .candidates import Candidate, Promotion
from .matching import Matcher
from .numbers import NEVER
from .strips import NUMBERS, PLACEMENTS, REALS, Strip, bid_of, facts, joined, key_of
from .words import words

QUARTER = 15 * 60 * 1_000_000  # every time zone's hours begin with a quarter of an hour of UTC
MOST_QUERIES = 10_000
NO_PROMOTION = -1


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
        strips: Sequence[Strip],
        *,
        category_path: Mapping[str, tuple[int, ...]] | None = None,
        product_category: Mapping[str, str] | None = None,
    ):
        """Take a category's own id and those above it by slug, and slugs of categories by code of product."""
        joint = joined(strips)
        self.candidates, self._numbers, self._reals = joint.candidates, joint.numbers, joint.reals
        self.category_path, self.product_category = category_path or {}, product_category or {}
        self.products = {row.product_code: row.product for row in self.candidates}
        self.facts = facts(joint)
        self._rows()
        self._campaigns(joint)
        self._segments(joint)
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
            topics = ((word, "topic") for word in sorted(words(query)) if key_of(word) in self._topics)
            keywords = ((hit, hit.match) for hit in self.keywords.hits(query))
            known = self._reached[query] = Reached((*keywords, *topics), self.negatives.found(query))
        return known

    def segment(self, key: Hashable) -> Segment:
        """Return the rows of a segment: None is what runs everywhere, a number a category, a word what is called so."""
        if key is None:
            return self.everywhere
        if isinstance(key, int):
            return self.by_category[key]
        return self._topics[key_of(key)] if isinstance(key, str) else self.by_keyword[key]

    def _rows(self) -> None:
        self.ads, self.product_r, self.merchant_r = (self._column(name) for name in ("ad", "product", "merchant"))
        self.campaign_r, self.guards_r = self._column("campaign"), self._column("guards")
        self.product, self.merchant = self.product_r.tolist(), self.merchant_r.tolist()
        self.campaign, self.guards = self.campaign_r.tolist(), self.guards_r.tolist()
        self.caps, self.bid, self.rate = self._column("cap").tolist(), self._column("bid"), self._column("rate")
        self.is_manual, self.is_viewable = self._flags("is_manual"), self._flags("is_viewable")
        self.is_roi, self.is_conversions = self._flags("is_roi"), self._flags("is_conversions")
        self.is_settled, self.target = self._flags("is_settled"), self._reals[:, REALS.index("target")]
        self.factor = np.stack([self._column(f"factor_{placement}") for placement in PLACEMENTS])
        self.runs_on = np.stack([self._flags(f"runs_{placement}") for placement in PLACEMENTS])

    def _campaigns(self, joint: Strip) -> None:
        self.campaigns, first, self.campaign_at = np.unique(self.campaign_r, return_index=True, return_inverse=True)
        rows = [self.candidates[row] for row in first.tolist()]
        names = sorted({row.time_zone for row in rows})
        self.zones = [ZoneInfo(name) for name in names]
        self.zone_c = np.array([names.index(row.time_zone) for row in rows], dtype=np.intp)
        self.budget_c, self.starts_c, self.ends_c = (self._column(name)[first] for name in ("budget", "starts", "ends"))
        self.first_multiplier_c = self._reals[first, REALS.index("first_multiplier")]
        self.hours_c = joint.hours[first]
        self.promotions = [(at, promotion) for at, row in enumerate(rows) for promotion in row.promotions]
        self.turns = np.unique(np.concatenate([self.starts_c, self.ends_c])).tolist()

    def _segments(self, joint: Strip) -> None:
        rows = self.candidates
        self.everywhere = Segment(np.flatnonzero(self._column("is_untargeted")))
        self.by_category, self._topics = Groups(joint.categories), Groups(joint.topics)
        self.keywords = Matcher(
            (bid.text, bid.match, (at, bid.keyword, -1 if bid.bid is None else bid_of(row, bid.bid)))
            for at, row in enumerate(rows)
            for bid in row.keywords
        )
        self.by_keyword = {hit: _entered(entries) for hit, entries in self.keywords.entries.items()}
        self.negatives = Matcher(_negatives(rows))

    def _column(self, name: str) -> np.ndarray:
        return self._numbers[:, NUMBERS.index(name)].copy()

    def _flags(self, name: str) -> np.ndarray:
        return self._column(name).astype(bool)


class Groups:
    """Rows by key, out of pairs of both; sorted at once, cut apart when asked for."""

    def __init__(self, pairs: np.ndarray):
        order = pairs[:, 0].argsort(kind="stable")
        self._keys, self._rows = pairs[order].T.copy()

    def __contains__(self, key: int) -> bool:
        place = self._keys.searchsorted(key)
        return place < len(self._keys) and self._keys[place] == key

    def __getitem__(self, key: int) -> Segment:
        return Segment(self._rows[self._keys.searchsorted(key, "left") : self._keys.searchsorted(key, "right")])


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


def _negatives(rows: Sequence[Candidate]) -> set[tuple[str, str, tuple[str, int]]]:
    """Return negatives with whose they are, each once."""
    of_campaigns = {(*negative, ("campaign", row.campaign)) for row in rows for negative in row.negatives}
    return of_campaigns | {(*negative, ("group", row.group)) for row in rows for negative in row.group_negatives}


def _entered(entries: Sequence[tuple[int, int, int]]) -> Segment:
    rows, keywords, bids = np.array(entries, dtype=np.int64).reshape(len(entries), 3).T
    return Segment(rows, keywords, bids)
