"""Judges what seven days say of a campaign with a target: how predictions came true, what bids came to cost."""

from dataclasses import dataclass

from ..bidding.target import OVER_TARGET
from .facts import Facts, Mode

TRUST_ORDERS = 50  # predictions are trusted like so many orders that came just as predicted
USUAL_CLICKS = 5  # every campaign is credited with so many clicks at the usual price
PRIOR_ORDERS = 5  # and with so many orders at exactly its target
LOWEST, HIGHEST = 0.5, 1.5  # of what the target allows, while the last days are made up for


@dataclass(frozen=True, slots=True)
class Judgement:
    """What real purchases and prices say; 1 each where nothing is known, but for `paid`.

    `came` is the purchases that came for each that was predicted, `paid` what was paid for each unit that was bid,
    `cost` what a unit of value cost, and `allowed` what it may; `made_up` is how much more may be bid since the last
    days were better than the target, or less since they were not.
    """

    came: float
    paid: float
    cost: float
    allowed: float
    made_up: float

    @property
    def times(self) -> float:
        """How generous a target leads to the real one."""
        return self.came * self.made_up


def worth(facts: Facts) -> float | None:
    """Return what a unit of value may cost today: an order, or money of sales where a ROI is the target."""
    if facts.target is None or facts.mode == Mode.MAX_CONVERSIONS:
        return None
    return facts.promotion * (facts.target if facts.mode == Mode.TARGET_COST else 1 / facts.target)


def judge(facts: Facts) -> Judgement | None:
    """Return the judgement of a campaign; None without a target."""
    allowed = worth(facts)
    if allowed is None:
        return None
    came = _came(facts)
    cost = _cost(facts, came, allowed)
    made_up = min(max(allowed / cost, LOWEST), HIGHEST)
    return Judgement(came, _paid(facts), cost, allowed, made_up)


def _came(facts: Facts) -> float:
    """Return how many of the purchases that were predicted and due came: a Gamma prior, Poisson purchases."""
    _, due, came = facts.values
    trust = TRUST_ORDERS * facts.order_value
    return (came + trust) / (due + trust)


def _paid(facts: Facts) -> float:
    """Return what was paid for each unit of money that was bid."""
    seen = facts.window
    if not seen.bid:
        return 1 / OVER_TARGET
    return (seen.clicks * seen.cost / seen.bid + USUAL_CLICKS / OVER_TARGET) / (seen.clicks + USUAL_CLICKS)


def _cost(facts: Facts, came: float, allowed: float) -> float:
    """Return what a unit of value cost of late, where purchases that may still come count as such purchases came."""
    predicted, due, value = facts.values
    prior = PRIOR_ORDERS * facts.order_value
    return (facts.window.cost + prior * allowed) / (value + max(predicted - due, 0.0) * came + prior)
