"""A market of simulated auctions among campaigns whose click rates, purchase rates and order values are planted.

Each auction draws some of the campaigns; score is bid × click rate, the first slots go to the highest, and a click
costs what the next score below asks for. Clicks lead to purchases after exponential delays. Predicted purchase rates
and values are off by a factor of each campaign's own, which nobody is told.
"""

from dataclasses import dataclass, field

import numpy as np

from ads.auction.numbers import CENTS, PROBABILITY, RELEVANT

TICKS = 48
DAYS = 14
DRAWN, SLOTS = 12, 3
ATTENTION = (1.0, 0.7, 0.5)
BLOCK = 500  # auctions between two looks at what budgets have left
DELAY = 24.0  # ticks from a click to its purchase, on average
SAMPLE = 50  # one auction in so many is logged
MODES = ("target_roi", "target_cost", "max_conversions", "cpc")
SHARES = (0.4, 0.3, 0.1, 0.2)


@dataclass(frozen=True)
class Planted:
    """What is true of each campaign, by its number."""

    mode: np.ndarray
    click: np.ndarray
    purchase: np.ndarray
    value: np.ndarray
    error: np.ndarray  # predicted ÷ true purchase rate
    value_error: np.ndarray
    worth: np.ndarray  # of a click, at its target or as its bid
    budget: np.ndarray

    @property
    def target(self) -> np.ndarray:
        """The target of each: a cost or a ROI; without one, 0."""
        cost = self.worth / self.purchase
        by_mode = {"target_cost": cost, "target_roi": self.value / cost}
        return np.select([self.mode == name for name in by_mode], list(by_mode.values()), 0.0)


def planted(rng: np.random.Generator, campaigns: int) -> Planted:
    """Draw campaigns: a third of the budgets are scarce, the others more than the market takes."""
    is_scarce = rng.random(campaigns) < 1 / 3
    return Planted(
        mode=rng.choice(MODES, campaigns, p=SHARES),
        click=rng.lognormal(np.log(0.03), 0.3, campaigns),
        purchase=rng.lognormal(np.log(0.06), 0.4, campaigns).clip(0.01, 0.3),
        value=rng.lognormal(np.log(120), 0.5, campaigns),
        error=rng.lognormal(0, 0.12, campaigns),
        value_error=rng.lognormal(0, 0.08, campaigns),
        worth=rng.lognormal(0, 0.3, campaigns),
        budget=np.where(is_scarce, rng.uniform(40, 120, campaigns), rng.uniform(600, 1500, campaigns)),
    )


@dataclass
class Book:
    """What happened, by campaign and tick; purchases as rows of campaign, click's tick, purchase's tick and value."""

    cost: np.ndarray
    clicks: np.ndarray
    predicted: np.ndarray
    purchases: list[tuple] = field(default_factory=list)
    logged: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def empty(cls, campaigns: int) -> "Book":
        shape = campaigns, DAYS * TICKS
        return cls(np.zeros(shape), np.zeros(shape), np.zeros(shape))


def traffic(rng: np.random.Generator, a_day: int) -> np.ndarray:
    """Return the auctions of every tick: a shape of the day, and days that differ."""
    hours = 1 + 0.8 * np.sin((np.arange(TICKS) / TICKS - 0.35) * 2 * np.pi)
    days = rng.lognormal(0, 0.1, DAYS)
    return rng.poisson(np.outer(days, hours / hours.sum() * a_day)).reshape(-1)


def play(
    rng: np.random.Generator, truth: Planted, book: Book, tick: int, auctions: int, *, bids: np.ndarray,
    share: np.ndarray, left: np.ndarray,
) -> None:  # fmt: skip
    """Hold the auctions of a tick; `left` is what budgets still bear, and falls."""
    for start in range(0, auctions, BLOCK):
        _block(rng, truth, book, tick, min(BLOCK, auctions - start), bids, share, left)


def _block(rng, truth, book, tick, size, bids, share, left) -> None:
    drawn = rng.integers(len(bids), size=(size, DRAWN))
    wobble = rng.lognormal(0, 0.25, (size, DRAWN))  # how likely this shopper buys, which predictions see
    takes_part = (rng.random(drawn.shape) < share[drawn]) & (left[drawn] >= bids[drawn] * wobble)
    is_manual = (truth.mode == "cpc")[drawn]
    bid = np.where(is_manual, bids[drawn], bids[drawn] * wobble)
    score = np.where(takes_part, bid * truth.click[drawn], 0.0)
    order = np.argsort(-score, axis=1)[:, : SLOTS + 1]
    rows = np.arange(size)[:, None]
    top, who = score[rows, order], drawn[rows, order]
    _log(book, truth, tick, drawn, wobble, score, top)
    won = top[:, :SLOTS] > 0
    clicked = won & (rng.random((size, SLOTS)) < truth.click[who[:, :SLOTS]] * ATTENTION)
    auction, slot = np.nonzero(clicked)
    campaign = who[auction, slot]
    price = np.maximum(np.ceil(top[auction, slot + 1] / truth.click[campaign] * 100) / 100, 0.01)
    _charge(rng, truth, book, tick, campaign, price, wobble[auction, order[auction, slot]], left)


def _charge(rng, truth, book, tick, campaign, price, wobble, left) -> None:
    """Charge clicks in their order, as far as budgets bear them, and let some of them buy."""
    for one, cost, luck in zip(campaign.tolist(), price.tolist(), wobble.tolist(), strict=True):
        if cost > left[one]:
            continue
        left[one] -= cost
        book.cost[one, tick] += cost
        book.clicks[one, tick] += 1
        book.predicted[one, tick] += truth.purchase[one] * truth.error[one] * luck
        if rng.random() < truth.purchase[one] * luck / 1.03:
            value = truth.value[one] * rng.lognormal(-0.045, 0.3)
            book.purchases.append((one, tick, tick + rng.exponential(DELAY), value))


def _log(book, truth, tick, drawn, wobble, score, top) -> None:
    """Log a sample: campaign, day, floor of the scores, click rate, predicted purchase rate."""
    taken = slice(None, None, SAMPLE)
    drawn, wobble, score, top = drawn[taken], wobble[taken], score[taken], top[taken]
    floor = np.where(score >= top[:, SLOTS - 1 : SLOTS], top[:, SLOTS : SLOTS + 1], top[:, SLOTS - 1 : SLOTS])
    scaled = floor * CENTS * PROBABILITY * RELEVANT
    predicted = (truth.purchase * truth.error)[drawn] * wobble
    columns = (drawn, np.full(drawn.shape, tick // TICKS), scaled, truth.click[drawn], predicted)
    book.logged.append(np.stack([column.ravel() for column in columns], axis=1).astype(float))
