"""Estimating: what a campaign would have got out of recorded auctions, capped by its budgets as they were spent."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from math import hypot, sqrt

from ..auction.numbers import CENTS
from .holding import Bidder, Win
from .reading import Auction

SURE = 2  # standard errors of the sample on either side


@dataclass(slots=True)
class Figures:
    """Numbers of some auctions as expected: impressions, clicks, orders, and the spend in the campaign's currency."""

    impressions: float = 0.0
    clicks: float = 0.0
    spend: float = 0.0
    orders: float = 0.0

    @property
    def price(self) -> float | None:
        """The average price of a click."""
        return self.spend / self.clicks if self.clicks else None

    def add(self, more: "Figures", times: float) -> None:
        for name in NAMES:
            setattr(self, name, getattr(self, name) + times * getattr(more, name))

    def times(self, factor: float) -> "Figures":
        return Figures(*(getattr(self, name) * factor for name in NAMES))


NAMES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was estimated by local day, and by how much the sample alone may be off, either way."""

    days: Mapping[date, Figures]
    noise: Figures

    @property
    def whole(self) -> Figures:
        return total(self.days.values())


def estimate(
    auctions: Iterable[Auction],
    bidder: Bidder,
    factor: float,
    *,
    budgets: Mapping[date, float] | None,
    day_of: Callable[[Auction], date],
    days: Iterable[date],
) -> Estimate:
    """Return what the campaign would get for bids of so many times, spending a day's budget in the order of time.

    `budgets` are those of local days, None for no end of money. Each record counts as often as its weight says.
    """
    found, squares = {day: Figures() for day in days}, Figures()
    for auction in auctions:
        one = expected(bidder.wins(auction, factor))
        if not one.impressions:
            continue
        day, weight = day_of(auction), auction.weight
        weight *= 1.0 if budgets is None else _affordable(one.spend * weight, budgets[day] - found[day].spend)
        found[day].add(one, weight)
        for name in NAMES:
            square = max(weight * (auction.weight - 1), 0.0) * getattr(one, name) ** 2
            setattr(squares, name, getattr(squares, name) + square)
    return Estimate(found, Figures(*(SURE * sqrt(getattr(squares, name)) for name in NAMES)))


def expected(wins: Iterable[Win]) -> Figures:
    """Return what slots bring: clicks as predicted, each of which is paid, or each view that is."""
    figures = Figures()
    for entry, price, chance in wins:
        clicks = entry.pctr
        figures.add(Figures(1, clicks, chance * price / CENTS, clicks * entry.pcvr), 1)
    return figures


def total(figures: Iterable[Figures]) -> Figures:
    """Add figures up."""
    whole = Figures()
    for one in figures:
        whole.add(one, 1)
    return whole


@dataclass(frozen=True, slots=True)
class Range:
    """A figure as estimated, between what it may be as far as is known."""

    low: float | Decimal
    middle: float | Decimal
    high: float | Decimal


def within(middle: float, *, error: float | None, noise: float = 0.0) -> Range:
    """Return the range around a figure that was off by so much (a part of it) before, and whose sample is so rough."""
    around = hypot((error or 0.0) * middle, noise)
    return Range(max(middle - around, 0.0), middle, middle + around)


def _affordable(cost: float, left: float) -> float:
    """Return the part of a cost that the money left pays."""
    if cost <= left or cost <= 0:
        return 1.0
    return max(left, 0.0) / cost
