"""What the engines say of rows, and the least rows of which one says something else than the oracle."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from ads.attribution import relations
from ads.attribution.posting import due
from ads.attribution.rules import Goods, Model, Rule, State, Touch, credit
from ads.attribution.rules import Line as Sold
from reports.engines.compiling import compiled
from reports.engines.postgres import PostgreSQL
from reports.history.logs import Bounds, Log

from .histories import ROWS, TICK, Event, Line, Rows
from .oracle import Entry, Step, World, entries

EPOCH, UNIT = datetime(1970, 1, 1, tzinfo=UTC), Decimal("0.0001")
TYPES = {
    "token": pa.string(), "kind": pa.string(), "placement": pa.string(), "shopper": pa.string(),
    "person": pa.string(), "reason": pa.string(), "evidence": pa.string(), "brand": pa.string(),
    "orders": pa.string(), "currency": pa.string(), "region": pa.string(), "is_valid": pa.bool_(),
    "is_new": pa.bool_(), "is_new_to_brand": pa.bool_(),
}  # fmt: skip
COLUMNS = ["line", "step", "at", "token", "kind", "is_direct", "amount"]


def arrow(rows: Rows, name: str) -> pa.Table:
    schema = pa.schema([(column, TYPES.get(column, pa.int64())) for column in ROWS[name]._fields])
    columns = list(zip(*getattr(rows, name), strict=True)) or [()] * len(schema)
    return pa.table([pa.array(each, kind) for each, kind in zip(columns, schema.types, strict=True)], schema=schema)


def asked(table: Callable[[str], ibis.Table], rule: Rule) -> ibis.Table:
    """Return the question that is put to an engine, given its tables by name."""
    touches = relations.resolve(*(table(name) for name in ("events", "judgements", "links", "goods")))
    names = ("lines", "paid", "settled", "cancelled", "refunds", "links")
    sold = relations.sales(*(table(name) for name in names), rule.state)
    return relations.credit(touches, sold, rule).select(COLUMNS)


def told(answer: pa.Table) -> set[Entry]:
    """Return what an engine answered; a change of nothing is none."""
    found = list(zip(*(answer[name].to_pylist() for name in COLUMNS), strict=True))
    assert len(set(found)) == len(found)
    return {entry for entry in found if entry[-1] or not entry[1]}


class DuckDB:
    """An engine in this process that is asked about rows in memory; it reads a rule only once."""

    def __init__(self) -> None:
        self.connection, self.questions = ibis.duckdb.connect(), {}

    def says(self, rows: Rows, rule: Rule) -> set[Entry]:
        for name in ROWS:
            self.connection.con.register(name, arrow(rows, name))
        if rule not in self.questions:
            self.questions[rule] = compiled(asked(self.connection.table, rule), "duckdb")
        return told(self.connection.con.sql(self.questions[rule]).to_arrow_table())


class Told(PostgreSQL):
    """PostgreSQL, asked about rows that are put into tables for as long as the transaction lasts."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(Bounds(), None)
        self.rows = rows

    def _table(self, log: Log, bounds: Bounds, name: str) -> ibis.Table:
        table = arrow(self.rows, log.name)
        columns = ", ".join(f"{field.name} {SQL[field.type]}" for field in table.schema)
        self.raw.execute(f"CREATE TEMPORARY TABLE told_{name} ({columns}) ON COMMIT DROP")
        with self.raw.cursor() as cursor, cursor.copy(f"COPY told_{name} FROM STDIN") as copy:
            for row in getattr(self.rows, log.name):
                copy.write_row(row)
        self.queries[name] = f"SELECT * FROM told_{name}"
        return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)


SQL = {pa.int64(): "bigint", pa.string(): 'text COLLATE "C"', pa.bool_(): "boolean"}


def in_postgres(rows: Rows, rule: Rule) -> set[Entry]:
    engine = Told(rows)
    return told(engine.run(asked(engine.table, rule)))


def in_spark(worlds: Mapping[Rule, Rows]) -> dict[Rule, set[Entry]]:
    """Return what Spark says of the rows that go with each rule; they are put into files."""
    from reports.engines.spark import Spark

    class Told(Spark):
        rows = Rows()

        def _table(self, log: Log, bounds: Bounds, name: str) -> ibis.Table:
            table, path = arrow(self.rows, log.name), self.folder / f"rows_{next(self.results)}.parquet"
            pq.write_table(table, path)
            self.session.read.parquet(f"file://{path}").createOrReplaceTempView(name)
            return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)

        def says(self, rows: Rows, rule: Rule) -> set[Entry]:
            self.rows, self._tables = rows, {}
            return told(self.run(asked(self.table, rule)))

    with contextlib.closing(Told(Bounds(), None)) as engine:
        return {rule: engine.says(rows, rule) for rule, rows in worlds.items()}


def in_python(world: World, rule: Rule) -> set[Entry]:
    """Return what Python says of each line, given whose touches there are and what is left at each step.

    What only refunds change, posting says; the rest is the rule's word at each step, less that at the one before.
    """
    says = _changes if rule.state is State.PLACED or rule.model is Model.EVERYTHING else _due
    touches = {person: [_touch(world, event) for event in mine] for person, mine in world.touches.items()}
    return {
        entry
        for line in world.rows.lines
        if (steps := world.steps(line, rule.state))
        for entry in says(line, steps, touches.get(world.person(line.shopper, line.recorded), []), rule)
    }


def _touch(world: World, event: Event) -> Touch:
    good, at = world.shown(event), EPOCH + event.happened * TICK
    of = (good.brand, good.category, good.sku) if good else ()
    goods = Goods(event.merchant, event.product, *of)
    return Touch(at.date(), UUID(hex=event.token), event.kind, event.campaign, event.ad, goods, at)


def _changes(line: Line, steps: list[Step], touches: list[Touch], rule: Rule) -> Iterator[Entry]:
    goods = Goods(line.merchant, line.product, line.brand, line.category, line.sku)
    at, stood = EPOCH + steps[0].at * TICK, {}
    for number, step in enumerate(steps):
        left = Sold(goods, step.net * UNIT, line.currency)
        for share in credit(touches, left, at=at, rule=rule):
            of, amount = share.touch, int(share.amount / UNIT)
            if not number or amount != stood[of]:
                told_of = (of.token.hex, of.kind, of.goods.product == line.product) if of else (None, None, False)
                yield line.line, number, step.at, *told_of, amount - stood.get(of, 0)
            stood[of] = amount


def _due(line: Line, steps: list[Step], touches: list[Touch], rule: Rule) -> Iterator[Entry]:
    conversion = SimpleNamespace(merchant_id=line.merchant, currency=line.currency, at=EPOCH + steps[0].at * TICK)
    row = SimpleNamespace(
        conversion=conversion, product_id=line.product, brand=line.brand, category_id=line.category,
        variant_id=line.sku, value=line.value * UNIT,
    )  # fmt: skip
    refunds = [SimpleNamespace(code=str(number), amount=step.amount * UNIT) for number, step in enumerate(steps)][1:]
    advertised = {(touch.token, touch.kind): touch.goods.product for touch in touches}
    for (refund, *of), owed in due(row, touches, refunds, rule).items():
        number, is_direct = int(refund or 0), advertised[tuple(of)] == line.product
        yield line.line, number, steps[number].at, of[0].hex, of[1], is_direct, int(owed.amount / UNIT)


def shrunken(rows: Rows, rule: Rule, says: Callable[[Rows, Rule], set[Entry]]) -> Rows:
    """Return rows without any that the difference does not need."""
    for row in list(rows.every()):
        fewer = rows.without(row)
        if says(fewer, rule) != entries(World(fewer), rule):
            rows = fewer
    return rows
