"""Steers one campaign's multiplier towards its target cost or ROI within its budget, and says what it did and why.

A campaign bids multiplier × predicted value: orders where orders are counted, money where a ROI is the target. With
history the multiplier is the least of two: what the target allows, and what would have spent the rest of the budget on
past days, corrected slowly by spend against plan. Without history the budget is spread evenly instead. Few orders
decide little: cost is judged by predicted orders, calibrated by real ones as those add up, and leans on the target.

Amounts are in the unit of the landscape's prices, values in that of its values; a day (or the open part of it) runs
from 0 to 1. Steps may come at any distance: all rates are per half hour.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf

from .landscape import Landscape

TICKS = 48  # half hours in a day
OVER_TARGET = 1.4  # prices lie below bids, so the mean cost meets the target at bids above it
SLOWNESS = 0.1  # how far a half hour of twice the planned spend moves the correction, as a logarithm
LONGEST = 3.0  # half hours of plan that one step may count as spent too much, since a click comes all at once
EVEN_SLOWNESS = 0.05  # the same of the multiplier itself, where no history shows the shape of a day
CORRECTION = (0.5, 2.0)
RISE = 1.25  # the most that a multiplier rises in half an hour
PRIOR_ORDERS = 10  # every campaign is credited with so many orders at exactly its target
TRUST_ORDERS = 30  # and with so many orders that happened just as predicted
CALIBRATION = (0.5, 2.0)
NOTEWORTHY = 0.1  # a correction that is worth telling


class Strategy(StrEnum):
    """What the merchant asked for."""

    CONVERSIONS = "conversions"
    TARGET_COST = "target_cost"
    TARGET_ROI = "target_roi"


class Reason(StrEnum):
    """What decided a multiplier."""

    BUDGET = "budget"  # on past days it spent the rest of the budget
    EVEN = "even"  # there is no history: the budget is spread evenly
    FAST = "fast"  # as the budget allows, lowered because more is spent than past days tell
    SLOW = "slow"  # as the budget allows, raised because less is spent than past days tell
    TARGET = "target"  # the most that the target allows
    DEAR = "dear"  # less than the target would allow: orders are predicted to cost more than it
    GENTLE = "gentle"  # raised, but not all at once
    LIMIT = "limit"  # the merchant's own limit
    SPENT = "spent"  # nothing is left of the budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a campaign wants of a day. `target` is the cost of an order, or a ROI; maximum conversions has none.

    `order_value` is a typical order in values: 1 where orders are counted. `highest` limits the multiplier, and `start`
    is where it begins without history; without `start` that is what the target allows. Raises ValueError where a
    target is needed and not above 0. `margin` is how far bids may lie above what a unit of value may cost.
    """

    strategy: Strategy
    budget: float
    target: float = 0.0
    order_value: float = 1.0
    start: float | None = None
    highest: float = inf
    margin: float = OVER_TARGET

    def __post_init__(self):
        if self.strategy is not Strategy.CONVERSIONS and self.target <= 0:
            raise ValueError(f"{self.strategy} needs a target above 0")

    @property
    def worth(self) -> float:
        """What one unit of value may cost on average."""
        if self.strategy is Strategy.CONVERSIONS:
            return inf
        return self.target if self.strategy is Strategy.TARGET_COST else 1 / self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known at an instant `now` of the day: `spent` today, and what the judged days so far cost and brought.

    `value` is what was predicted for what `cost` paid; `due` is the part of it old enough to have `happened`.
    """

    now: float
    spent: float
    cost: float = 0.0
    value: float = 0.0
    due: float = 0.0
    happened: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One step of the controller, to be stored, shown, and given to the next step.

    `observed` and `planned` are what was and what should have been spent since the step before, None at a day's first;
    `predicted` is the cost of one unit of value as it is judged, None before anything was predicted.
    """

    now: float
    spent: float
    observed: float | None
    planned: float | None
    predicted: float | None
    before: float | None
    after: float
    correction: float
    reason: Reason


def adjust(goal: Goal, seen: Seen, *, landscape: Landscape | None = None, last: Adjustment | None = None) -> Adjustment:
    """Return the step to take now; `last` is the step before, of this day or an earlier one.

    Raises ValueError for maximum conversions with neither history nor a start.
    """
    observed, planned, ticks = _since(goal, seen, landscape, last)
    ahead = _ahead(goal, observed, planned, ticks)
    correction = last.correction if last else 1.0
    if landscape:
        correction = _clip(correction * exp(-SLOWNESS * ahead), *CORRECTION)
        pace = correction * _spending_all(goal, seen, landscape)
    else:
        pace = _begun(goal, last) * exp(-EVEN_SLOWNESS * ahead)
    predicted = _judged(goal, seen)
    after, reason = min(
        (0.0 if seen.spent >= goal.budget else inf, Reason.SPENT),
        (pace, _pace_reason(correction, landscape)),
        _allowed(goal, predicted),
        (last.after * RISE**ticks if ticks and last.after else inf, Reason.GENTLE),
        (goal.highest, Reason.LIMIT),
        key=lambda choice: choice[0],
    )
    return Adjustment(
        now=seen.now, spent=seen.spent, observed=observed, planned=planned, predicted=predicted,
        before=last.after if last else None, after=after, correction=correction, reason=reason,
    )  # fmt: skip


def may_enter(*, left: float, bid: float, open_auctions: int = 0, highest_price: float = 0.0) -> bool:
    """Whether a bid is covered although every auction still open may cost its highest price; also by arrays."""
    return left - open_auctions * highest_price >= bid


def _since(
    goal: Goal, seen: Seen, landscape: Landscape | None, last: Adjustment | None
) -> tuple[float | None, float | None, float]:
    """Return what was spent since the step before, what should have been, and the half hours between."""
    if last is None or last.now >= seen.now:
        return None, None, 0.0
    if landscape:
        multiplier = last.after / last.correction
        before, after = (landscape.spending(multiplier, **_place(landscape, now)) for now in (last.now, seen.now))
        planned = before - after
    else:
        planned = (goal.budget - last.spent) * (seen.now - last.now) / (1 - last.now)
    return seen.spent - last.spent, max(planned, 0.0), (seen.now - last.now) * TICKS


def _ahead(goal: Goal, observed: float | None, planned: float | None, ticks: float) -> float:
    """Return how many half hours of plan were spent too much since the step before; below 0 where too little."""
    if not planned:
        return 0.0
    usual = max(planned / ticks, goal.budget / TICKS)
    return min((observed - planned) / usual, LONGEST)


def _spending_all(goal: Goal, seen: Seen, landscape: Landscape) -> float:
    """Return the multiplier that spent the rest of the budget on past days.

    Where none did, the budget does not limit a goal that has a target.
    """
    left = goal.budget - seen.spent
    place = _place(landscape, seen.now)
    if goal.worth < inf and landscape.spending(inf, **place) <= left:
        return inf
    return landscape.multiplier(left, **place)


def _place(landscape: Landscape, now: float) -> dict[str, float]:
    """Return an instant as the landscape's slot and the part of it still to come."""
    slots = landscape.auctions.shape[1]
    slot = min(int(now * slots + 1e-9), slots - 1)
    return {"slot": slot, "left": slot + 1 - now * slots}


def _begun(goal: Goal, last: Adjustment | None) -> float:
    """Return the multiplier that spending evenly goes on from."""
    begun = (last.after if last else 0.0) or goal.start or goal.margin * goal.worth
    if begun == inf:
        raise ValueError("maximum conversions without history needs a start")
    return begun


def _judged(goal: Goal, seen: Seen) -> float | None:
    """Return the cost of one unit of value: by predictions, calibrated by what happened, leaning on the target."""
    trust = TRUST_ORDERS * goal.order_value
    value = seen.value * _clip((seen.happened + trust) / (seen.due + trust), *CALIBRATION)
    if goal.worth == inf:
        return seen.cost / value if value else None
    prior = PRIOR_ORDERS * goal.order_value
    return (seen.cost + prior * goal.worth) / (value + prior)


def _allowed(goal: Goal, predicted: float | None) -> tuple[float, Reason]:
    """Return the most that the target allows; as much less as the target is predicted to be missed by."""
    if goal.worth == inf or predicted <= goal.worth:
        return goal.margin * goal.worth, Reason.TARGET
    return goal.margin * goal.worth * goal.worth / predicted, Reason.DEAR


def _pace_reason(correction: float, landscape: Landscape | None) -> Reason:
    if landscape and abs(correction - 1) > NOTEWORTHY:
        return Reason.FAST if correction < 1 else Reason.SLOW
    return Reason.BUDGET if landscape else Reason.EVEN


def _clip(number: float, low: float, high: float) -> float:
    return min(max(number, low), high)
