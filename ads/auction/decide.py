"""One decision, as a pure function of the index: who may run, who ranks first, and what a click will cost."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
from django.conf import settings

from chengfeng.money import round_up

from .index import CENTS, PROBABILITY, RATE, Candidate, Index, Rows, micros

RELEVANT, OFF_TOPIC = 100, 20  # quality in per cent: what a search did not ask for must bid five times as much
SPREAD = 0x9E3779B97F4A7C15


class Empty(StrEnum):
    """Why a page gets no ad."""

    NOT_READY = "not_ready"
    NO_CANDIDATES = "no_candidates"
    NOT_ELIGIBLE = "not_eligible"
    BELOW_RESERVE = "below_reserve"
    STALE = "stale"  # the index could not be renewed for a while


@dataclass(frozen=True, slots=True)
class Request:
    """A page with room for ads. `category` is a slug; `product` is the code of the product that the page shows."""

    placement: str
    slots: int
    query: str = ""
    category: str = ""
    product: str = ""
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Winner:
    """An ad to be shown: `bid` is the campaign's, `cost` what a click will be charged."""

    position: int
    candidate: Candidate
    cost: Decimal
    pctr: Decimal
    product_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The winners by position; when there are none, the reason."""

    winners: tuple[Winner, ...] = ()
    reason: Empty | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows by falling score, with what the prices follow from: scores and weights (pCTR × quality)."""

    rows: Rows
    scores: np.ndarray
    weights: np.ndarray
    ceilings: np.ndarray


def decide(index: Index, request: Request, *, at: datetime, draw: int) -> Decision:
    """Fill a page's slots. `draw` settles ties, and nothing else; the same arguments give the same decision."""
    if not len(index):
        return Decision(reason=Empty.NO_CANDIDATES if index.read_at else Empty.NOT_READY)
    rows, on_topic = reach(index, request)
    if not rows.size:
        return Decision(reason=Empty.NO_CANDIDATES)
    ceiling = affordable(index, rows, at)
    runs = ceiling > 0
    rows, ceiling = rows[runs], ceiling[runs]
    if not rows.size:
        return Decision(reason=Empty.NOT_ELIGIBLE)
    ranking = rank(index, rows, ceiling, on_topic, draw)
    if not ranking.rows.size:
        return Decision(reason=Empty.BELOW_RESERVE)
    return Decision(winners=tuple(_winners(index, ranking, request.slots)))


def reach(index: Index, request: Request) -> tuple[Rows, np.ndarray | None]:
    """Return the rows whose targeting fits the request, and on a search marks of the rows that are about it.

    A campaign without targeting runs everywhere, one with categories where the page is about one of them or one
    below, one with keywords where a search matches; with both, either is enough.
    """
    category = request.category or index.product_category.get(request.product, "")
    parts = [index.by_category[pk] for pk in index.category_path.get(category, ()) if pk in index.by_category]
    matched = index.rows_for_words(request.query) if request.query else None
    if matched is not None and matched.size:
        parts.append(matched)
    rows = index.union([index.untargeted, *parts])
    hidden = [index.products[code] for code in {request.product, *request.exclude} if code in index.products]
    if hidden:
        rows = rows[~np.isin(index.product[rows], hidden)]
    return rows, None if matched is None else index.marked([*parts, index.rows_about(request.query)])


def affordable(index: Index, rows: Rows, at: datetime) -> np.ndarray:
    """Return per row the most it may bid now, in its own currency; zero where it may not run."""
    now, standings = micros(at), index.standings
    local = [at.astimezone(zone) for zone in index.zones]
    zone = index.zone[rows]
    hour = np.array([moment.weekday() * 24 + moment.hour for moment in local])[zone]
    today = np.array([moment.toordinal() for moment in local])[zone]
    runs = standings.is_on[rows] & (index.starts[rows] <= now) & (now < index.ends[rows]) & index.hours[rows, hour]
    left = np.where(standings.day[rows] == today, standings.left[rows], index.budget[rows])
    return np.where(runs, np.minimum(np.minimum(index.bid[rows], left), standings.wallet[rows]), 0)


def rank(index: Index, rows: Rows, ceiling: np.ndarray, on_topic: np.ndarray | None, draw: int) -> Ranking:
    """Order rows by bid × pCTR × quality, ties by the draw; those below the reserve are out."""
    quality = RELEVANT if on_topic is None else np.where(on_topic[rows], RELEVANT, OFF_TOPIC)
    weights = index.pctr[rows] * quality
    scores = ceiling * index.rate[rows] // RATE * weights
    kept = np.flatnonzero(scores >= reserve())
    tie = (index.product[rows[kept]].astype(np.uint64) + np.uint64(draw % 2**32)) * np.uint64(SPREAD)
    order = kept[np.lexsort((tie, -scores[kept]))]
    return Ranking(rows[order], scores[order], weights[order], ceiling[order])


def reserve() -> int:
    """Return the lowest score that is shown: the platform's reserve per impression, in the unit of scores."""
    return int(settings.AUCTION_RESERVE * CENTS * PROBABILITY * RELEVANT)


def _winners(index: Index, ranking: Ranking, slots: int):
    """Yield the winners with their second prices; a merchant never bids against itself."""
    shown = _shown(index, ranking, slots + settings.AUCTION_ADS_PER_MERCHANT)
    least = reserve()
    for position, (place, candidate) in enumerate(shown[:slots], start=1):
        rivals = (p for p, rival in shown[position:] if rival.merchant != candidate.merchant)
        floor = max(least, next((int(ranking.scores[p]) for p in rivals), 0))
        weight = int(ranking.weights[place])
        yield Winner(
            position=position,
            candidate=candidate,
            cost=price(floor, weight, rate=candidate.rate, ceiling=int(ranking.ceilings[place])),
            pctr=Decimal(weight) / (PROBABILITY * RELEVANT),
            product_price=index.standings.price[ranking.rows[place]],
        )


def _shown(index: Index, ranking: Ranking, length: int) -> list[tuple[int, Candidate]]:
    """Return places of the ranking for one page: each product once, each merchant a few times."""
    shown, products, merchants = [], set(), Counter()
    most = settings.AUCTION_ADS_PER_MERCHANT
    for place, row in enumerate(ranking.rows):
        candidate = index.candidates[row]
        if candidate.product in products or merchants[candidate.merchant] >= most:
            continue
        products.add(candidate.product)
        merchants[candidate.merchant] += 1
        shown.append((place, candidate))
        if len(shown) == length:
            break
    return shown


def price(floor: int, weight: int, *, rate: Decimal, ceiling: int) -> Decimal:
    """Return the least a click must cost to keep its place: floor / weight, rounded up, never above the bid."""
    needed = Decimal(floor) / Decimal(weight) / CENTS / rate
    return min(round_up(needed, settings.AUCTION_TICK), Decimal(ceiling) / CENTS)
