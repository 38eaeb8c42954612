"""Attribution as a pure function: touches × sold line × rule → shares that sum exactly to the line's value."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import floor
from operator import attrgetter
from typing import Self
from uuid import UUID

from chengfeng.money import minor_unit

SHARE_UNIT = Decimal("0.00000001")
AMOUNT_UNIT = Decimal("0.0001")
YOUNGEST = 26  # the weight of the youngest touch under decay is 2 to the power of this
WEEK = timedelta(days=7)


class Kind(StrEnum):
    """What touched a shopper."""

    CLICK = "click"
    LIVE = "live"
    READ = "read"
    ENGAGEMENT = "engagement"
    VIEWABLE = "viewable"
    VIEW = "impression"


class Scope(StrEnum):
    """How near to what an ad showed the thing must be that was bought."""

    SKU = "sku"
    PRODUCT = "product"
    BRAND = "brand"
    CATEGORY = "category"
    SHOP = "shop"


class State(StrEnum):
    """Which orders count: those that were placed, paid or settled."""

    PLACED = "placed"
    PAID = "paid"
    SETTLED = "settled"


class Model(StrEnum):
    """How a line is spread over the touches that count."""

    LAST = "last"
    FIRST = "first"
    LINEAR = "linear"
    POSITION = "position"
    DECAY = "decay"
    CLAIMED = "claimed"  # every campaign that touched claims all of it
    EVERYTHING = "everything"  # every sale counts, whatever touched


class Clock(StrEnum):
    """By which moment a credit is reported."""

    TOUCH = "touch"
    ORDER = "order"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Counted:
    """A kind of touch that earns credit: how long before the sale, how near, and after which ranks."""

    kind: Kind
    window: timedelta
    scope: Scope = Scope.SHOP
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Which touches earn credit for which sales, and how a sale is spread over them.

    A touch is eligible when its kind is counted, it lies at most the kind's window before the sale – both ends
    included – and what was sold is in the kind's scope. The sale is the moment at which the order reached the `state`;
    a settled order was sold when it was paid. Of the eligible touches those of the lowest rank count. The model `last`
    takes the nearest of them (same product, same brand, anything else), unless `by_relevance` is off, then the most
    recent, then the lowest token; the others spread the line over all that count.

    `is_net` and `clock` say how the rule is reported unless somebody asks otherwise: net of refunds, and by when;
    `source` is where it is published, if it is another's. Raises ValueError where a kind is counted in two ways.
    """

    name: str
    title: str
    counts: tuple[Counted, ...]
    model: Model = Model.LAST
    by_relevance: bool = True
    half_life: timedelta = WEEK
    state: State = State.PAID
    is_net: bool = False
    clock: Clock = Clock.ORDER
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if len({each.kind for each in self.counts}) < len(self.counts):
            raise ValueError("a kind of touch counts in one way only")

    @property
    def window(self) -> timedelta:
        """The widest window."""
        return max((each.window for each in self.counts), default=timedelta(0))

    @property
    def version(self) -> str:
        """12 hex digits that change with everything that changes a credit."""
        told = [getattr(self, field.name) for field in fields(self) if field.name not in LABELS]
        return hashlib.blake2b(repr(told).encode(), digest_size=6).hexdigest()

    def counted(self, kind: str) -> Counted | None:
        return next((each for each in self.counts if each.kind == kind), None)

    def with_(self, **changes) -> Self:
        """Return the rule with some members changed."""
        return replace(self, **changes)


LABELS = {"name", "title", "note", "source", "is_net", "clock"}


@dataclass(frozen=True, slots=True)
class Goods:
    """What was advertised, or sold; `sku` is None where an ad names none of several."""

    merchant: int
    product: int
    brand: str = ""
    category: int | None = None
    sku: int | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """A valid event that may have led to a sale."""

    day: date
    token: UUID
    kind: str
    campaign: int
    ad: int
    goods: Goods
    at: datetime

    @property
    def order(self) -> tuple:
        """Sorts touches by time, equal instants by the lowest token."""
        return self.at, self.token, self.kind


@dataclass(frozen=True, slots=True)
class Line:
    """What was sold: `value` is what the credits must sum to."""

    goods: Goods
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a line that one touch is credited with; under `everything` there is no touch."""

    touch: Touch | None
    share: Decimal
    amount: Decimal


def is_within(scope: Scope, shown: Goods, sold: Goods) -> bool:
    """Tell whether what was sold is as near to what was advertised as a scope asks for."""
    if shown.merchant != sold.merchant:
        return False
    match scope:
        case Scope.SKU:
            return shown.sku is not None and shown.sku == sold.sku
        case Scope.PRODUCT:
            return shown.product == sold.product
        case Scope.BRAND:
            return bool(shown.brand) and shown.brand == sold.brand
        case Scope.CATEGORY:
            return shown.category is not None and shown.category == sold.category
        case _:
            return True


def relevance(shown: Goods, sold: Goods) -> int:
    """Return 0 for the same product, 1 for the same brand, 2 for anything else."""
    return 0 if is_within(Scope.PRODUCT, shown, sold) else 1 if is_within(Scope.BRAND, shown, sold) else 2


def credit(touches: Sequence[Touch], line: Line, *, at: datetime, rule: Rule) -> list[Share]:
    """Return the shares of a line sold at `at`, oldest touch first; none when no touch is eligible.

    The touches are valid ones of one person. Shares sum to exactly 1 and amounts to `line.value`; where campaigns
    claim, each of them has a share of 1.
    """
    whole = Decimal(1)
    if rule.model is Model.EVERYTHING:
        return [Share(None, whole, line.value)]
    taken = choose(touches, line, at=at, rule=rule)
    if rule.model is Model.CLAIMED:
        return [Share(touch, whole, line.value) for touch in taken]
    if len(taken) == 1:
        return [Share(taken[0], whole, line.value)]
    weights = weigh(rule, [at - touch.at for touch in taken])
    parts, amounts = split(whole, weights, SHARE_UNIT), split(line.value, weights, unit_of(line))
    return [Share(*each) for each in zip(taken, parts, amounts, strict=True)]


def choose(touches: Sequence[Touch], line: Line, *, at: datetime, rule: Rule) -> list[Touch]:
    """Return the touches that a rule credits, oldest first."""
    ranked = [(each, counted.rank) for each in touches if (counted := admits(rule, each, line, at=at))]
    if rule.model is Model.CLAIMED:
        return sorted(claimants(touch for touch, _ in ranked), key=attrgetter("order"))
    lowest = min((rank for _, rank in ranked), default=0)
    pool = sorted((touch for touch, rank in ranked if rank == lowest), key=attrgetter("order"))
    if not pool or rule.model not in (Model.LAST, Model.FIRST):
        return pool
    return pool[:1] if rule.model is Model.FIRST else [min(pool, key=lambda touch: _nearness(touch, line, rule, at))]


def admits(rule: Rule, touch: Touch, line: Line, *, at: datetime) -> Counted | None:
    """Return how a rule counts a touch before a sale, or None where it does not."""
    counted = rule.counted(touch.kind)
    is_in_time = counted is not None and timedelta(0) <= at - touch.at <= counted.window
    return counted if is_in_time and is_within(counted.scope, touch.goods, line.goods) else None


def _nearness(touch: Touch, line: Line, rule: Rule, at: datetime) -> tuple:
    near = relevance(touch.goods, line.goods) if rule.by_relevance else 0
    return near, at - touch.at, touch.token, touch.kind


def claimants(touches: Iterable[Touch]) -> list[Touch]:
    """Return the latest touch of each campaign, of one instant the lowest token."""
    latest: dict[int, Touch] = {}
    for touch in sorted(sorted(touches, key=attrgetter("token", "kind")), key=attrgetter("at"), reverse=True):
        latest.setdefault(touch.campaign, touch)
    return list(latest.values())


def weigh(rule: Rule, ages: Sequence[timedelta]) -> list[int]:
    """Return the weights of the touches that share a line, given how old they are, oldest first."""
    number = len(ages)
    if rule.model is Model.POSITION and number > 2:
        return [2 * (number - 2), *[1] * (number - 2), 2 * (number - 2)]
    if rule.model is Model.DECAY:
        return [floor(2.0 ** (YOUNGEST - (age - ages[-1]) / rule.half_life) + 0.5) for age in ages]
    return [1] * number


def unit_of(line: Line) -> Decimal:
    """Return in what a line is split: whole coins where its value is in whole coins, else the smallest amount kept."""
    coin = minor_unit(line.currency)
    return AMOUNT_UNIT if line.value % coin else coin


def split(value: Decimal, weights: Sequence[int], unit: Decimal) -> list[Decimal]:
    """Split a value in proportion to weights by the largest remainder, ties to the earliest."""
    units, whole = int(value / unit), sum(weights)
    parts = [units * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: -(units * weights[i] % whole))
    for i in by_rest[: units - sum(parts)]:
        parts[i] += 1
    return [part * unit for part in parts]
