"""The controller of one campaign as a pure function: facts and memory → multiplier, participation, and why.

Automatic modes are steered by `bidding.target`, leaning slowly on what orders really cost; bids that the merchant fixed
are left alone, and an even pace is kept by taking part in fewer auctions.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, log

from ..bidding.landscape import Landscape
from ..bidding.target import TICKS, Adjustment, Goal, Reason, Seen, Strategy, adjust
from .facts import Facts, Memory, Mode, Window
from .starting import FIRST_CONVERSIONS

LEAST, MOST = 0.02, 4.0  # multipliers of what the target allows at most and at least
LEAN = 0.03  # how far a half hour of half the target's cost moves the lean, as a logarithm
PUSH = 0.5  # how much of the window's deviation is made up for at once
LEAN_RANGE = 0.9
PRIOR_ORDERS = 5  # a campaign is credited with so many orders at exactly its target
LEAST_PARTICIPATION = 0.02
MEMORY = 4.0  # half hours in which what is known of the demand is half replaced
STRATEGIES = {
    Mode.MAX_CONVERSIONS: Strategy.CONVERSIONS,
    Mode.TARGET_COST: Strategy.TARGET_COST,
    Mode.TARGET_ROI: Strategy.TARGET_ROI,
}


class Pace(StrEnum):
    """What decided how often a campaign takes part whose bid is fixed."""

    ALL = "all"  # in everything: the budget is enough, or is to be spent fast
    LESS = "less"  # in less: at this pace the budget would not last
    MORE = "more"  # in more: there is more left than the rest of the day would spend


@dataclass(frozen=True, slots=True)
class Move:
    """What a campaign is to multiply and how often to take part, why, and what is to be remembered of it."""

    multiplier: float
    participation: float
    reason: str
    planned: float
    cost: float | None
    memory: Memory


def control(facts: Facts, memory: Memory, landscape: Landscape | None = None) -> Move:
    """Return the move to make now."""
    move = _pace(facts, memory) if facts.is_manual else _bid(facts, memory, landscape)
    kept = replace(move.memory, multiplier=move.multiplier, participation=move.participation, day=facts.day)
    return replace(move, memory=kept)


def worth(facts: Facts) -> float | None:
    """Return what a unit of value may cost today: an order, or money of sales where a ROI is the target."""
    if facts.target is None or facts.mode == Mode.MAX_CONVERSIONS:
        return None
    return facts.promotion * (facts.target if facts.mode == Mode.TARGET_COST else 1 / facts.target)


def cost_of_value(facts: Facts) -> float | None:
    """Return what a unit of value cost of late, the purchases that are still to come counted as predicted.

    The fewer orders there are, the more it leans on the target. None without a target.
    """
    allowed = worth(facts)
    if allowed is None:
        return None
    prior = PRIOR_ORDERS * facts.order_value
    expected, due, came = _values(facts)
    return (facts.window.cost + prior * allowed) / (came + max(expected - due, 0.0) + prior)


def _bid(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Move the multiplier of a campaign that bids by itself."""
    last, allowed, cost = memory.last, worth(facts), cost_of_value(facts)
    ticks = _ticks(facts, memory)
    lean = _leant(memory, cost and log(allowed / cost), ticks)
    bias = lean + (PUSH * log(allowed / cost) if cost else 0.0)
    goal, seen = _goal(facts, exp(bias)), _seen(facts)
    is_free = facts.is_fast and allowed is not None
    step = adjust(goal, seen, landscape=None if is_free else landscape, last=None if is_free else last)
    if step.reason is Reason.SPENT:
        step = replace(step, after=last.after if last else _first(facts))
    unit = allowed or facts.promotion / facts.rate
    if allowed:
        step = replace(step, after=min(max(step.after, LEAST * allowed), MOST * allowed))
    planned = facts.budget * facts.now
    memory = replace(memory, lean=lean, last=replace(step, before=None))
    return Move(step.after / unit, 1.0, step.reason, planned, cost, memory)


def _leant(memory: Memory, error: float | None, ticks: float) -> float:
    """Return the lean, moved by how far cost misses the target; never up while it is not the target that binds."""
    if error is None:
        return memory.lean
    if error > 0 and memory.last and memory.last.reason not in (Reason.TARGET, Reason.DEAR):
        return memory.lean
    return min(max(memory.lean + LEAN * error * ticks, -LEAN_RANGE), LEAN_RANGE)


def _goal(facts: Facts, times: float) -> Goal:
    """Return the goal of the day, with a target so many times as generous."""
    strategy = STRATEGIES[facts.mode]
    if strategy is Strategy.CONVERSIONS:
        return Goal(strategy=strategy, budget=facts.budget, start=_first(facts), highest=facts.budget)
    times *= facts.promotion
    target = facts.target * times if strategy is Strategy.TARGET_COST else facts.target / times
    return Goal(strategy=strategy, budget=facts.budget, target=target, order_value=facts.order_value)


def _first(facts: Facts) -> float:
    """Return what a unit of value is bid before anything is known."""
    return worth(facts) or facts.daily_budget / FIRST_CONVERSIONS


def _seen(facts: Facts) -> Seen:
    expected, due, came = _values(facts)
    return Seen(
        now=facts.now, spent=facts.spent, cost=facts.window.cost, value=expected, due=due, happened=came
    )  # fmt: skip


def _values(facts: Facts) -> tuple[float, float, float]:
    """Return the value that was predicted, the part of it that was due, and what came."""
    seen: Window = facts.window
    if facts.counts_value:
        return seen.predicted_value, seen.due_value, seen.value
    return seen.predicted, seen.due, seen.orders


def _ticks(facts: Facts, memory: Memory) -> float:
    """Return the half hours of the day since the step before, 0 on another day."""
    if memory.last is None or memory.day != facts.day:
        return 0.0
    return max(facts.now - memory.last.now, 0.0) * TICKS


def _pace(facts: Facts, memory: Memory) -> Move:
    """Move how often a campaign takes part whose bid the merchant fixed."""
    demand = _demand(facts, memory)
    rest = demand * (1 - facts.now) if demand else 0.0
    left = max(facts.budget - facts.spent, 0.0)
    is_enough = facts.is_fast or rest <= left
    share = 1.0 if is_enough else max(left / rest, LEAST_PARTICIPATION)
    if facts.spent >= facts.budget:
        reason, share = Reason.SPENT, memory.participation
    else:
        reason = Pace.ALL if share == 1 else Pace.LESS if share < memory.participation else Pace.MORE
    seen = _noted(facts)
    return Move(1.0, share, reason, facts.budget * facts.now, None, replace(memory, demand=demand, last=seen))


def _demand(facts: Facts, memory: Memory) -> float | None:
    """Return what a day would spend by taking part in everything, learnt from what it spent since the last step."""
    passed = _ticks(facts, memory)
    if not passed or memory.last.spent >= facts.budget or not memory.participation:
        return memory.demand
    found = max(facts.spent - memory.last.spent, 0.0) / memory.participation / (passed / TICKS)
    if memory.demand is None:
        return found or None
    weight = 1 - 0.5 ** (passed / MEMORY)
    return memory.demand + weight * (found - memory.demand)


def _noted(facts: Facts) -> Adjustment:
    """Return when and at what spend the campaign was looked at."""
    return Adjustment(
        now=facts.now, spent=facts.spent, observed=None, planned=None, predicted=None, before=None, after=1.0,
        correction=1.0, reason=Reason.EVEN,
    )  # fmt: skip
