"""Pricing: what the promotions that run take off some lines, exact to the cent. A pure function.

The order is fixed, and each step works on what the earlier ones left: bundles → one threshold → one coupon of the shop
→ one coupon of the platform → free shipping. Where several could take a step, the one that takes off most does.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from chengfeng.money import ZERO, allocate, minor_unit, round_money

from . import bundles
from .models import Promotion
from .terms import Choice, Line, Near, Priced, Reduction, Refusal, Terms, Why, obstacle

Kind, Benefit = Promotion.Kind, Promotion.Benefit


def price(
    lines: Sequence[Line],
    running: Iterable[Terms],
    *,
    currency: str,
    at: datetime,
    chosen: Sequence[str] | None = (),
    known_at: Collection[int | None] = (),
) -> Priced:
    """Return what is taken off the lines, and why a chosen coupon takes nothing off.

    `chosen` are codes or words of coupons; None chooses the best of those she may use. `known_at` are the merchants
    where she is no new customer, None among them when there is any.
    """
    bill = Bill(lines, currency)
    every = sorted((terms for terms in running if terms.promotion.currency == currency), key=_by_code)
    open_ = [terms for terms in every if obstacle(terms, at=at, known_at=known_at) is None]
    _take_bundles(bill, [terms for terms in open_ if terms.promotion.kind == Kind.BUNDLE])
    _take_thresholds(bill, [terms for terms in open_ if terms.promotion.kind == Kind.THRESHOLD])
    coupons = Coupons(bill, [terms for terms in every if terms.is_coupon], at, known_at)
    coupons.take(chosen)
    _free_shipping(bill, [terms for terms in open_ if terms.frees_shipping and not terms.is_coupon])
    near = _near(bill, [terms for terms in open_ if terms.promotion.kind == Kind.THRESHOLD])
    return Priced(bill.reductions, bill.free_shipping, coupons.used, coupons.refused, coupons.choices, near)


def _by_code(terms: Terms) -> str:
    return terms.promotion.code


class Bill:
    """The lines with what is left of each while promotions take off their parts."""

    def __init__(self, lines: Sequence[Line], currency: str):
        self.lines, self.currency, self.unit = lines, currency, minor_unit(currency)
        self.left = [line.value for line in lines]
        self.merchants = sorted({line.merchant for line in lines})
        self.reductions: list[Reduction] = []
        self.free_shipping: dict[int, Promotion] = {}
        self.thresholds: dict[int, Promotion] = {}  # the one that each merchant's goods count towards

    def covered(self, terms: Terms, merchants: Collection[int] | None = None) -> list[int]:
        return [
            index
            for index, line in enumerate(self.lines)
            if terms.covers(line) and (merchants is None or line.merchant in merchants)
        ]

    def value(self, covered: Iterable[int]) -> Decimal:
        return sum((self.left[index] for index in covered), ZERO)

    def value_after_bundles(self, covered: Collection[int]) -> Decimal:
        bundled = (r.amount for r in self.reductions if r.line in covered and r.promotion.kind == Kind.BUNDLE)
        return sum((self.lines[index].value for index in covered), ZERO) - sum(bundled, ZERO)

    def whole(self, amount: Decimal) -> Decimal:
        """Return the amount without what is finer than the currency's smallest coin."""
        return amount.quantize(self.unit, rounding=ROUND_DOWN)

    def worth(self, terms: Terms, covered: Sequence[int]) -> Decimal:
        """Return what a threshold or coupon takes off the covered lines, 0 below its threshold."""
        value, promotion = self.value(covered), terms.promotion
        if value < promotion.threshold or not value or terms.frees_shipping:
            return ZERO
        if promotion.benefit == Benefit.PERCENT:
            off = round_money(value * promotion.percent / 100, self.currency)
        else:
            times = value // promotion.threshold if promotion.repeats and promotion.threshold else 1
            off = promotion.amount * times
        return self.within(terms, off, covered)

    def within(self, terms: Terms, off: Decimal, covered: Iterable[int]) -> Decimal:
        """Return an amount within the promotion's cap, its budget and what is left of the lines."""
        cap = terms.promotion.cap
        most = sum((self.whole(self.left[index]) for index in covered), ZERO)
        off = self.whole(min(off, most) if cap is None else min(off, most, cap))
        return off if terms.can_bear(off) else ZERO

    def take(self, terms: Terms, off: Decimal, covered: Sequence[int], weights: Sequence[Decimal] = ()) -> None:
        """Split an amount over the covered lines in proportion to what is left of them, unless weights are given."""
        weights = [self.whole(weight) for weight in weights or (self.left[index] for index in covered)]
        for index, part in zip(covered, allocate(off, weights, unit=self.unit), strict=True):
            if part:
                self.left[index] -= part
                self.reductions.append(Reduction(terms.promotion, index, part))


def _take_bundles(bill: Bill, running: Sequence[Terms]) -> None:
    """Take the bundles, the one that takes off most first; each unit goes into one bundle."""
    units = [line.quantity for line in bill.lines]
    waiting = [terms for terms in running if terms.products and not terms.frees_shipping]
    while waiting:
        found = [(terms, bundles.fill(terms, bill.lines, units, currency=bill.currency)) for terms in waiting]
        terms, sets = max(found, key=lambda pair: pair[1].off)
        covered = list(sets.units)
        off = bill.within(terms, sets.off, covered)
        waiting.remove(terms)
        if off > 0:
            bill.take(terms, off, covered, [bill.lines[index].unit_price * sets.units[index] for index in covered])
            units = [left - sets.units.get(index, 0) for index, left in enumerate(units)]


def _take_thresholds(bill: Bill, running: Sequence[Terms]) -> None:
    """Take thresholds, the best first; the goods of one merchant count towards one of them."""
    free = list(bill.merchants)
    while free:
        found = [(terms, bill.covered(terms, free)) for terms in running]
        worths = [(bill.worth(terms, covered), terms, covered) for terms, covered in found]
        off, terms, covered = max(worths, key=lambda worth: worth[0], default=(ZERO, None, ()))
        if off <= 0:
            return
        bill.take(terms, off, covered)
        taken = {bill.lines[index].merchant for index in covered}
        bill.thresholds |= dict.fromkeys(taken, terms.promotion)
        free = [merchant for merchant in free if merchant not in taken]
        running = [other for other in running if other is not terms]


def _near(bill: Bill, running: Sequence[Terms]) -> list[Near]:
    """Return, per merchant and for all of them, the nearest threshold above the one that was reached."""
    steps = [step for terms in running if (step := _step(bill, terms))]
    nearest: dict[int | None, Near] = {}
    for step in sorted(steps, key=lambda step: step.missing):
        nearest.setdefault(step.merchant, step)
    return list(nearest.values())


def _step(bill: Bill, terms: Terms) -> Near | None:
    """Return what is missing to a threshold, or to its next multiple, where that takes off more than now."""
    promotion, covered = terms.promotion, bill.covered(terms)
    value = bill.value(covered) if terms.frees_shipping else bill.value_after_bundles(covered)
    if not value or not promotion.threshold or (value >= promotion.threshold and not promotion.repeats):
        return None
    times = value // promotion.threshold + 1
    amount = promotion.amount * times if promotion.benefit == Benefit.FIXED else None
    reached = [bill.thresholds.get(bill.lines[index].merchant) for index in covered]
    now = sum((r.amount for r in bill.reductions if r.promotion in reached), ZERO)
    if amount is not None and (amount if promotion.cap is None else min(amount, promotion.cap)) <= now:
        return None
    return Near(promotion, terms.merchant, promotion.threshold * times - value, amount)


def _free_shipping(bill: Bill, running: Iterable[Terms]) -> None:
    """Note who gives free shipping to which merchant's goods: the merchant itself before the platform."""
    for terms in sorted(running, key=lambda terms: terms.merchant is None):
        covered = bill.covered(terms)
        if covered and bill.value(covered) >= terms.promotion.threshold:
            for index in covered:
                bill.free_shipping.setdefault(bill.lines[index].merchant, terms.promotion)


class Coupons:
    """The coupons of a bill: one of each shop, then one of the platform, and one each for free shipping."""

    def __init__(self, bill: Bill, known: Sequence[Terms], at: datetime, known_at: Collection[int | None]):
        self.bill, self.known, self.at, self.known_at = bill, known, at, known_at
        self.used: list[Promotion] = []
        self.refused: list[Refusal] = []
        self.choices: list[Choice] = []

    def take(self, chosen: Sequence[str] | None) -> None:
        """Use the best of the chosen coupons, refuse the others with the reason, and tell what else there is."""
        named = self._named(chosen or ())
        open_ = [terms for terms in self.known if self._may_use(terms, named.get(_by_code(terms)))]
        wanted = open_ if chosen is None else [terms for terms in open_ if _by_code(terms) in named]
        for merchant in [*self.bill.merchants, None]:
            mine = [terms for terms in open_ if terms.merchant == merchant]
            self._note_choices([terms for terms in mine if _by_code(terms) not in named])
            best = self._use_best(
                [terms for terms in wanted if terms.merchant == merchant and not terms.frees_shipping]
            )
            frees = self._free([terms for terms in wanted if terms.merchant == merchant and terms.frees_shipping])
            self.used += [terms.promotion for terms in (best, frees) if terms]
        used = {promotion.code for promotion in self.used}
        self.choices = [choice for choice in self.choices if choice.promotion.code not in used]
        self.refused += [self._refusal(terms, named[_by_code(terms)]) for terms in self.known
                         if _by_code(terms) in named and _by_code(terms) not in used]  # fmt: skip

    def _named(self, chosen: Sequence[str]) -> dict[str, str]:
        """Return by which name each known coupon was chosen, and refuse those that nobody knows."""
        named = {}
        for name in dict.fromkeys(chosen):
            found = [terms for terms in self.known if terms.is_called(name)]
            self.refused += [] if found else [Refusal(name, Why.UNKNOWN)]
            named |= {_by_code(terms): name for terms in found}
        return named

    def _may_use(self, terms: Terms, name: str | None) -> bool:
        return terms.may_be_chosen(name or "") and obstacle(terms, at=self.at, known_at=self.known_at) is None

    def _use_best(self, wanted: Sequence[Terms]) -> Terms | None:
        worths = [(self.bill.worth(terms, self.bill.covered(terms)), terms) for terms in wanted]
        off, terms = max(worths, key=lambda worth: worth[0], default=(ZERO, None))
        if off <= 0:
            return None
        self.bill.take(terms, off, self.bill.covered(terms))
        return terms

    def _free(self, wanted: Sequence[Terms]) -> Terms | None:
        """Use the first coupon that frees somebody's shipping who has not got that yet."""
        for terms in wanted:
            before = len(self.bill.free_shipping)
            _free_shipping(self.bill, [terms])
            if len(self.bill.free_shipping) > before:
                return terms
        return None

    def _note_choices(self, others: Iterable[Terms]) -> None:
        for terms in others:
            covered = self.bill.covered(terms)
            missing = max(terms.promotion.threshold - self.bill.value(covered), ZERO)
            worth = None if terms.frees_shipping else self.bill.worth(terms, covered)
            if covered and (missing or worth is None or worth > 0):
                self.choices.append(Choice(terms.promotion, worth, missing))

    def _refusal(self, terms: Terms, name: str) -> Refusal:
        """Return why a chosen coupon was not used."""
        if not terms.may_be_chosen(name):
            return Refusal(name, Why.NOT_YOURS)
        why = obstacle(terms, at=self.at, known_at=self.known_at)
        covered = self.bill.covered(terms)
        missing = max(terms.promotion.threshold - self._value_before(terms, covered), ZERO)
        if why is None and not covered:
            why = Why.NOT_FOR_THESE_GOODS
        elif why is None and missing:
            return Refusal(name, Why.BELOW_THRESHOLD, terms.promotion, missing)
        return Refusal(name, why or self._loser(terms), terms.promotion)

    def _value_before(self, terms: Terms, covered: Collection[int]) -> Decimal:
        """Return the value of lines without what coupons of the same giver and later steps took off."""
        later = [r for r in self.bill.reductions if r.promotion in self.used]
        same = [r for r in later if terms.merchant is not None or r.promotion.merchant_id is None]
        return self.bill.value(covered) + sum((r.amount for r in same if r.line in covered), ZERO)

    def _loser(self, terms: Terms) -> Why:
        """Return why a coupon that fits was not used: another was, its budget is gone, or nothing was left."""
        rivals = [promotion for promotion in self.used if promotion.merchant_id == terms.merchant]
        if any((promotion.benefit == Benefit.SHIPPING) == terms.frees_shipping for promotion in rivals):
            return Why.OTHER_COUPON_BETTER
        return Why.USED_UP if terms.promotion.budget is not None else Why.NOTHING_LEFT
