"""Makes indexes for tests of the auction, without a database: candidates, money, goods, and given predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

import numpy as np

from ads.auction import Index, Page, PageDecision, Request, Traced, decide, line_up
from ads.auction.candidates import Candidate
from ads.auction.numbers import amount, whole
from ads.auction.odds import Odds
from ads.auction.roster import Roster
from ads.auction.standings import Goods, Money
from ads.auction.strips import strip
from ads.prediction import PLACEMENTS, AdFacts
from ads.prediction.smoothing import logit
from tests.factories import AT

SAM = UUID(int=7)


@dataclass(frozen=True, slots=True)
class Purse:
    """What a campaign may spend, and how it is steered."""

    spendable: Decimal = Decimal(1000)
    day: date | None = None
    left: Decimal = Decimal(0)
    total_left: Decimal | None = None
    account_budget: Decimal | None = None
    account_day: date | None = None
    account_left: Decimal = Decimal(0)
    multiplier: float = 1.0
    participation: float = 1.0


@dataclass
class Oracle:
    """Predicts what it is told, by ad: a click, a purchase, a value; everything is viewable half of the time."""

    clicks: Mapping[int, float] = field(default_factory=dict)
    purchases: Mapping[int, float] = field(default_factory=dict)
    values: Mapping[int, float] = field(default_factory=dict)
    new: frozenset[int] = frozenset()
    versions = {"click": 1, "purchase": 1}

    def click_logits(self, facts):
        return np.tile(logit(_column(facts, self.clicks, 0.01)), (len(PLACEMENTS), 1))

    def click_context(self, placement, hour, match):
        return 0.0

    def calibrate_clicks(self, p, placement):
        return p

    def purchase_logits(self, facts):
        return logit(_column(facts, self.purchases, 0.02))

    def value(self, facts):
        return _column(facts, self.values, 100.0)

    def settled_share(self, facts):
        return np.full(len(facts), 0.9)

    def viewable(self, placement):
        return 0.5

    def evidence(self, facts):
        return np.zeros(len(facts), np.int64), np.zeros(len(facts), np.int64)

    def is_new(self, facts):
        return np.array([row.ad in self.new for row in facts], dtype=bool)


@dataclass(frozen=True)
class Crowd:
    """Sam's audiences, and the merchants that Sam bought from."""

    audiences: frozenset[int] = frozenset()
    merchants: frozenset[int] = frozenset()

    def of(self, shopper):
        return self.audiences if shopper == SAM else frozenset()

    def bought(self, shopper, merchant, days, *, on=None):
        return shopper == SAM and merchant in self.merchants


def candidate(number: int, bid: str | None = "1", **fields) -> Candidate:
    """A candidate whose ad, campaign, merchant and product have one number, unless others are given."""
    given = {"ad": number, "group": number, "campaign": number, "merchant": number, "product": number} | {
        name: fields.pop(name) for name in ("group", "campaign", "merchant", "product") if name in fields
    }
    defaults = {"product_code": f"p{given['product']}", "daily_budget": Decimal(1000), "facts": AdFacts(**given)}
    return Candidate(bid=None if bid is None else Decimal(bid), **given, **defaults | fields)


def index(
    candidates: Sequence[Candidate],
    *,
    oracle: Oracle | None = None,
    purses: Mapping[int, Purse] | None = None,
    states: Mapping[int, int] | None = None,
    crowd: Crowd | None = None,
    **maps,
) -> Index:
    """An index of candidates; `purses` go by campaign, `states` of goods by ad."""
    roster = Roster([strip([row]) for row in candidates], **maps)
    rows = [(purses or {}).get(campaign, Purse()) for campaign in roster.campaigns.tolist()]
    goods = Goods(
        np.array([(states or {}).get(row.ad, 0) for row in candidates], dtype=np.int64),
        np.full(len(candidates), 1_000_000, dtype=np.int64),
    )
    return Index(roster, Odds(roster, oracle or Oracle()), _money(rows), goods, crowd or Crowd(), read_at=1.0)


def hold(candidates, page, *, at=AT, draw=0, shopper=SAM, views=(), **fields) -> PageDecision:
    """The decision for a page, of one request or several, among candidates."""
    requests = [page] if isinstance(page, Request) else page
    return decide(index(candidates, **fields), requests, shopper=shopper, at=at, draw=draw, views=views)


def outcome(*args, **kwargs) -> list[tuple[int, Decimal]]:
    """The winners of the first auction and what they pay."""
    return [(won.candidate.ad, amount(won.price)) for won in hold(*args, **kwargs).auctions[0].winners]


def shown(*args, **kwargs) -> list[int]:
    return sorted(ad for ad, _ in outcome(*args, **kwargs))


def _money(rows: Sequence[Purse]) -> Money:
    def column(numbers) -> np.ndarray:
        return np.fromiter(numbers, np.int64)

    def day(of: date | None) -> int:
        return of.toordinal() if of else 0

    return Money(
        spendable=column(whole(row.spendable) for row in rows),
        day=column(day(row.day) for row in rows),
        left=column(whole(row.left) for row in rows),
        total_left=column(whole(row.total_left) for row in rows),
        account_budget=column(whole(row.account_budget) for row in rows),
        account_day=column(day(row.account_day) for row in rows),
        account_left=column(whole(row.account_left) for row in rows),
        multiplier=np.array([row.multiplier for row in rows]),
        participation=np.array([row.participation for row in rows]),
    )


def _column(facts, given: Mapping[int, float], otherwise: float) -> np.ndarray:
    return np.array([given.get(row.ad, otherwise) for row in facts], dtype=float)


def trace(made: Index, page: Page, *, draw: int, views: Sequence[int] = ()) -> list[Traced]:
    """Return what became of every ad that the page's auctions reached when Sam asked for it."""
    found = line_up(made, page, shopper=SAM, at=AT, draw=draw, views=views)
    return [lineup.traced(place) for lineup in found for place in range(len(lineup))]
