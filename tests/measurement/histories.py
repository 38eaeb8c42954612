"""Random histories of shoppers, as the rows that the logs keep: awkward ones, for edges are where rules go wrong."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import count
from typing import NamedTuple, Self

SECOND = 10**6
HOUR, DAY = 3600 * SECOND, 24 * 3600 * SECOND
START = 1_772_000_000 * SECOND
WINDOWS = [HOUR, DAY, 7 * DAY, 14 * DAY, 15 * DAY, 30 * DAY]
KINDS = ["click", "click", "click", "live", "read", "engagement", "viewable", "viewable", "impression"]
SHOPS, BRANDS, CATEGORIES = [1, 1, 1, 2, 3], ["", "Mori", "Nami"], [None, 1, 2]
UNITS = {"CNY": 100, "JPY": 10000, "KWD": 10}
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
    person: str | None
    product: int
    sku: int
    brand: str
    category: int | None
    region: str
    quantity: int
    value: int


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
    "settled": Settled, "refunds": Refund,
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
    for product in range(1, 13):
        for at in sorted({START - 60 * DAY if product < 12 else START + 10 * DAY, *_changes(draw)}):
            sku = draw.choice([None, 10 * product])
            goods.append(Good(at, product, 1 + product % 3, draw.choice(BRANDS), draw.choice(CATEGORIES), sku))
    return goods


def _changes(draw: random.Random) -> list[int]:
    return [START + draw.randrange(40 * DAY) for _ in range(draw.choice([0, 0, 1, 2]))]


class Shopper:
    """One person with their devices, some of them shared with somebody else."""

    def __init__(self, number: int, goods: list[Good], draw: random.Random) -> None:
        self.draw, self.goods, self.key = draw, goods, number * SPREAD
        self.rows = Rows(goods=goods)
        self.people = [f"{self.key + person:032x}" for person in (900, 901)]
        self.devices = [f"{self.key + device:032x}" for device in range(draw.choice([1, 1, 2, 3]))]
        self.edges: list[int] = []
        self.sold = count(100)

    def live(self) -> Rows:
        for device in self.devices:
            self._log_in(device)
        for _ in range(self.draw.choice([1, 1, 1, 2])):
            self._check_out()
        for _ in range(self.draw.choice([0, 1, 2, 3, 3, 4, 6])):
            self._touch()
        return self.rows

    def _log_in(self, device: str) -> None:
        at = START + self.draw.randrange(30 * DAY)
        for number in range(1, 1 + self.draw.choice([0, 0, 1, 1, 2, 3])):
            is_apart = number == 1 and self.draw.random() < 0.15
            person = device if is_apart else self.draw.choice([self.people[0], *self.people])
            self.rows.links.append(Link(at, device, number, person, "login"))
            self.edges += [at, at, at - 30 * DAY]
            at += self.draw.choice([0, 1, HOUR, self.draw.randrange(20 * DAY)])

    def _check_out(self) -> None:
        at, device = self._moment(), self.draw.choice(self.devices)
        currency = self.draw.choice(["CNY", "CNY", "JPY", "KWD"])
        for merchant in {self.draw.choice(SHOPS) for _ in range(self.draw.choice([1, 1, 2]))}:
            self._order(at, device, merchant, currency)

    def _order(self, at: int, device: str, merchant: int, currency: str) -> None:
        order = f"ord_{self.key}_{len(self.rows.lines)}"
        lines = [self._line(at, order, device, merchant, currency) for _ in range(self.draw.choice([1, 1, 2]))]
        self.rows.lines += lines
        self.edges += [at] + [at - window for window in WINDOWS]
        if self.draw.random() < 0.9:
            self._pay(at + self.draw.choice([0, 1, HOUR, self.draw.randrange(2 * DAY)]), order, lines)

    def _line(self, at: int, order: str, device: str, merchant: int, currency: str) -> Line:
        was = self.draw.choice([each for each in self.goods if each.merchant == merchant])
        return Line(
            at, self.key + next(self.sold), order, merchant, currency,
            UNITS[currency], device, None, was.product, was.sku or 10 * was.product + self.draw.randrange(2), was.brand,
            was.category, "", 1, self._value(UNITS[currency]),
        )  # fmt: skip

    def _value(self, unit: int) -> int:
        draw = self.draw
        whole = draw.choice([0, 1, 1, 2, 100, 1999, 9999, 12345, draw.randrange(10**6), draw.randrange(10**11) // unit])
        return whole * unit + draw.choice([0, 0, 0, 1, draw.randrange(10000)])

    def _pay(self, at: int, order: str, lines: list[Line]) -> None:
        merchant = lines[0].merchant
        self.rows.paid += [Paid(at, line.line, order, merchant, True, True) for line in lines]
        self.edges += [at, at] + [at - window for window in WINDOWS]
        if self.draw.random() < 0.6:
            self.rows.settled.append(Settled(at + self.draw.choice([0, 7 * DAY, 15 * DAY]), order, merchant))
        for line in lines:
            self._refund(at, line)

    def _refund(self, at: int, line: Line) -> None:
        for _ in range(self.draw.choice([0, 0, 0, 1, 1, 2, 4])):
            at += self.draw.choice([0, 1, DAY, self.draw.randrange(5 * DAY)])
            third, some = line.value // 3, self.draw.randrange(line.value + 1)
            amount = self.draw.choice([line.value, line.value + 10000, third, third, some, some, 1, line.unit])
            number = self.key + self.draw.randrange(SPREAD)
            self.rows.refunds.append(Refund(at, number, line.line, line.orders, line.merchant, amount, 1))

    def _touch(self) -> None:
        at, token = self._moment(), f"{self.draw.getrandbits(128):032x}"
        was, device, campaign = self.draw.choice(self.goods), self.draw.choice(self.devices), self.draw.randrange(1, 4)
        for kind in sorted(set(self.draw.choices(KINDS, k=self.draw.choice([1, 1, 1, 2])))):
            recorded = at + self.draw.choice([0, 0, SECOND, self.draw.randrange(2 * DAY)])
            is_valid = self.draw.random() < 0.9
            self.rows.events.append(
                Event(
                    recorded, at, token, kind, was.merchant, campaign, campaign, 10 * campaign, was.product, None,
                    None, "feed", device, is_valid,
                )
            )  # fmt: skip
            if is_valid and self.draw.random() < 0.1:
                judged = recorded + self.draw.choice([0, HOUR, 10 * DAY])
                self.rows.judgements.append(Judgement(judged, token, kind, was.merchant, "burst"))

    def _moment(self) -> int:
        """Return a moment: often one at which something else happened, or a window ends, or just beside it."""
        if self.edges and self.draw.random() < 0.75:
            return self.draw.choice(self.edges) + self.draw.choice([-1, 0, 0, 0, 1, -HOUR, -2 * DAY, -3 * DAY])
        return START + self.draw.randrange(40 * DAY)


def histories(seed: int, people: int) -> list[Rows]:
    """Return histories of as many people, who all shop from one catalogue."""
    draw = random.Random(seed)
    goods = catalogue(draw)
    return [Shopper(number, goods, draw).live() for number in range(1, people + 1)]
