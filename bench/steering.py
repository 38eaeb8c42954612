"""Campaigns steered for fourteen simulated days: who reaches its target, and how much of the budgets is spent.

The controller is the one of the product, called every half hour with what it would read then; the yardstick is a PID on
real cost and even spending, in the same market with the same luck. Counted are campaigns with a target and at least
twenty orders from clicks of the last seven days. `within` is a real ROI (or cost) within ±10 % of the target; `reached`
counts those as well whose budget is spent and whose orders are cheaper than asked for. The constants of the
controller were not chosen in this market.
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
from ads.steering.controlling import Move, control, worth
from ads.steering.facts import Facts, Memory, Window
from ads.steering.starting import initial

from . import steering_market as market
from .result import Result
from .stage import Stage
from .steering_market import DAYS, DELAY, TICKS, Book, Planted

CAMPAIGNS, AUCTIONS = 60, 200_000
SEEDS = (1, 2)
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = 7 * TICKS
ENOUGH_ORDERS = 20
NEAR = 0.1
SPENT = 0.95

Steer = Callable[[Facts, Memory, Landscape | None], Move]


@dataclass(frozen=True)
class Outcome:
    """What came of the last seven days, by campaign.

    `deviation` is real ÷ target − 1, above 0 where better than asked for; `used` is the part of the budgets that was
    spent; `exceeded` counts days that cost more than their budget.
    """

    deviation: np.ndarray
    used: np.ndarray
    orders: np.ndarray
    mode: np.ndarray
    exceeded: int

    @property
    def judged(self) -> np.ndarray:
        return np.isin(self.mode, ("target_roi", "target_cost")) & (self.orders >= ENOUGH_ORDERS)

    @property
    def within(self) -> float:
        return float((np.abs(self.deviation[self.judged]) <= NEAR).mean())

    @property
    def reached(self) -> float:
        is_better = (self.deviation > NEAR) & (self.used >= SPENT)
        return float(((np.abs(self.deviation) <= NEAR) | is_better)[self.judged].mean())


def run(stage: Stage) -> Result:
    found = {name: together([simulate(seed, steer) for seed in SEEDS]) for name, steer in STEERS.items()}
    allows = demand_allows(found["fixed"])
    shown = {name: figures(outcome, allows) for name, outcome in found.items()}
    for name, outcome in shown.items():
        stage.say(f"{name}: {outcome}")
    named = {f"{name}_{key}": figure for name, each in shown.items() for key, figure in each.items() if name != "ours"}
    return Result(
        bench="steering", value=found["ours"].reached, unit="share of campaigns at their target", higher_is_better=True,
        yardstick="PID on real cost and even spending", yardstick_value=found["pid"].reached,
        sizes={**shown["ours"], **named, "campaigns": CAMPAIGNS, "days": DAYS, "seeds": len(SEEDS)},
    )  # fmt: skip


def demand_allows(fixed: Outcome) -> np.ndarray:
    """Tell whose budget the market can take: whose bid at the target, or by hand, spends it, and who bids freely."""
    return (fixed.used >= 0.99) | (fixed.mode == "max_conversions")


def figures(outcome: Outcome, allows: np.ndarray) -> dict[str, float]:
    """Return the figures of an outcome by name."""
    return {
        "within": outcome.within, "reached": outcome.reached,
        "median_miss": float(np.median(np.abs(outcome.deviation[outcome.judged]))),
        "judged": int(outcome.judged.sum()), "budget_spent": float(outcome.used[allows].mean()),
        "budgets": int(allows.sum()), "exceeded": outcome.exceeded, "orders": int(outcome.orders.sum()),
    }  # fmt: skip


def together(outcomes: list[Outcome]) -> Outcome:
    names = ("deviation", "used", "orders", "mode")
    columns = {name: np.concatenate([getattr(each, name) for each in outcomes]) for name in names}
    return Outcome(**columns, exceeded=sum(each.exceeded for each in outcomes))


def simulate(seed: int, steer: Steer) -> Outcome:
    """Play fourteen days with a controller."""
    rng = np.random.default_rng(seed)
    truth = market.planted(rng, CAMPAIGNS)
    auctions = market.traffic(rng, AUCTIONS)
    book, left, exceeded = Book.empty(CAMPAIGNS), truth.budget.copy(), 0
    shape = auctions.reshape(DAYS, TICKS).mean(axis=0)
    passed = np.concatenate([[0.0], (shape / shape.sum()).cumsum()])
    memories = [_memory(truth, one) for one in range(CAMPAIGNS)]
    histories: list[Landscape | None] = [None] * CAMPAIGNS
    for tick in range(DAYS * TICKS):
        if tick % TICKS == 0:
            exceeded += int((left < -1e-9).sum())
            left[:] = truth.budget
        facts = _facts(truth, book, tick, passed[tick % TICKS], left)
        if tick % TICKS == 0 and tick:
            histories = _histories(book, facts, tick // TICKS)
        moves = [steer(facts[one], memories[one], histories[one]) for one in range(CAMPAIGNS)]
        memories = [move.memory for move in moves]
        bids = _bids(truth, facts, moves)
        share = np.array([move.participation for move in moves])
        market.play(rng, truth, book, tick, int(auctions[tick]), bids=bids, share=share, left=left)
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


def _facts(truth: Planted, book: Book, tick: int, now: float, left: np.ndarray) -> list[Facts]:
    """Return what steering would read of every campaign at the start of a tick."""
    at, windows = BEGIN + timedelta(minutes=30 * tick), _windows(truth, book, tick)
    return [
        Facts(
            campaign=one, merchant=one, mode=str(truth.mode[one]), target=float(truth.target[one]) or None,
            daily_budget=float(budget), budget=float(budget), spent=float(budget - left[one]), day=at.date(),
            now=float(now), at=at, window=windows[one],
        )
        for one, budget in enumerate(truth.budget)
    ]  # fmt: skip


def _windows(truth: Planted, book: Book, tick: int) -> list[Window]:
    seen = slice(max(tick - WEEK, 0), tick)
    ages = tick - np.arange(seen.start, tick) - 0.5
    predicted = book.predicted[:, seen].sum(axis=1)
    due = book.predicted[:, seen] @ (1 - np.exp(-ages / DELAY))
    value = truth.value * truth.value_error
    orders, came = _came(book, seen)
    columns = {
        "clicks": book.clicks[:, seen].sum(axis=1), "cost": book.cost[:, seen].sum(axis=1), "predicted": predicted,
        "due": due, "orders": orders, "value": came, "predicted_value": predicted * value, "due_value": due * value,
    }  # fmt: skip
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [Window(**dict(zip(columns, row, strict=True))) for row in rows]


def _came(book: Book, seen: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return by campaign how many purchases have come by now of clicks in some ticks, and their value."""
    rows = np.array(book.purchases).reshape(-1, 4)
    rows = rows[(rows[:, 1] >= seen.start) & (rows[:, 2] < seen.stop)]
    campaign = rows[:, 0].astype(int)
    return np.bincount(campaign, minlength=CAMPAIGNS), np.bincount(campaign, rows[:, 3], CAMPAIGNS)


def _histories(book: Book, facts: list[Facts], day: int) -> list[Landscape | None]:
    """Return the landscape of every campaign, from the log of the last seven days."""
    logged = np.concatenate(book.logged)
    logged = logged[logged[:, 1] >= day - 7]
    return [_history(logged[logged[:, 0] == one.campaign], one) for one in facts]


def _history(logged: np.ndarray, facts: Facts) -> Landscape | None:
    weight = market.SAMPLE * np.mean(market.ATTENTION)
    rows = [(floor, pctr, pcvr, RELEVANT, weight, day) for _, day, floor, pctr, pcvr in logged.tolist()]
    return history.landscape(facts, rows)


def _outcome(truth: Planted, book: Book, exceeded: int) -> Outcome:
    """Judge the last seven days, with every purchase that their clicks led to."""
    first = (DAYS - 7) * TICKS
    late = np.array([row for row in book.purchases if row[1] >= first])
    campaign = late[:, 0].astype(int)
    orders = np.bincount(campaign, minlength=CAMPAIGNS)
    value = np.bincount(campaign, late[:, 3], CAMPAIGNS)
    cost = book.cost[:, first:].sum(axis=1)
    is_roi = truth.mode == "target_roi"
    with np.errstate(divide="ignore", invalid="ignore"):
        real = np.where(is_roi, value / cost / truth.target, truth.target * orders / cost) - 1
    return Outcome(real, cost / (7 * truth.budget), orders, truth.mode, exceeded)


def pid(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Move towards even spending, and with a target towards real cost per value, whichever lags more."""
    if facts.is_manual:
        return fixed(facts, memory, landscape)
    error = 1 - facts.spent / (facts.budget * facts.now) if facts.now else 0.0
    came = facts.window.value if facts.counts_value else facts.window.orders
    allowed = worth(facts)
    if allowed and came:
        error = min(error, 1 - facts.window.cost / came / allowed)
    error = max(error, -1.0)
    total = min(max(memory.lean + error, -20.0), 20.0)
    first = 1.0 if allowed else facts.daily_budget / 10
    multiplier = first * exp(min(max(0.3 * error + 0.02 * total, -2.0), 1.0))
    return Move(multiplier, 1.0, "pid", 0.0, None, replace(memory, lean=total))


def fixed(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Leave everything as it began."""
    return Move(memory.multiplier, 1.0, "fixed", 0.0, None, memory)


STEERS: dict[str, Steer] = {"ours": control, "pid": pid, "fixed": fixed}
