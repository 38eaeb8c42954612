"""The rows behind a sum as expressions: those of its family, before they are added up, that add anything to it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import ibis
from ibis import Table

from ..measuring.dimensions import DIMENSIONS, Family, Type
from ..measuring.families import (
    ADDED,
    COLUMN,
    FAMILIES,
    ROWS,
    Question,
    credited_counted,
    credited_lines,
    shop_counted,
    units,
)
from ..measuring.measures import SUMS
from .columns import Form, columns_of


@dataclass(frozen=True)
class OfCell(Question):
    """A question about one cell: what its values of dimensions are, None for what has none.

    Expressions read the values from a table, so that they are built and compiled once for all cells of a shape.
    """

    cell: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def given(self) -> Table | None:
        """The values in a table of one row; None where there is none."""
        known = {code: value for code, value in self.cell.items() if value is not None}
        return self.engine.given(known) if known else None

    @property
    def shape(self) -> tuple:
        """All that expressions depend on, but for the engine's own and the values of the cell."""
        return self.subject, tuple((code, value is None) for code, value in self.cell.items())

    def chosen(self, rows: Table) -> Table:
        rows, given = super().chosen(rows), self.given
        for code, value in self.cell.items():
            key = self.key(rows, code)
            rows = rows.filter(key.isnull() if value is None else key == given[code].as_scalar())
        return rows

    def built(self, what: Hashable, build: Callable[[], Table]) -> Table:
        """Return an expression that was built for any cell of this shape; the engine is given the values of this."""
        kind = None if self.given is None else self.given.schema()
        return self.engine.built((self.shape, kind, what), build)


def behind(asked: OfCell, code: str) -> Table:
    """Return the rows behind a sum, in their order: the columns of `columns_of`, of which `added` sums up to it.

    What else tells rows apart, and so gives them one order, is in columns called `by_…`. Each row tells how many there
    are in all, and what they sum up to: `of_all` and `sum_of_all`.
    """
    return asked.built(code, lambda: _behind(asked, code))


def _behind(asked: OfCell, code: str) -> Table:
    of = SUMS[code]
    rows = ROWS[of.family](asked)
    if of.is_distinct:
        found = _counted(rows, code, of.family)
    elif of.family is Family.SEEN:
        found = _numbered(asked, rows.mutate(added=ADDED[of.family](rows)[code]))
    else:
        found = rows.mutate(added=ADDED[of.family](rows)[code])
    return _told(found.filter(found.added != 0), code)


def whole(asked: OfCell, families: Sequence[Family]) -> Table:
    """Return the sums of the cell, as the report adds them up."""
    return asked.built(tuple(families), lambda: _whole(asked, families))


def _whole(asked: OfCell, families: Sequence[Family]) -> Table:
    united = ibis.union(*parts) if len(parts := [FAMILIES[family](asked, []) for family in families]) > 1 else parts[0]
    return united.aggregate(**{code: united[code].sum().cast("int64") for code in SUMS})


def _counted(rows: Table, code: str, family: Family) -> Table:
    """Return a row for each different thing that is counted: an order, a customer; the units of each order line."""
    lines = credited_lines(rows, {}) if family is Family.CREDITED else rows
    if code == "units":
        return lines.mutate(added=units(lines))
    column, condition = (credited_counted if family is Family.CREDITED else shop_counted)(lines)[code]
    kept = lines.filter(condition)
    different = kept.group_by(counted=kept[column]).aggregate(
        orders=kept.orders.max(), sold=kept.sold.max(), lines=kept.line.nunique()
    )
    return different.mutate(added=ibis.literal(1, "int64"))


def _numbered(asked: OfCell, rows: Table) -> Table:
    """Return how many events there were, by day and ad, for nobody reads them one by one."""
    codes = ["day", "campaign", "ad", "placement", "touch"]
    return rows.group_by(**{code: asked.key(rows, code) for code in codes}).aggregate(added=rows.added.sum())


def _told(rows: Table, code: str) -> Table:
    told = {}
    for column in columns_of(code):
        name = column.name if column.name in rows.columns else COLUMN.get(column.dimension, column.dimension)
        told[column.name] = rows[name].cast(_type(column.form, column.dimension))
    hidden = {name: rows[name] for name in ("line", "token", "counted") if name in rows.columns}
    rows = rows.select(**told, **{f"by_{name}": value for name, value in hidden.items()})
    (moment, *_) = [column.name for column in columns_of(code) if column.form in (Form.MOMENT, Form.DAY)]
    rest = [rows[name] for name in rows.columns if name not in (moment, "share")]
    rows = rows.mutate(of_all=rows.count().over(), sum_of_all=rows.added.sum().over().cast("int64"))
    return rows.order_by([rows[moment].desc(), *rest])


def _type(form: Form, dimension: str) -> str:
    if form == Form.VALUE:
        return "string" if DIMENSIONS[dimension].type == Type.TEXT else "int64"
    return {Form.ORDER: "string", Form.SHARE: "float64", Form.NOTE: "bool"}.get(form, "int64")
