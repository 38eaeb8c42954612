"""The controller of one campaign as a pure function: facts and memory → multiplier, participation, and why.

Automatic modes are steered by `bidding.target`, towards a target corrected by what the last seven days really brought
(`judging`). Bids that the merchant fixed are left alone, and an even pace is kept by taking part in fewer auctions.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from ..bidding.landscape import Landscape
from ..bidding.target import TICKS, Adjustment, Goal, Reason, Seen, Strategy, adjust
from .facts import Facts, Memory, Mode
from .judging import Judgement, judge, worth
from .starting import FIRST_CONVERSIONS

LEAST, MOST = 0.02, 4.0  # multipliers of what the target allows at most and at least
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
    memory: Memory
    judgement: Judgement | None = None


def control(facts: Facts, memory: Memory, landscape: Landscape | None = None) -> Move:
    """Return the move to make now."""
    move = _pace(facts, memory) if facts.is_manual else _bid(facts, memory, landscape)
    kept = replace(move.memory, multiplier=move.multiplier, participation=move.participation, day=facts.day)
    return replace(move, memory=kept)


def _bid(facts: Facts, memory: Memory, landscape: Landscape | None) -> Move:
    """Move the multiplier of a campaign that bids by itself."""
    last, judged = memory.last, judge(facts)
    is_free = facts.is_fast and judged is not None
    goal, seen = _goal(facts, judged), Seen(now=facts.now, spent=facts.spent)
    step = adjust(goal, seen, landscape=None if is_free else landscape, last=None if is_free else last)
    if step.reason is Reason.SPENT:
        step = replace(step, after=last.after if last else _first(facts))
    if step.reason is Reason.TARGET and judged.made_up < 1:
        step = replace(step, reason=Reason.DEAR)
    if judged:
        step = replace(step, after=min(max(step.after, LEAST * judged.allowed), MOST * judged.allowed))
    unit = judged.allowed if judged else facts.promotion / facts.rate
    memory = replace(memory, last=replace(step, before=None))
    return Move(step.after / unit * facts.share, 1.0, step.reason, facts.budget * facts.now, memory, judged)


def _goal(facts: Facts, judged: Judgement | None) -> Goal:
    """Return the goal of the day: without a target the budget, else the target that leads to the real one."""
    strategy = STRATEGIES[facts.mode]
    if judged is None:
        return Goal(strategy=strategy, budget=facts.budget, start=_first(facts), highest=facts.budget)
    worth = judged.allowed * judged.times
    target = worth if strategy is Strategy.TARGET_COST else 1 / worth
    return Goal(
        strategy=strategy, budget=facts.budget, target=target, order_value=facts.order_value, margin=1 / judged.paid
    )


def _first(facts: Facts) -> float:
    """Return what a unit of value is bid before anything is known."""
    return worth(facts) or facts.daily_budget / FIRST_CONVERSIONS


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
    return Move(1.0, share, reason, facts.budget * facts.now, replace(memory, demand=demand, last=seen))


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
