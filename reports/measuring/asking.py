"""Asks a definition of an engine: rows of named values, exact measures, totals of their own, what they rest on."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chengfeng.money import ZERO
from chengfeng.periods import local_date
from shops.models import Merchant

from .. import finality
from ..engines import opened
from ..finality import Finality
from ..metrics import Unit
from . import local_days, naming
from .definition import Definition
from .dimensions import DIMENSIONS, Type
from .measures import MEASURES, PER_THOUSAND, SUMS, families_of
from .periods import Days, compared, resolve

if TYPE_CHECKING:
    from .families import Question

TEN_THOUSAND = Decimal(10000)
MOST_ROWS = 100_000  # of one period that are held in memory

Sums = Mapping[str, Decimal | int]


class TooManyRows(ValueError):
    """An answer has more rows than are read at once; a run that is kept in a file has room for any number."""


@dataclass(frozen=True, slots=True)
class Row:
    """Values of the dimensions in their order – days, numbers, texts or `Named` –, and the sums behind measures."""

    keys: tuple[Any, ...]
    sums: Sums
    before: Sums | None = None

    def __getitem__(self, measure: str) -> Decimal | int | None:
        return value(measure, self.sums)

    def was(self, measure: str) -> Decimal | int | None:
        """Return the measure in the period compared with."""
        return None if self.before is None else value(measure, self.before)

    def change(self, measure: str) -> Decimal | None:
        """Return the relative change, None where there was nothing before."""
        now, then = self[measure], self.was(measure)
        return None if now is None or not then else Decimal(now) / Decimal(then) - 1


@dataclass(frozen=True, slots=True)
class Result:
    """An answer with all it rests on; `number` is how many rows there are, of which `rows` are the first."""

    definition: Definition
    days: Days
    compared: Days | None
    rows: Sequence[Row]
    number: int
    total: Row
    currency: str
    zone: str
    as_of: datetime

    @property
    def finality(self) -> Finality:
        """How far the numbers are to be trusted, as of their moment, by the rule that was asked for."""
        return finality.of(self.days.last, at=self.as_of, rule=self.definition.rule)

    @property
    def is_provisional(self) -> bool:
        return self.finality.is_provisional(local_date(self.as_of, self.zone))

    @property
    def complete_through(self) -> datetime:
        return self.finality.complete_through

    @property
    def final_after(self) -> date:
        return self.finality.final_after

    @property
    def measures(self) -> tuple[str, ...]:
        return self.definition.offered

    @property
    def refused(self) -> Mapping[str, str]:
        return self.definition.refused

    @property
    def version(self) -> str:
        """12 hex digits that change with the question, the rule and the moment up to which rows were known."""
        return version_of(self.definition, self.as_of)


def version_of(definition: Definition, as_of: datetime) -> str:
    told = [definition.document(), definition.rule.version, as_of.isoformat()]
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=6).hexdigest()


def value(measure: str, sums: Sums) -> Decimal | int | None:
    """Return a measure of sums; None where its denominator is not above zero, or what it needs is not known."""
    metric = MEASURES[measure]
    if metric.needs and not any(sums[code] for code in metric.needs):
        return None
    top = sum(sums[code] for code in metric.plus) - sum(sums[code] for code in metric.minus)
    if not metric.over:
        return top
    bottom = sum(sums[code] for code in metric.over)
    if bottom <= 0:
        return None
    return Decimal(top) * (1000 if measure in PER_THOUSAND else 1) / Decimal(bottom)


def ask(definition: Definition, merchants: Sequence[Merchant], *, at: datetime, engine: str | None = None) -> Result:
    """Return the answer of a definition over merchants of one currency, as of then or as `at` knows it.

    Raises ValueError where the merchants differ in currency, TooManyRows where there are more than `MOST_ROWS`.
    """
    if len({merchant.currency for merchant in merchants}) != 1:
        raise ValueError("sums of different currencies say nothing")
    as_of = min(definition.as_of or at, at)
    today = max(local_date(as_of, merchant.time_zone) for merchant in merchants)
    days = resolve(definition.period, today=today)
    other = compared(days, definition.compare)
    with opened(merchants=[merchant.pk for merchant in merchants], as_of=as_of, name=engine) as opened_engine:
        now = _answer(question(definition, merchants, days, opened_engine), definition)
        then = _answer(question(definition, merchants, other, opened_engine), definition) if other else None
    rows = _joined(definition, now, then, days, other)
    rows = _sorted(definition, _named(definition, rows, [merchant.pk for merchant in merchants]))
    return Result(
        definition=definition, days=days, compared=other, rows=rows[: definition.limit], number=len(rows),
        total=Row((), now[1], then[1] if then else None), currency=merchants[0].currency,
        zone=merchants[0].time_zone, as_of=as_of,
    )  # fmt: skip


def question(definition: Definition, merchants: Sequence[Merchant], days: Days, engine) -> "Question":
    """Return what is asked of an engine about days of merchants."""
    from .families import Question

    pks = [merchant.pk for merchant in merchants]
    wanted = {code: naming.numbers(code, codes, pks) for code, codes in definition.filters}
    zones = {merchant.pk: merchant.time_zone for merchant in merchants}
    return Question(engine, zones, days, definition.rule, definition.by_clock, wanted)


Answer = tuple[dict[tuple, Sums], Sums]


def _answer(question: "Question", definition: Definition) -> Answer:
    """Return the sums by values of the dimensions, and the sums of all."""
    from .families import COUNTING, together

    families = sorted({family for measure in definition.offered for family in families_of(measure)})
    codes = definition.dimensions
    found = question.engine.run(together(question, families, codes).limit(MOST_ROWS + 1))
    if found.num_rows > MOST_ROWS:
        raise TooManyRows(f"there are more than {MOST_ROWS} rows")
    rows = found.to_pylist()
    added = {
        code: sum(row[code] or 0 for row in rows if row["is_total"] or each.family not in COUNTING)
        for code, each in SUMS.items()
    }
    total = _sums(added)
    if not codes:
        return {(): total}, total
    found = {tuple(row[code] for code in codes): _sums(row) for row in rows if not row["is_total"]}
    return {key: sums for key, sums in found.items() if any(sums.values())}, total


def _sums(row: Mapping[str, int | None]) -> Sums:
    return {code: amount(row[code] or 0, each.unit) for code, each in SUMS.items()}


def amount(number: int, unit: Unit) -> Decimal | int:
    return number / TEN_THOUSAND if unit == Unit.MONEY else number


NOTHING: Sums = {code: ZERO if each.unit == Unit.MONEY else 0 for code, each in SUMS.items()}


def _joined(definition: Definition, now: Answer, then: Answer | None, days: Days, other: Days | None) -> list[Row]:
    """Put the rows of both periods side by side; calendar days meet by how far they are from the first."""
    if then is None:
        return [Row(key, sums) for key, sums in now[0].items()]
    shifted = {_shifted(definition, key, days, other): sums for key, sums in then[0].items()}
    keys = dict.fromkeys([*now[0], *shifted])
    return [Row(key, now[0].get(key, NOTHING), shifted.get(key, NOTHING)) for key in keys]


def _shifted(definition: Definition, key: tuple, days: Days, other: Days) -> tuple:
    return tuple(
        local_days.moved(code, part, other.first, days.first) if DIMENSIONS[code].is_calendar else part
        for code, part in zip(definition.dimensions, key, strict=True)
    )


def _named(definition: Definition, rows: Sequence[Row], merchants: Sequence[int]) -> list[Row]:
    columns = list(zip(*(row.keys for row in rows), strict=True))
    told = [_told(code, column, merchants) for code, column in zip(definition.dimensions, columns, strict=False)]
    if not told:
        return list(rows)
    return [Row(keys, row.sums, row.before) for keys, row in zip(zip(*told, strict=True), rows, strict=True)]


def _told(code: str, column: Iterable, merchants: Sequence[int]) -> list:
    kind = DIMENSIONS[code].type
    if kind == Type.DATE:
        return [local_days.day_of(number) for number in column]
    if kind != Type.CODE:
        return list(column)
    column = list(column)
    known = naming.names(code, set(column), merchants)
    return [known.get(pk) for pk in column]


def _sorted(definition: Definition, rows: Sequence[Row]) -> list[Row]:
    """Sort as asked for, else by the dimensions; what has no value comes last."""
    rows = sorted(rows, key=lambda row: [_order(key) for key in row.keys])
    code, backwards = definition.sort.removeprefix("-"), definition.sort.startswith("-")
    if not code:
        return rows
    place = definition.dimensions.index(code) if code in definition.dimensions else None

    def of(row: Row):
        return row[code] if place is None else row.keys[place]

    known = [row for row in rows if of(row) is not None]
    known.sort(key=lambda row: _order(of(row)), reverse=backwards)
    return known + [row for row in rows if of(row) is None]


def _order(key: Any) -> tuple:
    if key is None:
        return (1, "")
    return (0, (key.name, key.code)) if isinstance(key, naming.Named) else (0, key)
