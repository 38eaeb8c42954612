"""The rules over tables: the same to the unit as the pure function, for every preset and sale, refunds included."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import ibis
import pyarrow as pa
import pytest

from ads.attribution import PRESETS, relations
from ads.attribution.posting import due
from ads.attribution.rules import Goods, Model, State, Touch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)
UNIT = Decimal("0.0001")
HOUR = timedelta(hours=1)
KINDS = ["click", "engagement", "viewable", "impression", "live"]
BRANDS, CATEGORIES = ["", "Mori", "Nami"], [None, 1, 2]


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def units(amount: Decimal) -> int:
    return int(amount / UNIT)

NOTHING = {
    "settled": [("orders", pa.string()), ("recorded", pa.int64())],
    "links": [("shopper", pa.string()), ("person", pa.string()), ("recorded", pa.int64()), ("number", pa.int64())],
}


class World:
    """Random people of one shop with touches, and lines that they bought with refunds; moments often coincide."""

    def __init__(self, seed: int, people: int = 300):
        self.draw = random.Random(seed)
        self.goods = [
            Goods(1, n, self.draw.choice(BRANDS), self.draw.choice(CATEGORIES), self.draw.choice([None, 10 * n]))
            for n in range(1, 7)
        ]
        self.touches, self.lines, self.refunds = [], [], []
        for person in range(people):
            self._live(f"{person:032x}")

    def _live(self, person: str) -> None:
        for _ in range(self.draw.randrange(7)):
            token, kind = uuid.UUID(int=self.draw.getrandbits(128)), self.draw.choice(KINDS)
            campaign, at = self.draw.randrange(1, 4), self._moment()
            for each in {kind, "click"} if self.draw.random() < 0.2 else {kind}:
                touch = Touch(at.date(), token, each, campaign, campaign, self.draw.choice(self.goods), at)
                self.touches.append((person, touch))
        for _ in range(self.draw.randrange(1, 3)):
            self._buy(person)

    def _buy(self, person: str) -> None:
        product, at = self.draw.choice(self.goods), self._moment() + 3 * HOUR
        value = Decimal(self.draw.choice([0, 1, 100, 1999, 9999, self.draw.randrange(10**7)])) / 100
        value += self.draw.choice([Decimal(0), UNIT])
        line = SimpleNamespace(
            pk=len(self.lines) + 1, value=value, product_id=product.product, brand=product.brand,
            category_id=product.category, variant_id=product.sku or 10 * product.product,
            conversion=SimpleNamespace(merchant_id=1, currency=self.draw.choice(["CNY", "JPY"]), at=at),
            person=person,
        )  # fmt: skip
        self.lines.append(line)
        for number in range(self.draw.choice([0, 0, 1, 3])):
            amount = (value * self.draw.randrange(1, 90) / 100).quantize(UNIT)
            back = SimpleNamespace(code=f"rfd_{line.pk}_{number}", amount=amount, at=at + number * HOUR)
            self.refunds.append((line.pk, back))

    def _moment(self) -> datetime:
        return START + self.draw.choice([1, 1, 6, 24]) * self.draw.randrange(40) * HOUR

    def tables(self, connection) -> dict[str, ibis.Table]:
        rows = {"touches": self._touches(), "lines": self._lines(), "refunds": self._refunds()}
        rows["paid"] = [
            {"recorded": each["recorded"], "line": each["line"], "is_new": True, "is_new_to_brand": True}
            for each in rows["lines"]
        ]
        made = {name: _table(found) for name, found in rows.items()}
        made |= {name: pa.Table.from_pylist([], pa.schema(schema)) for name, schema in NOTHING.items()}
        for name, table in made.items():
            connection.con.register(name, table)
        return {name: connection.table(name) for name in made}

    def _touches(self) -> list[dict]:
        return [
            {
                "token": touch.token.hex, "kind": touch.kind, "happened": micros(touch.at), "merchant": 1,
                "person": person, "campaign": touch.campaign, "grp": 1, "ad": touch.ad, "keyword": 1, "term": 1,
                "placement": "feed", "advertised": touch.goods.product, "t_brand": touch.goods.brand,
                "t_category": touch.goods.category, "t_sku": touch.goods.sku,
            }
            for person, touch in self.touches
        ]  # fmt: skip

    def _lines(self) -> list[dict]:
        return [
            {
                "recorded": micros(line.conversion.at), "line": line.pk, "orders": f"ord_{line.pk}", "merchant": 1,
                "currency": line.conversion.currency, "unit": 100 if line.conversion.currency == "CNY" else 10000,
                "shopper": line.person, "person": None, "product": line.product_id, "sku": line.variant_id,
                "brand": line.brand, "category": line.category_id, "region": "", "quantity": 1,
                "value": units(line.value),
            }
            for line in self.lines
        ]  # fmt: skip

    def _refunds(self) -> list[dict]:
        return [
            {"recorded": micros(back.at), "line": line, "refund": back.code, "amount": units(back.amount)}
            for line, back in self.refunds
        ]

    def due(self, rule) -> set[tuple]:
        """Return what the pure function says: (line, step, token, kind, units)."""
        mine, back = {}, {}
        for person, touch in self.touches:
            mine.setdefault(person, []).append(touch)
        for line, refund in self.refunds:
            back.setdefault(line, []).append(refund)
        found = set()
        for line in self.lines:
            refunds = back.get(line.pk, [])
            steps = {"": 0} | {refund.code: number for number, refund in enumerate(refunds, 1)}
            for key, owed in due(line, mine.get(line.person, []), refunds, rule).items():
                found.add((line.pk, steps[key.refund], key.token.hex, key.kind, units(owed.amount)))
        return found


def _table(rows: list[dict]) -> pa.Table:
    kinds = {bool: pa.bool_(), str: pa.string(), int: pa.int64()}
    schema = {name: "string" if name == "person" else "int64" for name in rows[0]}
    schema |= {name: kinds[type(value)] for name, value in rows[0].items() if value is not None}
    return pa.Table.from_pylist(rows, pa.schema(schema.items()))


RULES = [rule for rule in PRESETS.values() if rule.model is not Model.EVERYTHING]
RULES += [
    rule.with_(name=f"{rule.name}_{model}", model=model)
    for rule in RULES if len(rule.counts) > 1 for model in (Model.LINEAR, Model.POSITION, Model.DECAY, Model.CLAIMED)
]  # fmt: skip


@pytest.fixture(scope="module")
def lived():
    world, connection = World(seed=7), ibis.duckdb.connect()
    return world, connection, world.tables(connection)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_tables_say_what_the_pure_function_says(lived, rule):
    world, connection, tables = lived
    rule = rule.with_(state=State.PAID)
    sold = relations.sales(*(tables[name] for name in ("lines", "paid", "settled", "refunds", "links")), rule.state)
    told = connection.to_pyarrow(relations.credits(tables["touches"], sold, rule)).to_pylist()
    found = {(each["line"], each["step"], each["token"], each["kind"], each["amount"]) for each in told}
    assert len(found) == len(told)
    assert found == world.due(rule)
