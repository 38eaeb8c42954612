"""Random histories of shoppers, as the rows that the logs keep: awkward ones, for edges are where rules go wrong.

They are made for a rule: most touches are such as it may count, in its windows or just beside them.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import timedelta
from itertools import count
from typing import NamedTuple, Self

from ads.attribution.rules import Rule, State

SECOND = 10**6
HOUR, DAY = 3600 * SECOND, 24 * 3600 * SECOND
START = 1_772_000_000 * SECOND
TICK = timedelta(microseconds=1)
KINDS = ["click", "live", "read", "engagement", "viewable", "impression"]
SHOPS, BRANDS, CATEGORIES = [1, 1, 1, 2, 3], ["", *["Mori"] * 6, "Nami"], [None, *[1] * 6, 2]
UNITS = {"CNY": 100, "JPY": 10000, "KWD": 10}
MOST = 10**18  # ten-thousandths: an amount has fourteen digits before the point
SPREAD = 10_000  # keys of one history lie below those of the next


class Event(NamedTuple):
    recorded: int
    happened: int
    token: str
    kind: str
    merchant: int
    campaign: int
    grp: int
    ad: int
    product: int
    keyword: int | None
    term: int | None
    placement: str
    shopper: str
    is_valid: bool


class Judgement(NamedTuple):
    recorded: int
    token: str
    kind: str
    merchant: int
    reason: str


class Link(NamedTuple):
    recorded: int
    shopper: str
    number: int
    person: str
    evidence: str


class Good(NamedTuple):
    recorded: int
    product: int
    merchant: int
    brand: str
    category: int | None
    sku: int | None


class Line(NamedTuple):
    recorded: int
    line: int
    orders: str
    merchant: int
    currency: str
    unit: int
    shopper: str
    product: int
    sku: int
    brand: str
    category: int | None
    region: str
    quantity: int
    value: int
    cost: int | None = None


class Paid(NamedTuple):
    recorded: int
    line: int
    orders: str
    merchant: int
    is_new: bool
    is_new_to_brand: bool


class Settled(NamedTuple):
    recorded: int
    orders: str
    merchant: int


class Cancelled(NamedTuple):
    recorded: int
    orders: str
    merchant: int


class Refund(NamedTuple):
    recorded: int
    refund: int
    line: int
    orders: str
    merchant: int
    amount: int
    quantity: int


ROWS = {
    "events": Event, "judgements": Judgement, "links": Link, "goods": Good, "lines": Line, "paid": Paid,
    "settled": Settled, "cancelled": Cancelled, "refunds": Refund,
}  # fmt: skip


@dataclass(slots=True)
class Rows:
    """Rows of the logs: of one history, or of many."""

    events: list[Event] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    goods: list[Good] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    cancelled: list[Cancelled] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    def known_at(self, instant: int) -> Self:
        """Return the rows that had been recorded then."""
        return self._of(lambda row: row.recorded <= instant)

    def without(self, left_out: NamedTuple) -> Self:
        return self._of(lambda row: row is not left_out)

    def _of(self, keeps) -> Self:
        return Rows(**{name: [row for row in getattr(self, name) if keeps(row)] for name in ROWS})

    def every(self) -> Iterator[NamedTuple]:
        for each in fields(self):
            yield from getattr(self, each.name)


def together(histories: Iterable[Rows], shuffle: random.Random) -> Rows:
    """Return the rows of many histories of one catalogue as those of one, in no order."""
    found, goods = Rows(), set()
    for history in histories:
        for name in ROWS:
            if name != "goods":
                getattr(found, name).extend(getattr(history, name))
        goods.update(history.goods)
    found.goods.extend(sorted(goods, key=repr))
    for name in ROWS:
        shuffle.shuffle(getattr(found, name))
    return found


def catalogue(draw: random.Random) -> list[Good]:
    """Return what the products of three shops were; some became something else, the last is not heard of for long."""
    goods = []
    for product in range(1, 31):
        for at in sorted({START - 60 * DAY if product < 30 else START + 10 * DAY, *_changes(draw)}):
            sku = draw.choice([None, *[10 * product] * 6])
            goods.append(Good(at, product, 1 + product % 3, draw.choice(BRANDS), draw.choice(CATEGORIES), sku))
    return goods


def _changes(draw: random.Random) -> list[int]:
    return [START + draw.randrange(40 * DAY) for _ in range(draw.choice([0, 0, 0, 0, 1, 2]))]


class Shopper:
    """One person with their devices, some of them shared with somebody else."""

    def __init__(self, number: int, goods: list[Good], rule: Rule, draw: random.Random) -> None:
        self.draw, self.rule, self.key = draw, rule, number * SPREAD
        self.chance, self.pick = draw.random, draw.choice
        self.rows, self.of_shop = (
            Rows(goods=goods),
            {shop: [each for each in goods if each.merchant == shop] for shop in SHOPS},
        )
        self.people = [f"{self.key + person:032x}" for person in (900, 901)]
        self.devices = [f"{self.key + device:032x}" for device in range(self.pick([1, 1, 2, 3]))]
        self.edges = [START + self._up_to(20 * DAY)]
        self.sold: list[tuple[int, Line]] = []
        self.numbers = count(100)

    def live(self) -> Rows:
        for device in self.devices:
            self._log_in(device)
        for _ in range(self.pick([1, 1, 1, 2])):
            self._check_out()
        for _ in range(self.pick([0, 3, 3, 4, 4, 5])):
            self._touch()
        return self.rows

    def _log_in(self, device: str) -> None:
        at = START + self._up_to(25 * DAY)
        for number in range(1, 1 + self.pick([0, 0, 1, 1, 1, 2, 3])):
            is_apart = self.chance() < 0.15
            person = device if is_apart else self.pick([*self.people[:1] * 5, *self.people])
            self.rows.links.append(Link(at, device, number, person, "apart" if is_apart else "login"))
            self.edges += [at, at, at - 30 * DAY]
            at += self.pick([0, 1, HOUR, self._up_to(20 * DAY)])

    def _check_out(self) -> None:
        at, device = self._moment(), self.pick([*self.devices[:1] * 2, *self.devices])
        currency = self.pick(["CNY", "CNY", "JPY", "KWD"])
        for merchant in {self.pick(SHOPS) for _ in range(self.pick([1, 1, 2]))}:
            self._order(at, device, merchant, currency)

    def _order(self, at: int, device: str, merchant: int, currency: str) -> None:
        order = f"ord_{self.key}_{len(self.rows.lines)}"
        lines = [self._line(at, order, device, merchant, currency) for _ in range(self.pick([1, 1, 2]))]
        self.rows.lines += lines
        self.edges.append(at)
        fate, at_placed = self.chance(), at
        if fate < 0.1:
            at = self._cancel(at, lines[0])
        if fate > 0.05:
            at += self.pick([0, 1, HOUR, self._up_to(2 * DAY)])
            self._pay(at, lines)
        self.sold += [(at_placed if self.rule.state is State.PLACED else at, line) for line in lines]

    def _cancel(self, at: int, line: Line) -> int:
        at += self.pick([0, 1, HOUR, DAY, self._up_to(2 * DAY)])
        self.rows.cancelled.append(Cancelled(at, line.orders, line.merchant))
        return at

    def _line(self, at: int, order: str, device: str, merchant: int, currency: str) -> Line:
        was, unit = self.pick(self.of_shop[merchant]), UNITS[currency]
        sku = was.sku or 10 * was.product + self._up_to(2)
        return Line(
            at, self.key + next(self.numbers), order, merchant, currency, unit, device, was.product, sku, was.brand,
            was.category, "", 1, self._value(unit),
        )  # fmt: skip

    def _value(self, unit: int) -> int:
        few = [0, 1, 2, 100, 1999, 9999, 12345, self._up_to(10**6), self._up_to(10**6), self._up_to(MOST // unit)]
        return min(self.pick(few) * unit + self.pick([0, 0, 0, 1, self._up_to(10000)]), MOST - 1)

    def _pay(self, at: int, lines: list[Line]) -> None:
        order, merchant = lines[0].orders, lines[0].merchant
        self.rows.paid += [Paid(at, line.line, order, merchant, True, True) for line in lines]
        self.edges.append(at)
        if self.chance() < (0.95 if self.rule.state is State.SETTLED else 0.5):
            settled = Settled(at + self.pick([0, 7 * DAY, 15 * DAY]), order, merchant)
            self.rows.settled += [settled] * self.pick([1, 1, 2])
        for line in lines:
            self._refund(at, line)
        if self.chance() < 0.1:
            self._cancel(at, lines[0])

    def _refund(self, at: int, line: Line) -> None:
        for _ in range(self.pick([0, 0, 0, 1, 1, 2, 4])):
            at += self.pick([0, 1, DAY, self._up_to(5 * DAY)])
            third, some = line.value // 3, self._up_to(line.value + 1)
            amount = self.pick([line.value, line.value + 10000, third, third, some, some, 1, line.unit])
            number = self.key + next(self.numbers) * 7919 % SPREAD  # in no order
            self.rows.refunds.append(Refund(at, number, line.line, line.orders, line.merchant, amount, 1))

    def _touch(self) -> None:
        """Let somebody be shown something, and perhaps look at it twice in the same instant."""
        at, kind, was = self._aimed() if self.rule.counts and self.chance() < 0.9 else self._anything()
        device = self.pick([*self.devices[:1] * 2, *self.devices])
        for _ in range(self.pick([1, 1, 1, 1, 2])):
            token, campaign = f"{self.draw.getrandbits(128):032x}", 1 + self._up_to(3)
            for each in {kind, self.pick([kind, kind, kind, *KINDS])}:
                self._event(at, token, each, was, campaign, device)

    def _aimed(self) -> tuple[int, str, Good]:
        """Return what the rule may count for something that was sold: when, which kind, and what was shown."""
        (sold, line), counted = self.pick(self.sold), self.pick(self.rule.counts)
        window = counted.window // TICK
        age = self.pick([-1, 0, 0, 1, HOUR, window - 1, window, window, window + 1, *[self._up_to(window)] * 9])
        goods = self.of_shop[line.merchant]
        same = [each for each in goods if each.product == line.product]
        return sold - age, counted.kind.value, self.pick(self.pick([same, same, same, goods]))

    def _anything(self) -> tuple[int, str, Good]:
        return self._moment(), self.pick(KINDS), self.pick(self.rows.goods)

    def _event(self, at: int, token: str, kind: str, was: Good, campaign: int, device: str) -> None:
        recorded, is_valid = at + self.pick([0, 0, SECOND, self._up_to(2 * DAY)]), self.chance() < 0.94
        self.rows.events.append(
            Event(
                recorded, at, token, kind, was.merchant, campaign, campaign, 10 * campaign, was.product, None, None,
                "feed", device, is_valid,
            )
        )  # fmt: skip
        if is_valid and self.chance() < 0.06:
            judged = recorded + self.pick([0, HOUR, 10 * DAY])
            self.rows.judgements.append(Judgement(judged, token, kind, was.merchant, "burst"))

    def _moment(self) -> int:
        """Return a moment: often one at which something else happened, or just beside it."""
        return self.pick(self.edges) + self.pick([-1, 0, 0, 0, 1, -HOUR, -2 * DAY, -3 * DAY, self._up_to(10 * DAY)])

    def _up_to(self, end: int) -> int:
        """Return a number from 0 until before the end."""
        return int(self.chance() * end) if end < 2**50 else self.draw.randrange(end)


def histories(seed: int, people: int, rule: Rule) -> list[Rows]:
    """Return histories of as many people, who all shop from one catalogue."""
    draw = random.Random(seed)
    goods = catalogue(draw)
    return [Shopper(number, goods, rule, draw).live() for number in range(1, people + 1)]
