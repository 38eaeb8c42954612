"""The AuctionNet market as far as its won slots tell: who could have won what at which bid, by category and half day.

Three slots go to the three highest bids, and each costs the next bid below, so the three winners' rows of one
opportunity tell its four highest bids. A page is looked at from the top, so the slots that were seen tell how deep. A
bidder in the seat of one winner therefore meets the other three bids: what any bid would have won, paid and shown is
known, not modelled. Its conversions are those of the log where the log showed an ad; where only the better slot of a
higher bid would have been seen they are drawn by the predicted rate, alike for every bidder.

Not known is what the seat's winner would have lost: opportunities outside its winning ones stay closed, so the market
flatters nobody but is smaller than the real one above the logged bids. Nor do rivals answer. A winner's predicted value
is known only where it won, so the seats of a category's eight advertisers are shared out among them by lot: every
advertiser meets a disjoint eighth of them over the whole day, whenever its logged bids were high. Opportunities fall by
lot into two half days; one is the history of the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from ads.bidding.landscape import Landscape
from ads.bidding.target import may_enter

SLOTS, STEPS, PER_CATEGORY, ADVERTISERS = 3, 48, 8, 48
CURVE = 512
COLUMNS = """timeStepIndex, pvIndex, advertiserNumber, advertiserCategoryIndex, budget, CPAConstraint, pValue, bid,
    cost, leastWinningCost, isExposed, conversionAction"""


@dataclass(frozen=True)
class Totals:
    """What the log adds up to."""

    won: int
    exposed: int
    conversions: int
    cost: float


@dataclass(frozen=True)
class Seats:
    """Chances to win, in order of time: rivals' bids from the highest, depth seen, predicted and drawn conversion."""

    step: np.ndarray
    category: np.ndarray
    advertiser: np.ndarray
    half: np.ndarray
    rivals: np.ndarray
    depth: np.ndarray
    value: np.ndarray
    converts: np.ndarray

    def where(self, mask: np.ndarray) -> "Seats":
        return Seats(**{name: column[mask] for name, column in vars(self).items()})


@dataclass(frozen=True)
class Market:
    """The seats of every half day by advertiser, each category's landscape of it, and each advertiser's terms."""

    totals: Totals
    budgets: np.ndarray
    targets: np.ndarray
    seats: dict[tuple[int, int], Seats]
    landscapes: dict[tuple[int, int], Landscape]


@dataclass
class Book:
    """What a bidder knows of its day: spend, predicted conversions of what was shown, and real ones."""

    spent: float = 0.0
    value: float = 0.0
    conversions: int = 0


def read(path: Path) -> Market:
    """Return the market of a file of won slots, whose three rows of an opportunity are the slots from the top."""
    order = "ORDER BY timeStepIndex, pvIndex, adSlot"
    with duckdb.connect(config={"threads": 1}) as database:
        rows = database.execute(f"SELECT {COLUMNS} FROM read_parquet(?) {order}", [str(path)]).fetchnumpy()
    seats = _seats(rows)
    terms = {name: np.zeros(ADVERTISERS) for name in ("budget", "CPAConstraint")}
    for name, by_advertiser in terms.items():
        by_advertiser[rows["advertiserNumber"]] = rows[name]
    halves = range(2)
    return Market(
        totals=_totals(rows),
        budgets=terms["budget"],
        targets=terms["CPAConstraint"],
        seats={
            (n, h): seats.where((seats.advertiser == n) & (seats.half == h)) for n in range(ADVERTISERS) for h in halves
        },
        landscapes={
            (c, h): _landscape(seats.where((seats.category == c) & (seats.half == h)))
            for c in range(ADVERTISERS // PER_CATEGORY)
            for h in halves
        },
    )  # fmt: skip


def play(seats: Seats, budget: float, multiplier: Callable[[int, Book], float], *, optimism: float = 1.0) -> Book:
    """Return the book of a half day bid at multiplier × predicted value, step by step, until a bid is not covered.

    Predictions are `optimism` times what they should be.
    """
    book = Book()
    edges = np.searchsorted(seats.step, np.arange(STEPS + 1))
    for step in range(STEPS):
        part = slice(edges[step], edges[step + 1])
        predicted = optimism * seats.value[part]
        bids = multiplier(step, book) * predicted
        slot = (bids[:, None] <= seats.rivals[part]).sum(axis=1)
        is_shown = slot < seats.depth[part]
        price = np.where(is_shown, seats.rivals[part][np.arange(slot.size), np.minimum(slot, SLOTS - 1)], 0.0)
        left = budget - book.spent - (price.cumsum() - price)
        is_shown &= np.logical_and.accumulate(may_enter(left=left, bid=bids))
        book.spent += float(price[is_shown].sum())
        book.value += float(predicted[is_shown].sum())
        book.conversions += int(seats.converts[part][is_shown].sum())
    return book


def _totals(rows: dict[str, np.ndarray]) -> Totals:
    shown = rows["isExposed"] == 1
    conversions, cost = int(rows["conversionAction"].sum()), rows["cost"][shown].sum(dtype=float)
    return Totals(won=shown.size, exposed=int(shown.sum()), conversions=conversions, cost=round(float(cost), 2))


def _seats(rows: dict[str, np.ndarray]) -> Seats:
    shape = (-1, SLOTS)
    bids = np.column_stack([rows["bid"].reshape(shape), rows["leastWinningCost"].reshape(shape)[:, 0]]).astype(float)
    rivals = np.stack([np.delete(bids, slot, axis=1) for slot in range(SLOTS)], axis=1).reshape(shape)
    slot = np.tile(np.arange(SLOTS), len(bids))
    opportunity, value = _lot(rows["timeStepIndex"], rows["pvIndex"]), rows["pValue"].astype(float)
    chance = (_lot(opportunity, slot) >> np.uint64(11)) / 2**53
    seat = (_lot(opportunity, slot, slot) % np.uint64(PER_CATEGORY)).astype(int)
    category = rows["advertiserCategoryIndex"].astype(int)
    return Seats(
        step=rows["timeStepIndex"].astype(int),
        category=category,
        advertiser=category * PER_CATEGORY + seat,
        half=(opportunity & np.uint64(1)).astype(int),
        rivals=rivals,
        depth=np.repeat(rows["isExposed"].reshape(shape).sum(axis=1), SLOTS).astype(int),
        value=value,
        converts=np.where(rows["isExposed"] == 1, rows["conversionAction"] == 1, chance < value),
    )


def _landscape(seats: Seats) -> Landscape:
    """Return one advertiser's share of a category's half day as curves: they rise where a multiplier reaches a slot."""
    below = np.zeros(seats.value.size), np.zeros(seats.value.size)
    rises = []
    for slot in reversed(range(SLOTS)):
        is_seen = seats.depth > slot
        reached = np.where(is_seen, seats.rivals[:, slot], 0.0), np.where(is_seen, seats.value, 0.0)
        needed = seats.rivals[:, slot] / seats.value
        rises.append([column[is_seen] for column in (seats.step, needed, reached[0] - below[0], reached[1] - below[1])])
        below = reached
    step, needed, spend, value = map(np.concatenate, zip(*rises, strict=True))
    multipliers = np.geomspace(needed.min(), needed.max(), CURVE)
    place = step * CURVE + np.minimum(np.searchsorted(multipliers, needed), CURVE - 1)
    curves = [np.bincount(place, weights=w, minlength=STEPS * CURVE).reshape(1, STEPS, CURVE) for w in (spend, value)]
    auctions = np.bincount(seats.step, minlength=STEPS).reshape(1, STEPS) / PER_CATEGORY
    spend, value = (curve.cumsum(axis=2) / PER_CATEGORY for curve in curves)
    return Landscape(multipliers=multipliers, auctions=auctions, spend=spend, value=value)


def _lot(*keys: np.ndarray) -> np.ndarray:
    """Return a 64-bit number for each row of keys that looks drawn at random, and is the same on every machine."""
    drawn = np.zeros(keys[0].size, np.uint64)
    for key in keys:
        drawn = (drawn ^ key.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        drawn = (drawn ^ (drawn >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        drawn = (drawn ^ (drawn >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        drawn ^= drawn >> np.uint64(31)
    return drawn
