"""Campaigns steered for fourteen simulated days: who reaches its target, what chance has to do with it, and budgets.

The controller is the one of the product, called every half hour with what it would read then. Beside it, in the same
markets: a PID on real cost and even spending; bids left where they began; and an oracle, the same controller told the
planted purchase rates and values, so that it errs by nothing and knows no luck. Judged are campaigns with a target and
at least twenty orders from clicks of the last seven days. `within` is a real ROI (or cost) within ±10 % of the target;
`reached` counts those as well whose budget is spent and whose orders are better than asked for. `expected_…` is the
same of what planted rates and values make of the clicks that were bought: the error of steering without the luck of
single purchases. A market allows a budget where bids by the oracle, or in all auctions, spend it without any pacing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import exp

import numpy as np

from ads.auction.numbers import RELEVANT
from ads.bidding.landscape import Landscape
from ads.steering import history
from ads.steering.controlling import Move, control
from ads.steering.facts import Facts, Memory, Window
from ads.steering.judging import worth
from ads.steering.starting import initial

from . import steering_market as market
from .result import Result
from .stage import Stage
from .steering_market import DAYS, DELAY, TICKS, Book, Planted

CAMPAIGNS, PAGES = 60, 300_000  # pages a day
SEEDS = (101, 102)
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = 7 * TICKS
ENOUGH_ORDERS = 20
BUCKETS = {"20_to_50": (20, 50), "50_to_200": (50, 200), "from_200": (200, np.inf)}
NEAR = 0.1
SPENT, ALLOWS = 0.95, 0.99

Steer = Callable[[Facts, Memory, Landscape | None], Move]


@dataclass(frozen=True)
class Way:
    """A way to steer; `knows` tells it the planted rates instead of what was predicted and came.

    `looks_back` gives it the auctions of past days.
    """

    steer: Steer
    knows: bool = False
    looks_back: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of the last seven days, by campaign.

    `deviation` is real ÷ target − 1, above 0 where better than asked for, `expected` the same by what was planted;
    `used` is the part of the budgets that was spent; `exceeded` counts days that cost more than their budget.
    """

    deviation: np.ndarray
    expected: np.ndarray
    used: np.ndarray
    orders: np.ndarray
    mode: np.ndarray
    exceeded: np.ndarray

    @property
    def judged(self) -> np.ndarray:
        return np.isin(self.mode, ("target_roi", "target_cost")) & (self.orders >= ENOUGH_ORDERS)

    def within(self, deviation: np.ndarray) -> np.ndarray:
        return np.abs(deviation) <= NEAR

    def reached(self, deviation: np.ndarray) -> np.ndarray:
        return self.within(deviation) | ((deviation > NEAR) & (self.used >= SPENT))


def run(stage: Stage) -> Result:
    found = {name: together([simulate(seed, way) for seed in SEEDS]) for name, way in WAYS.items()}
    allows = found.pop("eager").used >= ALLOWS
    shown = {name: figures(outcome, allows) for name, outcome in found.items()}
    for name, outcome in shown.items():
        stage.say(f"{name}: {outcome}")
    named = {f"{name}_{key}": figure for name, each in shown.items() for key, figure in each.items() if name != "ours"}
    return Result(
        bench="steering", value=shown["ours"]["reached"], unit="share of campaigns at their target",
        higher_is_better=True, yardstick="PID on real cost and even spending", yardstick_value=shown["pid"]["reached"],
        sizes={**shown["ours"], **named, "campaigns": CAMPAIGNS, "days": DAYS, "seeds": len(SEEDS)},
    )  # fmt: skip


def figures(outcome: Outcome, allows: np.ndarray) -> dict[str, float]:
    """Return the figures of an outcome by name; a bucket of orders without a campaign has none."""
    judged, used, orders = outcome.judged, outcome.used[allows], outcome.orders
    buckets = {name: judged & (low <= orders) & (orders < high) for name, (low, high) in BUCKETS.items()}
    return {
        **_shares(outcome, judged),
        **{f"{key}_{name}": share for name, few in buckets.items() for key, share in _shares(outcome, few).items()},
        "median_orders": float(np.median(orders[judged])), "orders": int(orders.sum()),
        "budgets": len(used), "budgets_spent": float((used >= SPENT).mean()), "budget_used": float(used.mean()),
        "exceeded": int(outcome.exceeded.sum()),
    }  # fmt: skip


def _shares(outcome: Outcome, which: np.ndarray) -> dict[str, float]:
    """Return how many campaigns there are, and which parts of them are where they should be."""
    if not which.any():
        return {"judged": 0}
    told = {
        "within": outcome.within(outcome.deviation), "reached": outcome.reached(outcome.deviation),
        "expected_within": outcome.within(outcome.expected), "expected_reached": outcome.reached(outcome.expected),
    }  # fmt: skip
    return {"judged": int(which.sum()), **{name: float(is_so[which].mean()) for name, is_so in told.items()}}


def together(outcomes: list[Outcome]) -> Outcome:
    names = Outcome.__dataclass_fields__
    return Outcome(*(np.concatenate([getattr(each, name) for each in outcomes]) for name in names))


def simulate(seed: int, way: Way) -> Outcome:
    """Play fourteen days with a way to steer."""
    rng = np.random.default_rng(seed)
    truth = market.planted(rng, CAMPAIGNS, pages=PAGES)
    auctions = market.traffic(rng, PAGES)
    if way.knows:
        truth = replace(truth, error=np.ones(CAMPAIGNS), value_error=np.ones(CAMPAIGNS))
    book, left, exceeded = Book.empty(CAMPAIGNS), truth.budget.copy(), np.zeros(CAMPAIGNS)
    shape = auctions.reshape(DAYS, TICKS).mean(axis=0)
    passed = np.concatenate([[0.0], (shape / shape.sum()).cumsum()])
    memories = [_memory(truth, one) for one in range(CAMPAIGNS)]
    histories: list[Landscape | None] = [None] * CAMPAIGNS
    for tick in range(DAYS * TICKS):
        book.come(tick)
        if tick % TICKS == 0:
            left[:] = truth.budget
        facts = _facts(truth, book, tick, passed[tick % TICKS], left, knows=way.knows)
        if way.looks_back and tick and tick % TICKS == 0:
            histories = _histories(book, facts, tick // TICKS)
        moves = [way.steer(facts[one], memories[one], histories[one]) for one in range(CAMPAIGNS)]
        memories = [move.memory for move in moves]
        share = np.array([move.participation for move in moves])
        market.play(
            rng, truth, book, tick, int(auctions[tick]), bids=_bids(truth, facts, moves), share=share, left=left
        )
        exceeded += (tick % TICKS == TICKS - 1) & (left < -1e-9)
    book.come(DAYS * TICKS)
    return _outcome(truth, book, exceeded)


def _bids(truth: Planted, facts: list[Facts], moves: list[Move]) -> np.ndarray:
    """Return bids per click of a shopper who buys as often as most."""
    multiplier = np.array([move.multiplier for move in moves])
    unit = np.array([worth(one) or 1.0 for one in facts])
    value = np.where(truth.mode == "target_roi", truth.value * truth.value_error, 1.0)
    automatic = multiplier * truth.purchase * truth.error * value * unit
    return np.where(truth.mode == "cpc", truth.worth, automatic)


def _memory(truth: Planted, one: int) -> Memory:
    mode = str(truth.mode[one])
    first = initial(mode=mode, daily_budget=Decimal(truth.budget[one]), rate=Decimal(1))
    return Memory(multiplier=first, since=BEGIN, began=BEGIN, mode=mode, target=truth.target[one] or None)


def _facts(truth: Planted, book: Book, tick: int, now: float, left: np.ndarray, *, knows: bool) -> list[Facts]:
    """Return what steering would read of every campaign at the start of a tick."""
    at, windows = BEGIN + timedelta(minutes=30 * tick), _windows(truth, book, tick, knows=knows)
    return [
        Facts(
            campaign=one, merchant=one, mode=str(truth.mode[one]), target=float(truth.target[one]) or None,
            daily_budget=float(budget), budget=float(budget), spent=float(budget - left[one]), day=at.date(),
            now=float(now), at=at, window=windows[one],
        )
        for one, budget in enumerate(truth.budget)
    ]  # fmt: skip


def _windows(truth: Planted, book: Book, tick: int, *, knows: bool) -> list[Window]:
    """Return what steering would read of seven days; who knows what is planted waits for no purchase."""
    seen = slice(max(tick - WEEK, 0), tick)
    ages = tick - np.arange(seen.start, tick) - 0.5
    predicted = book.predicted[:, seen]
    due = predicted.sum(axis=1) if knows else predicted @ (1 - np.exp(-ages / DELAY))
    orders, came = (column[:, seen].sum(axis=1) for column in (book.orders, book.value))
    if knows:
        orders = book.expected[:, seen].sum(axis=1)
        came = orders * truth.value
    value = truth.value * truth.value_error
    columns = {
        **{name: getattr(book, name)[:, seen].sum(axis=1) for name in ("clicks", "cost", "bid")},
        "predicted": predicted.sum(axis=1), "due": due, "orders": orders, "value": came,
        "predicted_value": predicted.sum(axis=1) * value, "due_value": due * value,
    }  # fmt: skip
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [Window(**dict(zip(columns, row, strict=True))) for row in rows]


def _histories(book: Book, facts: list[Facts], day: int) -> list[Landscape | None]:
    """Return the landscape of every campaign that bids by itself, from the log of the last seven days."""
    logged = np.concatenate(book.logged)
    logged = logged[logged[:, 1] >= day - 7]
    logged = logged[np.argsort(logged[:, 0], kind="stable")]
    each = np.split(logged, np.searchsorted(logged[:, 0], range(1, CAMPAIGNS)))
    return [None if one.is_manual else _history(rows, one) for one, rows in zip(facts, each, strict=True)]


def _history(logged: np.ndarray, facts: Facts) -> Landscape | None:
    """Return the landscape of a campaign from the newest auctions, as many as the product reads."""
    newest = logged[-history.MOST :]
    weight = market.SAMPLE * market.PAGES * market.ATTENTION.mean()
    rows = [(floor, pctr, pcvr, RELEVANT, weight, day) for _, day, floor, pctr, pcvr in newest.tolist()]
    return history.landscape(facts, rows)


def _outcome(truth: Planted, book: Book, exceeded: np.ndarray) -> Outcome:
    """Judge the last seven days, with every purchase that their clicks led to."""
    cost, orders, value, expected = (
        column[:, -WEEK:].sum(axis=1) for column in (book.cost, book.orders, book.value, book.expected)
    )
    is_roi = truth.mode == "target_roi"
    with np.errstate(divide="ignore", invalid="ignore"):
        real = np.where(is_roi, value / cost / truth.target, truth.target * orders / cost) - 1
        planted = np.where(is_roi, truth.value / truth.target, truth.target) * expected / cost - 1
    return Outcome(real, planted, cost / (7 * truth.budget), orders, truth.mode, exceeded)


def pid(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Move towards even spending, and with a target towards real cost per value, whichever lags more."""
    if facts.is_manual:
        return fixed(facts, memory, landscape)
    error = 1 - facts.spent / (facts.budget * facts.now) if facts.now else 0.0
    _, _, came = facts.values
    allowed = worth(facts)
    if allowed and came:
        error = min(error, 1 - facts.window.cost / came / allowed)
    error = max(error, -1.0)
    total = min(max((memory.demand or 0.0) + error, -20.0), 20.0)
    first = 1.0 if allowed else facts.daily_budget / 10
    multiplier = first * exp(min(max(0.3 * error + 0.02 * total, -2.0), 1.0))
    return Move(multiplier, 1.0, "pid", 0.0, replace(memory, demand=total))


def fixed(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Leave everything as it began."""
    return Move(memory.multiplier, 1.0, "fixed", 0.0, memory)


def eager(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Bid what the target allows, or the day's budget for an order, in all auctions for as long as there is money."""
    if facts.mode == "max_conversions":
        return Move(facts.budget, 1.0, "eager", 0.0, memory)
    return control(replace(facts, is_fast=True), memory, landscape)


WAYS = {
    "ours": Way(control, looks_back=True), "oracle": Way(control, knows=True, looks_back=True), "pid": Way(pid),
    "fixed": Way(fixed), "eager": Way(eager, knows=True),
}  # fmt: skip
