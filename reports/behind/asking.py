"""Asks for the rows behind a number: a page of them, all of them for a file, and what they sum up to."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chengfeng.periods import local_date
from shops.models import Merchant
from shops.people.rights import Right

from ..engines import opened
from ..measuring import local_days, naming
from ..measuring.asking import Row, amount, question
from ..measuring.definition import Definition
from ..measuring.dimensions import DIMENSIONS, Family, Type
from ..measuring.measures import MEASURES, SUMS, families_of, parts_of
from ..measuring.periods import Days, resolve
from ..metrics import Unit
from .cells import Cell
from .columns import Column, Form, columns_of

if TYPE_CHECKING:
    from ibis import Table

    from ..engines.engine import Engine
    from .rows import OfCell

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
RIGHTS = dict.fromkeys(Family, Right.ADS_VIEW) | {Family.SHOP: Right.ORDERS_VIEW}


def rights_of(measure: str) -> set[Right]:
    """Return the rights to see what lies behind a measure."""
    return {Right.REPORTS_VIEW, *(RIGHTS[family] for family in families_of(measure))}


def open_to(rights: Set[str], definition: Definition) -> list[str]:
    """Return the measures of a definition that somebody with these rights may look behind."""
    return [code for code in definition.offered if rights_of(code) <= rights]


@dataclass(frozen=True, slots=True)
class Part:
    """A sum that a measure is made of: added, taken off, or divided by."""

    code: str
    sign: str
    value: Decimal | int

    @property
    def unit(self) -> Unit:
        return SUMS[self.code].unit


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows from a place on behind one sum of a measure: how many there are, and what they sum up to."""

    definition: Definition
    days: Days
    cell: Cell
    measure: str
    row: Row
    parts: Sequence[Part]
    part: Part
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    number: int
    sum: Decimal | int
    currency: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: a cell of a definition, a measure of it, and which sum of that."""

    definition: Definition
    cell: Cell
    measure: str
    sum: str


def asked(definition: Definition, cell: Cell, measure: str = "", part: str = "") -> Asked:
    """Return a question, the first measure and its first sum where none is named; raises LookupError for others.

    Cells of dimensions that the report does not have are asked as well, where the measure knows these.
    """
    whole = definition.with_(compare=None, sort="", limit=None)
    measure = measure or (whole.offered[0] if whole.offered else "")
    if measure not in whole.offered or any(
        family not in DIMENSIONS[code].families for code in cell.values for family in families_of(measure)
    ):
        raise LookupError(measure)
    sums = [each.code for each in parts_of(measure)]
    if part and part not in sums:
        raise LookupError(part)
    return Asked(whole, cell, measure, part or sums[0])


def look(wanted: Asked, merchant: Merchant, *, at: datetime, start: int, number: int) -> Behind:
    """Return `number` rows from place `start` on (0 is the first); where there are fewer, the last `number` of them."""
    with _opened(wanted, merchant, at=at) as (engine, expression, of_cell, as_of):
        page, rows, sum_of_all = _page(engine, expression, start, number)
        sums = {wanted.sum: sum_of_all} if len(parts_of(wanted.measure)) == 1 else _sums(engine, of_cell, wanted)
    columns, row = columns_of(wanted.sum), Row((), {code: amount(sums[code], SUMS[code].unit) for code in sums})
    parts = _parts(wanted.measure, row)
    return Behind(
        definition=wanted.definition, days=of_cell.days, cell=wanted.cell, measure=wanted.measure, row=row, parts=parts,
        part=next(part for part in parts if part.code == wanted.sum), columns=columns,
        rows=list(_named(page, columns, wanted.sum, merchant)), number=rows,
        sum=amount(sum_of_all, SUMS[wanted.sum].unit), currency=merchant.currency, as_of=as_of,
    )  # fmt: skip


def _page(engine: "Engine", expression: "Table", start: int, number: int) -> tuple[list[dict], int, int]:
    """Return a page of rows, how many there are in all, and what all of them sum up to."""
    page = engine.run(expression.limit(number, offset=start)).to_pylist()
    if page:
        return page, page[0]["of_all"], page[0]["sum_of_all"]
    if start == 0:
        return [], 0, 0
    (first,) = engine.run(expression.limit(1)).to_pylist() or [{"of_all": 0}]
    return _page(engine, expression, max((first["of_all"] - 1) // number * number, 0), number)


def every(wanted: Asked, merchant: Merchant, *, at: datetime) -> Iterator[Sequence[Any]]:
    """Yield all rows, some thousands at a time from the engine."""
    columns = columns_of(wanted.sum)
    with _opened(wanted, merchant, at=at) as (engine, expression, _question, _as_of):
        for batch in engine.batches(expression):
            yield from _named(batch.to_pylist(), columns, wanted.sum, merchant)


@contextmanager
def _opened(
    wanted: Asked, merchant: Merchant, *, at: datetime
) -> Iterator[tuple["Engine", "Table", "OfCell", datetime]]:
    """Open an engine; yields it with the rows, the question, and the moment up to which rows are known."""
    from .rows import OfCell, behind

    as_of = min(wanted.definition.as_of or at, at)
    days = resolve(wanted.definition.period, today=local_date(as_of, merchant.time_zone))
    with opened(merchants=[merchant.pk], as_of=as_of) as engine:
        whole = question(wanted.definition, [merchant], days, engine)
        cell = wanted.cell.numbers([merchant.pk])
        of_cell = OfCell(engine, whole.zones, days, whole.rule, whole.clock, whole.wanted, cell)
        yield engine, behind(of_cell, wanted.sum), of_cell, as_of


def _sums(engine: "Engine", of_cell: "OfCell", wanted: Asked) -> dict[str, int]:
    """Return the sums of the cell as the report adds them up, for the families of the measure."""
    from .rows import whole

    found = engine.run(whole(of_cell, sorted(families_of(wanted.measure)))).to_pylist()[0]
    return {code: found[code] or 0 for code in SUMS}


def _parts(measure: str, row: Row) -> list[Part]:
    metric = MEASURES[measure]
    signs = {"+": metric.plus, "−": metric.minus, "÷": metric.over}
    return [Part(code, sign, row.sums[code]) for sign, codes in signs.items() for code in codes]


def _named(rows: Sequence[dict], columns: Sequence[Column], code: str, merchant: Merchant) -> Iterator[list[Any]]:
    """Yield the values of rows in the order of the columns, as people and programs are told them."""
    known = {}
    for column in columns:
        if column.dimension and DIMENSIONS[column.dimension].type == Type.CODE:
            values = {row[column.name] for row in rows}
            known[column.name] = naming.names(column.dimension, values, [merchant.pk])
    for row in rows:
        yield [_value(row[column.name], column, known.get(column.name), SUMS[code].unit) for column in columns]


def _value(value: Any, column: Column, known: dict | None, unit: Unit) -> Any:
    if known is not None:
        return known.get(value)
    if column.form == Form.ADDED:
        return amount(value, unit)
    if value is None or column.form not in (Form.MOMENT, Form.DAY):
        return value
    return local_days.day_of(value) if column.form == Form.DAY else EPOCH + value * MICROSECOND
