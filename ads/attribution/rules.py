"""Attribution as a pure function: touches × sold line × rule → shares that sum exactly to the line's value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from chengfeng.money import allocate

from ..models import EventKind

SHARE_UNIT = Decimal("0.00000001")
AMOUNT_UNIT = Decimal("0.0001")
HALF_LIFE = Decimal(timedelta(days=7).total_seconds())

Weights = Callable[[Sequence[timedelta]], list[Decimal]]


@dataclass(frozen=True, slots=True)
class Touch:
    """A click or a view that may have led to a sale."""

    day: date
    token: UUID
    kind: str
    ad_id: int
    campaign_id: int
    product_id: int
    brand: str
    at: datetime

    @property
    def order(self) -> tuple:
        """Sorts touches by time, equal instants by the lowest id."""
        return self.at, self.day, self.token, self.kind


@dataclass(frozen=True, slots=True)
class Line:
    """What was sold: `value` is what the credits must sum to."""

    product_id: int
    brand: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a line that one touch is credited with."""

    touch: Touch
    share: Decimal
    amount: Decimal


def first(ages: Sequence[timedelta]) -> list[Decimal]:
    return [Decimal(index == 0) for index in range(len(ages))]


def last(ages: Sequence[timedelta]) -> list[Decimal]:
    return first(ages)[::-1]


def linear(ages: Sequence[timedelta]) -> list[Decimal]:
    return [Decimal(1)] * len(ages)


def position(ages: Sequence[timedelta]) -> list[Decimal]:
    """Weigh the first and the last touch 0.4 each, those between share 0.2."""
    if len(ages) < 3:
        return linear(ages)
    between = [Decimal("0.2") / (len(ages) - 2)] * (len(ages) - 2)
    return [Decimal("0.4"), *between, Decimal("0.4")]


def decay(ages: Sequence[timedelta]) -> list[Decimal]:
    """Halve the weight with every seven days before the sale."""
    return [Decimal(2) ** (-Decimal(age.total_seconds()) / HALF_LIFE) for age in ages]


@dataclass(frozen=True, slots=True)
class Rule:
    """How touches earn credit.

    `click` and `view` are inclusive windows before the sale, zero meaning off. A single-touch rule takes the touch
    that comes first in precedence: click before view, then (unless `by_relevance` is off) the same product before
    the same brand before the same shop, then the most recent, then the lowest id. A rule with `weights` spreads the
    line over all eligible clicks, or over all eligible views where there was no click.
    """

    name: str
    click: timedelta = timedelta(days=7)
    view: timedelta = timedelta(0)
    by_relevance: bool = True
    weights: Weights | None = None

    def window(self, kind: str) -> timedelta:
        return self.click if kind == EventKind.CLICK else self.view

    def counts(self, kind: str) -> bool:
        return self.window(kind) > timedelta(0)

    def admits(self, touch: Touch, *, at: datetime) -> bool:
        return self.counts(touch.kind) and timedelta(0) <= at - touch.at <= self.window(touch.kind)

    def weigh(self, moments: Sequence[datetime], *, at: datetime) -> list[Decimal]:
        """Return the weights of the credited touches, given their moments in order."""
        return (self.weights or last)([at - moment for moment in moments])


RULES = {
    rule.name: rule
    for rule in (
        Rule("last_click_7d"),
        Rule("last_recency_7d", by_relevance=False),
        Rule("first_click_7d", weights=first),
        Rule("linear_7d", weights=linear),
        Rule("position_7d", weights=position),
        Rule("decay_7d", weights=decay),
    )
}
DEFAULT = RULES["last_click_7d"]


def relevance(product_id: int, brand: str, line: Line) -> int:
    """Return 0 for the same product, 1 for the same brand, 2 for the same shop only."""
    if product_id == line.product_id:
        return 0
    return 1 if brand and brand == line.brand else 2


def credit(touches: Sequence[Touch], line: Line, *, at: datetime, rule: Rule = DEFAULT) -> list[Share]:
    """Return the shares of a line sold at `at`; none when no touch is eligible.

    The touches are valid ones of the same shopper at the same shop. Shares sum to exactly 1, amounts to `line.value`.
    """
    taken = choose(touches, line, at=at, rule=rule)
    if not taken:
        return []
    weights = rule.weigh([touch.at for touch in taken], at=at)
    parts = allocate(Decimal(1), weights, unit=SHARE_UNIT)
    return [
        Share(touch, part, amount)
        for touch, part, amount in zip(taken, parts, split(line.value, weights), strict=True)
        if part
    ]


def choose(touches: Sequence[Touch], line: Line, *, at: datetime, rule: Rule) -> list[Touch]:
    """Return the touches that a rule credits, oldest first."""
    eligible = sorted((touch for touch in touches if rule.admits(touch, at=at)), key=lambda touch: touch.order)
    clicks = [touch for touch in eligible if touch.kind == EventKind.CLICK]
    pool = clicks or eligible
    if not pool or rule.weights:
        return pool

    def precedence(touch: Touch) -> tuple:
        rank = relevance(touch.product_id, touch.brand, line) if rule.by_relevance else 0
        return rank, at - touch.at, touch.order

    return [min(pool, key=precedence)]


def split(value: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split a line's value in whole cents where it is in whole cents, else in the smallest amount kept."""
    unit = Decimal("0.01") if value == value.quantize(Decimal("0.01")) else AMOUNT_UNIT
    return allocate(value, weights, unit=unit)
