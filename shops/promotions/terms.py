"""What pricing works on: lines, the terms of promotions, and what comes out of it. Nothing here asks the database."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from chengfeng.money import ZERO

from .models import Promotion


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one variant (`key`) at their unit price; without `takes_promotions` that price is final."""

    key: Hashable
    merchant: int
    product: int
    category: int | None
    quantity: int
    unit_price: Decimal
    takes_promotions: bool = True

    @property
    def value(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Terms:
    """A promotion as one shopper meets it.

    `products` are units by product, `categories` a category with all below it (None: any), `is_hers` tells whether
    she has claimed it, `times` how often she uses it already.
    """

    promotion: Promotion
    products: Mapping[int, int] = field(default_factory=dict)
    categories: Collection[int] | None = None
    is_hers: bool = False
    times: int = 0

    @property
    def merchant(self) -> int | None:
        return self.promotion.merchant_id

    @property
    def is_coupon(self) -> bool:
        return self.promotion.kind == Promotion.Kind.COUPON

    @property
    def frees_shipping(self) -> bool:
        return self.promotion.benefit == Promotion.Benefit.SHIPPING

    def is_called(self, chosen: str) -> bool:
        """Whether somebody means this coupon by its code or its word."""
        return chosen == self.promotion.code or (bool(self.promotion.word) and self._word(chosen))

    def _word(self, typed: str) -> bool:
        return typed.strip().upper() == self.promotion.word.upper()

    def may_be_chosen(self, chosen: str) -> bool:
        return self.promotion.is_public or self.is_hers or (bool(self.promotion.word) and self._word(chosen))

    def covers(self, line: Line) -> bool:
        """Whether the goods of a line are those that it is for."""
        return (
            line.takes_promotions
            and self.merchant in (None, line.merchant)
            and (not self.products or line.product in self.products)
            and (self.categories is None or line.category in self.categories)
        )

    def can_bear(self, amount: Decimal) -> bool:
        """Whether its budget has so much left."""
        return self.promotion.budget is None or self.promotion.spent + amount <= self.promotion.budget


class Why(StrEnum):
    """Why a coupon takes nothing off; a code for programs."""

    UNKNOWN = "unknown"
    NOT_YOURS = "not_yours"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    USED_UP = "used_up"
    USED_BY_YOU = "used_by_you"
    NEW_CUSTOMERS_ONLY = "new_customers_only"
    NOT_FOR_THESE_GOODS = "not_for_these_goods"
    BELOW_THRESHOLD = "below_threshold"
    OTHER_COUPON_BETTER = "other_coupon_better"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a promotion takes off a line, given by its place among the lines."""

    promotion: Promotion
    line: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """A coupon that was `chosen` (its code or word) and takes nothing off; `missing` is the value to buy for more."""

    chosen: str
    why: Why
    promotion: Promotion | None = None
    missing: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Choice:
    """A coupon that is not chosen: what it would take off, or what is missing; free shipping has no amount."""

    promotion: Promotion
    amount: Decimal | None = None
    missing: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Near:
    """What to buy for `missing` more at a merchant, or at all of them (None), for a promotion to take off `amount`."""

    promotion: Promotion
    merchant: int | None
    missing: Decimal
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Priced:
    """What promotions make of some lines: reductions in the order they were taken, and who gives free shipping."""

    reductions: Sequence[Reduction]
    free_shipping: Mapping[int, Promotion]
    coupons: Sequence[Promotion] = ()
    refused: Sequence[Refusal] = ()
    choices: Sequence[Choice] = ()
    near: Sequence[Near] = ()

    def off(self, line: int) -> Decimal:
        return sum((reduction.amount for reduction in self.reductions if reduction.line == line), ZERO)


def obstacle(terms: Terms, *, at: datetime, known_at: Collection[int | None]) -> Why | None:
    """Return why a promotion is out of the question for a shopper whatever she buys, or None.

    `known_at` are the merchants where she is no new customer, None among them when there is any.
    """
    promotion = terms.promotion
    if promotion.state != Promotion.State.ACTIVE or (promotion.ends_at is not None and promotion.ends_at <= at):
        return Why.ENDED
    if promotion.starts_at > at:
        return Why.NOT_STARTED
    if promotion.limit is not None and promotion.used >= promotion.limit:
        return Why.USED_UP
    if promotion.per_shopper is not None and terms.times >= promotion.per_shopper:
        return Why.USED_BY_YOU
    if promotion.new_customers_only and terms.merchant in known_at:
        return Why.NEW_CUSTOMERS_ONLY
    return None
