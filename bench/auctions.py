"""A log of real auctions for ad space, campaign by campaign, and what a bidder wins when they are held again.

A campaign has episodes of 1,000 auctions. Each episode has a budget of one part in 32 of what its auctions cost on
average, which does not carry over; who bids at least the market price wins, pays it, and gets the click if there was
one. Amounts are whole numbers, and no bid is above 300.
"""

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ads.bidding import Pacer

HIGHEST_BID, SHARE = 300, 32


@dataclass(frozen=True)
class Episode:
    """Auctions in their order: clicked or not, market price, predicted click rate."""

    clicks: np.ndarray
    prices: np.ndarray
    rates: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Episodes, their budget, and from the weeks before them the cost of a click and the clicks per impression."""

    name: str
    budget: int
    click_cost: float
    click_rate: float
    episodes: tuple[Episode, ...]


@dataclass(frozen=True)
class Won:
    """What a bidder won; `expected` is the sum of predicted click rates."""

    impressions: int = 0
    clicks: int = 0
    cost: int = 0
    expected: float = 0.0

    def __add__(self, other: "Won") -> "Won":
        return Won(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def names(folder: Path) -> list[str]:
    """Return the campaigns that the folder holds."""
    return sorted(path.name.partition(".")[0] for path in folder.glob("*.info.json"))


def read(folder: Path, name: str) -> Campaign:
    """Return a campaign. A line with a single field, after the header, begins an episode."""
    past = json.loads((folder / f"{name}.info.json").read_text())
    with gzip.open(folder / f"{name}.validation.txt.gz", "rt") as lines:
        next(lines)
        episodes: list[list[tuple[float, ...]]] = []
        for fields in map(str.split, lines):
            if len(fields) == 1:
                episodes.append([])
            else:
                episodes[-1].append(tuple(map(float, fields)))
    return Campaign(
        name=name,
        budget=int(past["cost_train"] / past["imp_train"] * 1000 / SHARE),
        click_cost=past["cost_train"] / past["clk_train"],
        click_rate=past["clk_train"] / past["imp_train"],
        episodes=tuple(_episode(rows) for rows in episodes),
    )


def _episode(rows: Iterable[tuple[float, ...]]) -> Episode:
    clicks, prices, rates = zip(*rows, strict=True)
    return Episode(np.array(clicks, int), np.array(prices, int), np.array(rates))


def linear(episode: Episode, *, budget: int, multiplier: float) -> Won:
    """Hold an episode for a bidder of one multiplier × predicted click rate, which knows no pace."""
    wanted = np.minimum((episode.rates * multiplier).astype(int), HIGHEST_BID) >= episode.prices
    won, left = [], budget
    for place in np.flatnonzero(wanted).tolist():
        if episode.prices[place] <= left:
            left -= int(episode.prices[place])
            won.append(place)
    return _won(episode, won)


def paced(episode: Episode, pacer: Pacer) -> Won:
    """Hold an episode for a pacer, auction by auction."""
    won = []
    for place, (price, rate) in enumerate(zip(episode.prices.tolist(), episode.rates.tolist(), strict=True)):
        is_won = pacer.bid(rate) >= price
        pacer.observe(paid=price if is_won else 0)
        if is_won:
            won.append(place)
    return _won(episode, won)


def total(episodes: Iterable[Episode], bidder: Callable[[Episode], Won]) -> Won:
    """Hold episodes one after the other."""
    return sum(map(bidder, episodes), Won())


def _won(episode: Episode, places: list[int]) -> Won:
    clicks, cost = int(episode.clicks[places].sum()), int(episode.prices[places].sum())
    return Won(len(places), clicks, cost, float(episode.rates[places].sum()))
