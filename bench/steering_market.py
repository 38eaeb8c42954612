"""A market of simulated auctions among campaigns whose click rates, purchase rates and order values are planted.

Each auction draws some of the campaigns, large ones more often; score is bid × click rate, the first slots go to the
highest, and a click costs what the next score below asks for. An auction stands for ten pages that are alike, so that
clicks on it come by a Poisson draw. Clicks lead to purchases after exponential delays. Predicted purchase rates and
values are off by a factor of each campaign's own, which nobody is told.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ads.auction.numbers import CENTS, PROBABILITY, RELEVANT

TICKS = 48
DAYS = 14
PAGES = 10  # that an auction stands for
DRAWN, SLOTS = 12, 3
ATTENTION = np.array([1.0, 0.7, 0.5])
BLOCK = 60  # auctions between two looks at what budgets have left
DELAY = 24.0  # ticks from a click to its purchase, on average
SAMPLE = 10  # one auction in so many is logged
MODES = ("target_roi", "target_cost", "max_conversions", "cpc")
SHARES = (0.4, 0.3, 0.1, 0.2)
MEAN_CLICK = 0.03
WOBBLE, VALUE_SPREAD = 0.25, 0.3  # of shoppers and of orders, as logarithms


@dataclass(frozen=True)
class Planted:
    """What is true of each campaign, by its number."""

    mode: np.ndarray
    reach: np.ndarray  # share of what is drawn
    click: np.ndarray
    purchase: np.ndarray
    value: np.ndarray
    error: np.ndarray  # predicted ÷ true purchase rate
    value_error: np.ndarray
    worth: np.ndarray  # of a click, at its target or as its bid
    budget: np.ndarray

    @cached_property
    def target(self) -> np.ndarray:
        """The target of each: a cost or a ROI; without one, 0."""
        cost = self.worth / self.purchase
        by_mode = {"target_cost": cost, "target_roi": self.value / cost}
        return np.select([self.mode == name for name in by_mode], list(by_mode.values()), 0.0)


def planted(rng: np.random.Generator, campaigns: int, *, pages: int) -> Planted:
    """Draw campaigns for so many pages a day; two in three of those with a target have ample budgets."""
    mode = rng.choice(MODES, campaigns, p=SHARES)
    reach = rng.lognormal(0, 0.7, campaigns)
    reach /= reach.sum()
    usual = pages * reach * MEAN_CLICK * ATTENTION.sum()  # clicks a day
    is_ample = np.isin(mode, MODES[:2]) & (rng.random(campaigns) > 1 / 3)
    return Planted(
        mode=mode,
        reach=reach,
        click=rng.lognormal(np.log(MEAN_CLICK), 0.3, campaigns),
        purchase=rng.lognormal(np.log(0.06), 0.4, campaigns).clip(0.01, 0.3),
        value=rng.lognormal(np.log(120), 0.5, campaigns),
        error=rng.lognormal(0, 0.12, campaigns),
        value_error=rng.lognormal(0, 0.08, campaigns),
        worth=rng.lognormal(0, 0.3, campaigns),
        budget=usual * np.where(is_ample, rng.uniform(8, 15, campaigns), rng.uniform(0.2, 0.8, campaigns)),
    )


@dataclass
class Book:
    """What happened, by campaign and tick of the click; `bid` and `cost` of the clicks that were paid.

    `predicted` counts purchases that were predicted, `expected` those that were to be expected by what is planted.
    `coming` are purchases as rows of campaign, tick of the click and value, by the tick at which they come.
    """

    cost: np.ndarray
    bid: np.ndarray
    clicks: np.ndarray
    predicted: np.ndarray
    expected: np.ndarray
    orders: np.ndarray
    value: np.ndarray
    coming: list[list[tuple[int, int, float]]]
    logged: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def empty(cls, campaigns: int) -> "Book":
        columns = [np.zeros((campaigns, DAYS * TICKS)) for _ in range(7)]
        return cls(*columns, [[] for _ in range(DAYS * TICKS + 1)])

    def come(self, tick: int) -> None:
        """Let the purchases come that were due by the start of a tick; the last takes all that are still to come."""
        for campaign, clicked, value in self.coming[tick]:
            self.orders[campaign, clicked] += 1
            self.value[campaign, clicked] += value


def traffic(rng: np.random.Generator, pages: int) -> np.ndarray:
    """Return the auctions of every tick: a shape of the day, and days that differ."""
    hours = 1 + 0.8 * np.sin((np.arange(TICKS) / TICKS - 0.35) * 2 * np.pi)
    days = rng.lognormal(0, 0.1, DAYS)
    return rng.poisson(np.outer(days, hours / hours.sum() * pages / PAGES)).reshape(-1)


def play(
    rng: np.random.Generator, truth: Planted, book: Book, tick: int, auctions: int, *, bids: np.ndarray,
    share: np.ndarray, left: np.ndarray,
) -> None:  # fmt: skip
    """Hold the auctions of a tick; `left` is what budgets still bear, and falls."""
    for start in range(0, auctions, BLOCK):
        _block(rng, truth, book, tick, min(BLOCK, auctions - start), bids, share, left)


def _block(rng, truth, book, tick, size, bids, share, left) -> None:
    drawn = np.sort(np.searchsorted(truth.reach.cumsum(), rng.random((size, DRAWN))), axis=1)
    drawn = drawn.clip(max=len(bids) - 1)
    wobble = rng.lognormal(0, WOBBLE, (size, DRAWN))  # how likely this shopper buys, which predictions see
    bid = bids[drawn] * np.where((truth.mode == "cpc")[drawn], 1.0, wobble)
    takes_part = (rng.random(drawn.shape) < share[drawn]) & (left[drawn] >= bid)
    takes_part[:, 1:] &= drawn[:, 1:] != drawn[:, :-1]
    score = np.where(takes_part, bid * truth.click[drawn], 0.0)
    order = np.argsort(-score, axis=1)[:, : SLOTS + 1]
    rows = np.arange(size)[:, None]
    top, who = score[rows, order], drawn[rows, order]
    _log(book, truth, tick, drawn, wobble, score, top)
    rate = truth.click[who[:, :SLOTS]] * ATTENTION * (top[:, :SLOTS] > 0)
    clicks = rng.poisson(rate * PAGES)
    auction, slot = np.nonzero(clicks)
    again = clicks[auction, slot]
    auction, slot = auction.repeat(again), slot.repeat(again)
    campaign, place = who[auction, slot], order[auction, slot]
    price = np.maximum(np.ceil(top[auction, slot + 1] / truth.click[campaign] * 100) / 100, 0.01)
    price = np.minimum(price, bid[auction, place])
    _charge(rng, truth, book, tick, campaign, price, bid[auction, place], wobble[auction, place], left)


def _charge(rng, truth, book, tick, campaign, price, bid, wobble, left) -> None:
    """Charge clicks in their order, as far as budgets bear them, and let some of them buy."""
    rate = truth.purchase[campaign] * wobble
    buys = rng.random(len(rate)) < rate
    predicted = rate * truth.error[campaign]
    columns = (campaign, price, bid, rate, predicted, buys)
    for one, cost, offer, expected, guess, is_bought in zip(*(each.tolist() for each in columns), strict=True):
        if cost > left[one]:
            continue
        left[one] -= cost
        book.cost[one, tick] += cost
        book.bid[one, tick] += offer
        book.clicks[one, tick] += 1
        book.expected[one, tick] += expected
        book.predicted[one, tick] += guess
        if is_bought:
            comes = min(int(tick + 1 + rng.exponential(DELAY)), DAYS * TICKS)
            value = truth.value[one] * rng.lognormal(-(VALUE_SPREAD**2) / 2, VALUE_SPREAD)
            book.coming[comes].append((one, tick, value))


def _log(book, truth, tick, drawn, wobble, score, top) -> None:
    """Log a sample: campaign, day, floor of the scores, click rate, predicted purchase rate."""
    taken = slice(None, None, SAMPLE)
    drawn, wobble, score, top = drawn[taken], wobble[taken], score[taken], top[taken]
    floor = np.where(score >= top[:, SLOTS - 1 : SLOTS], top[:, SLOTS : SLOTS + 1], top[:, SLOTS - 1 : SLOTS])
    scaled = floor * CENTS * PROBABILITY * RELEVANT
    predicted = (truth.purchase * truth.error)[drawn] * wobble
    columns = (drawn, np.full(drawn.shape, tick // TICKS), scaled, truth.click[drawn], predicted)
    book.logged.append(np.stack([column.ravel() for column in columns], axis=1).astype(float))
