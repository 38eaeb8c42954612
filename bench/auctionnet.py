"""Conversions within a target cost in the replayed AuctionNet market: our controller, a fixed multiplier, a plain PID.

The score is conversions × min(1, (target ÷ cost per conversion)²), summed over advertisers. Every advertiser plays two
half days, each with half of its budget; the market of the other half day is the history. The constants of the
controller were chosen, and those of its rivals are in each run, on the advertisers with even numbers; the figures are
those of the odd ones. Intervals are 95 % of 2,000 draws of advertisers. What the replay can know is told in
`auctionnet_market`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from math import exp

import numpy as np

from ads.bidding.landscape import Landscape
from ads.bidding.target import Adjustment, Goal, Seen, Strategy, adjust

from . import auctionnet_market
from .auctionnet_market import ADVERTISERS, PER_CATEGORY, STEPS, Book, Market, Totals
from .result import Result, Skipped
from .stage import Stage, real_data

KNOWN = Totals(won=1_499_940, exposed=1_141_199, conversions=1_299, cost=122_694.91)
TRAINING, HELD_OUT = range(0, ADVERTISERS, 2), range(1, ADVERTISERS, 2)
FIXED = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8)
GAINS = tuple(product((0.02, 0.05, 0.1, 0.3, 0.6), (0.0, 0.01), (0.1,), (0.6, 0.8, 1.0, 1.2), (False, True)))
SAMPLES = 2_000

Bidder = Callable[[int, Book], float]
Make = Callable[[Goal, Landscape], Bidder]


@dataclass(frozen=True)
class Terms:
    """How a comparison is played: part of the budget, traffic that history promises, optimism of predictions."""

    budget: float = 1.0
    promised: float = 1.0
    optimism: float = 1.0


@dataclass(frozen=True)
class Outcome:
    """What one advertiser got out of both half days."""

    score: float
    conversions: int
    spent: float
    is_over_budget: bool


def run(stage: Stage) -> Result | Skipped:
    folder = real_data("auctionnet")
    if folder is None:
        return Skipped(bench="auctionnet", reason="the real data auctionnet is not at hand")
    market = auctionnet_market.read(folder / "period0_won.parquet")
    if market.totals != KNOWN:
        raise ValueError(f"the log adds up to {market.totals}, not to {KNOWN}")
    plain = _compare(stage, market, Terms())
    tight = _compare(stage, market, Terms(budget=0.5))
    optimistic = _compare(stage, market, Terms(optimism=1.3))
    ours = plain["ours"]
    return Result(
        bench="auctionnet", value=_sum(ours), unit="conversions within target", higher_is_better=True,
        yardstick="best fixed multiplier of the training advertisers", yardstick_value=_sum(plain["fixed"]),
        sizes={
            **_figures("", plain), **_figures("half_budget_", tight),
            **_figures("predictions_130_percent_", optimistic),
            "no_history": _sum(_outcomes(market, HELD_OUT, Even, Terms())),
            "history_half": _sum(_outcomes(market, HELD_OUT, Ours, Terms(promised=0.5))),
            "history_double": _sum(_outcomes(market, HELD_OUT, Ours, Terms(promised=2.0))),
            "conversions": sum(outcome.conversions for outcome in ours),
            "spent": sum(outcome.spent for outcome in ours),
            "over_budget": sum(outcome.is_over_budget for outcomes in plain.values() for outcome in outcomes),
            "advertisers": len(HELD_OUT), "samples": SAMPLES,
        },
    )  # fmt: skip


class Ours:
    """The controller of the product, adjusting at every step."""

    def __init__(self, goal: Goal, landscape: Landscape | None):
        self.goal, self.landscape = goal, landscape
        self.last: Adjustment | None = None

    def __call__(self, step: int, book: Book) -> float:
        seen = Seen(
            now=step / STEPS, spent=book.spent, cost=book.spent,
            value=book.value, due=book.value, happened=book.conversions,
        )  # fmt: skip
        self.last = adjust(self.goal, seen, landscape=self.landscape, last=self.last)
        return self.last.after


class Even(Ours):
    """The controller without history."""

    def __init__(self, goal: Goal, landscape: Landscape):
        super().__init__(goal, None)


def fixed(times: float, goal: Goal, landscape: Landscape) -> Bidder:
    """Bid so many times the target."""
    return lambda step, book: times * goal.target


class Pid:
    """Even spending over the day, and where `by_cost` also real cost per conversion, whichever lags more."""

    def __init__(self, gains: tuple, goal: Goal, landscape: Landscape):
        self.proportional, self.integral, self.derivative, self.start, self.by_cost = gains
        self.goal, self.sum, self.before = goal, 0.0, 0.0

    def __call__(self, step: int, book: Book) -> float:
        error = self._error(step, book) if step else 0.0
        self.sum += error
        change = self.proportional * error + self.integral * self.sum + self.derivative * (error - self.before)
        self.before = error
        return self.goal.target * self.start * exp(min(max(change, -2.0), 1.0))

    def _error(self, step: int, book: Book) -> float:
        error = 1 - book.spent / (self.goal.budget * step / STEPS)
        if self.by_cost and book.conversions:
            error = min(error, 1 - book.spent / book.conversions / self.goal.target)
        return max(error, -1.0)


def _compare(stage: Stage, market: Market, terms: Terms) -> dict[str, list[Outcome]]:
    """Return the held-out outcomes of ours, and of the fixed multiplier and the PID that were best in training."""
    made = {
        "ours": Ours,
        "fixed": _best(market, [partial(fixed, times) for times in FIXED], terms),
        "pid": _best(market, [partial(Pid, gains) for gains in GAINS], terms),
    }
    outcomes = {name: _outcomes(market, HELD_OUT, make, terms) for name, make in made.items()}
    stage.say(f"{terms}: " + ", ".join(f"{name} {_sum(outcome):.1f}" for name, outcome in outcomes.items()))
    stage.say(f"chosen in training: fixed {made['fixed'].args}, PID {made['pid'].args}")
    return outcomes


def _best(market: Market, made: Iterable[Make], terms: Terms) -> Make:
    return max(made, key=lambda make: _sum(_outcomes(market, TRAINING, make, terms)))


def _outcomes(market: Market, advertisers: Iterable[int], make: Make, terms: Terms) -> list[Outcome]:
    return [_outcome(market, number, make, terms) for number in advertisers]


def _outcome(market: Market, number: int, make: Make, terms: Terms) -> Outcome:
    target, budget = float(market.targets[number]), float(market.budgets[number]) * terms.budget / 2
    goal = Goal(strategy=Strategy.TARGET_COST, budget=budget, target=target)
    books = []
    for half in range(2):
        history = _told(market.landscapes[number // PER_CATEGORY, 1 - half], terms)
        seats = market.seats[number, half]
        books.append(auctionnet_market.play(seats, budget, make(goal, history), optimism=terms.optimism))
    conversions, spent = sum(book.conversions for book in books), sum(book.spent for book in books)
    score = conversions * min(1.0, (target * conversions / spent) ** 2) if spent else 0.0
    is_over_budget = any(book.spent > budget for book in books)
    return Outcome(score=score, conversions=conversions, spent=spent, is_over_budget=is_over_budget)


def _told(history: Landscape, terms: Terms) -> Landscape:
    """Return the history as the terms have it told."""
    return replace(
        history,
        multipliers=history.multipliers / terms.optimism,
        spend=history.spend * terms.promised,
        value=history.value * terms.promised * terms.optimism,
    )


def _figures(prefix: str, outcomes: dict[str, list[Outcome]]) -> dict[str, float]:
    """Return each sum of scores, and how far ours is ahead of either rival: the ratio and its interval."""
    figures = {f"{prefix}{name}": _sum(of_one) for name, of_one in outcomes.items()}
    for name in ("fixed", "pid"):
        low, high = _interval(outcomes["ours"], outcomes[name])
        figures |= {f"{prefix}to_{name}_low": low, f"{prefix}to_{name}_high": high}
    return figures


def _interval(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> tuple[float, float]:
    """Return 95 % of the ratio of sums over draws of advertisers, both having the same ones."""
    scores = np.array([[outcome.score for outcome in outcomes] for outcomes in (ours, theirs)])
    drawn = np.random.default_rng(0).integers(scores.shape[1], size=(SAMPLES, scores.shape[1]))
    above, below = scores[:, drawn].sum(axis=2)
    low, high = np.percentile(above / below, [2.5, 97.5])
    return float(low), float(high)


def _sum(outcomes: Iterable[Outcome]) -> float:
    return sum(outcome.score for outcome in outcomes)
