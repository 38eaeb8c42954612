"""The rule of attribution once more, word by word and slowly: what the engines must say, found without them.

Plain Python over the rows of the logs; shares are fractions, amounts whole ten-thousandths. It knows of a rule nothing
but what it says of itself.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ads.attribution.rules import Counted, Model, Rule, Scope, State

from .histories import TICK, Event, Good, Line, Link, Refund, Rows

MONTH = 30 * 24 * 3600 * 10**6
Entry = tuple[int, int, int, str | None, str | None, bool, int]
"""Line, step, its moment, token, kind, whether the advertised product was bought, and ten-thousandths."""


class Step(NamedTuple):
    """A moment that changes what counts of a line: for which reason, what was refunded, and what is left of it then."""

    at: int
    reason: str
    net: int
    amount: int = 0


@dataclass(slots=True)
class Found:
    """A touch that may have led to a sale: how it counts, and what it advertised."""

    event: Event
    good: Good | None
    counted: Counted
    age: int

    @property
    def when(self) -> tuple:
        """The order in which touches are told: by time, then token, then kind."""
        return self.event.happened, self.event.token, self.event.kind

    def told_of(self, line: Line) -> tuple[str, str, bool]:
        """What an entry tells of it."""
        return self.event.token, self.event.kind, self.event.product == line.product


def entries(world: "World", rule: Rule) -> set[Entry]:
    """Return what each touch is credited with of each line: for the sale (step 0), and then each change."""
    return {entry for line in world.rows.lines for entry in _of_line(world, line, rule)}


class World:
    """What the rows say: whose a device was, what a product is, which touches were found to be real."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.lines = {line.line: line for line in rows.lines}
        self.events = {(event.token, event.kind): event for event in rows.events}
        self.links: dict[str, list[Link]] = {}
        for link in sorted(rows.links, key=lambda link: link.number):
            self.links.setdefault(link.shopper, []).append(link)
        self.goods: dict[int, list[Good]] = {}
        for good in sorted(rows.goods, key=lambda good: good.recorded):
            self.goods.setdefault(good.product, []).append(good)
        self.paid = {paid.line: paid.recorded for paid in rows.paid}
        self.settled = {settled.orders for settled in rows.settled}
        self.cancelled: dict[str, int] = {}
        for cancelled in rows.cancelled:
            at = self.cancelled.get(cancelled.orders, cancelled.recorded)
            self.cancelled[cancelled.orders] = min(at, cancelled.recorded)
        self.refunds: dict[int, list[Refund]] = {}
        for refund in sorted(rows.refunds, key=lambda refund: (refund.recorded, refund.refund)):
            self.refunds.setdefault(refund.line, []).append(refund)
        self.touches: dict[str, list[Event]] = {}
        judged = {(judgement.token, judgement.kind) for judgement in rows.judgements}
        for event in rows.events:
            if event.is_valid and (event.token, event.kind) not in judged:
                self.touches.setdefault(self.person(event.shopper, event.happened), []).append(event)

    def person(self, shopper: str, at: int) -> str:
        """Return whose a device was: of its latest link so far, of its first one 30 days ahead, else its own."""
        links = self.links.get(shopper)
        if not links or (links[0].recorded > at and links[0].person == shopper):
            return shopper
        if links[0].recorded > at:
            return links[0].person if links[0].recorded - MONTH <= at else shopper
        return [link for link in links if link.recorded <= at][-1].person

    def shown(self, event: Event) -> Good | None:
        """Return what a product was when it was advertised: what was first heard of it, where that was later."""
        heard = self.goods.get(event.product, [])
        known = [good for good in heard if good.recorded <= event.happened]
        return (known or heard[:1] or [None])[-1]

    def sold(self, line: Line, state: State) -> int | None:
        """Return when a line counts as sold, None while it does not."""
        if state is State.PLACED:
            return line.recorded
        if state is State.SETTLED and line.orders not in self.settled:
            return None
        return self.paid.get(line.line)

    def steps(self, line: Line, state: State) -> list[Step]:
        """Return the sale and what changed it: refunds, and of what is not paid yet its being cancelled."""
        sold = self.sold(line, state)
        if sold is None:
            return []
        told = [(refund.recorded, "refund", refund.amount) for refund in self.refunds.get(line.line, [])]
        off, paid = self.cancelled.get(line.orders), self.paid.get(line.line)
        if state is State.PLACED and off is not None and (paid is None or paid > off):
            told = [(off, "cancel", 0), *([] if paid is None else [(paid, "paid after all", 0)]), *told]
            told.sort(key=lambda each: each[0])
        steps, left, is_off = [Step(sold, "sale", line.value)], line.value, False
        for at, reason, amount in told:
            left = max(0, left - amount)
            is_off = reason == "cancel" or (is_off and reason != "paid after all")
            steps.append(Step(at, reason, 0 if is_off else left, amount))
        return steps


def _of_line(world: World, line: Line, rule: Rule) -> list[Entry]:
    steps = world.steps(line, rule.state)
    shares = _shares(_eligible(world, line, steps[0].at, rule), line, rule) if steps else {}
    stood: dict[tuple, int] = {}
    posted = []
    for number, step in enumerate(steps):
        owed = _owed(shares, step.net, line.unit, rule)
        for of, amount in owed.items():
            change = amount - stood.get(of, 0)
            if change or not number:
                posted.append((line.line, number, step.at, *of, change))
        stood = owed
    return posted


def _eligible(world: World, line: Line, sold: int, rule: Rule) -> list[Found]:
    found = []
    for event in world.touches.get(world.person(line.shopper, line.recorded), []):
        good, age = world.shown(event), sold - event.happened
        for counted in rule.counts:
            in_window = 0 <= age <= counted.window // TICK
            if counted.kind == event.kind and in_window and _is_within(counted.scope, event, good, line):
                found.append(Found(event, good, counted, age))
    return sorted(found, key=lambda each: each.when)


def _is_within(scope: Scope, event: Event, good: Good | None, line: Line) -> bool:
    if event.merchant != line.merchant:
        return False
    match scope:
        case Scope.SHOP:
            return True
        case Scope.PRODUCT:
            return event.product == line.product
        case Scope.SKU:
            return good is not None and good.sku == line.sku
        case Scope.BRAND:
            return _is_same_brand(good, line)
        case Scope.CATEGORY:
            return good is not None and good.category is not None and good.category == line.category


def _is_same_brand(good: Good | None, line: Line) -> bool:
    return good is not None and good.brand != "" and good.brand == line.brand


def _shares(found: list[Found], line: Line, rule: Rule) -> dict[tuple, Fraction | int]:
    """Return which part of a line each touch has, the earliest touch first."""
    if rule.model is Model.EVERYTHING:
        return {(None, None, False): 1}
    if not found:
        return {}
    if rule.model is Model.CLAIMED:
        return {each.told_of(line): 1 for each in _claimants(found)}
    best = min(each.counted.rank for each in found)
    sharing = [each for each in found if each.counted.rank == best]
    if rule.model is Model.LAST:
        sharing = [min(sharing, key=lambda each: _precedence(each, line, rule))]
    if rule.model is Model.FIRST:
        sharing = sharing[:1]
    parts = [1] if len(sharing) == 1 else _parts(sharing, rule)
    return {each.told_of(line): part for each, part in zip(sharing, parts, strict=True)}


def _claimants(found: list[Found]) -> list[Found]:
    latest: dict[int, Found] = {}
    for each in sorted(found, key=_recency, reverse=True):
        latest[each.event.campaign] = each
    return list(latest.values())


def _recency(each: Found) -> tuple:
    """Sort the most recent first, of one instant the lowest token, then the kind."""
    return -each.event.happened, each.event.token, each.event.kind


def _precedence(each: Found, line: Line, rule: Rule) -> tuple:
    nearness = 0 if each.event.product == line.product else 1 if _is_same_brand(each.good, line) else 2
    return nearness if rule.by_relevance else 0, *_recency(each)


def _parts(sharing: list[Found], rule: Rule) -> list[Fraction]:
    """Return which part each of several touches has; the earliest touch comes first."""
    n = len(sharing)
    if rule.model is Model.POSITION and n > 2:
        end = Fraction(2, 5)
        return [end, *[Fraction(1, 5) / (n - 2)] * (n - 2), end]
    if rule.model is Model.DECAY:
        halvings = [(each.age - sharing[-1].age) / (rule.half_life // TICK) for each in sharing]
        weights = [round(2**26 * 2.0**-times) for times in halvings]
        return [Fraction(weight, sum(weights)) for weight in weights]
    return [Fraction(1, n)] * n


def _owed(shares: dict[tuple, Fraction | int], net: int, minor_unit: int, rule: Rule) -> dict[tuple, int]:
    """Return what each touch is owed of what is left of a line."""
    if rule.model is Model.CLAIMED or len(shares) < 2:
        return dict.fromkeys(shares, net)
    return dict(zip(shares, _apportioned(net, list(shares.values()), minor_unit), strict=True))


def _apportioned(net: int, shares: list[Fraction], minor_unit: int) -> list[int]:
    """Spread an amount by the largest remainder; what is left over goes first to the earliest."""
    unit = minor_unit if net % minor_unit == 0 else 1
    exact = [net // unit * share for share in shares]
    parts = [int(amount) for amount in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: net // unit - sum(parts)]:
        parts[place] += 1
    return [part * unit for part in parts]
